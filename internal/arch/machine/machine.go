// Package machine finds the processor: this machine's, or the one an ELF file
// is for.
package machine

import (
	"debug/elf"
	"fmt"

	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/arch/amd64"
)

// Host is the processor the debugger runs on. Live processes have it too.
func Host() arch.Arch { return amd64.Arch{} }

// ForELF is the processor that an ELF header names.
func ForELF(m elf.Machine) (arch.Arch, error) {
	if m == elf.EM_X86_64 {
		return amd64.Arch{}, nil
	}
	return nil, fmt.Errorf("programs for %v are not supported, only those for %v", m, elf.EM_X86_64)
}
