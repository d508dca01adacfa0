// Package disasm reads machine code as a list of instructions.
package disasm

import (
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
)

// Range decodes all of code, whose first byte is at pc. Bytes that are no
// instruction come one at a time, as [arch.InstBad].
func Range(code []byte, pc addr.Addr, a arch.Arch) []arch.Inst {
	return First(len(code), code, pc, a)
}

// First is Range for at most n instructions.
func First(n int, code []byte, pc addr.Addr, a arch.Arch) []arch.Inst {
	var list []arch.Inst
	for len(code) > 0 && len(list) < n {
		inst, err := a.Decode(code, pc)
		if err != nil {
			inst.Bytes = code[:1:1]
		}
		list = append(list, inst)
		size := len(inst.Bytes)
		code, pc = code[size:], pc+addr.Addr(size)
	}
	return list
}
