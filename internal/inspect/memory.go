package inspect

import (
	"fmt"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/addr"
)

// ExamineMemory reads memory, without the debugger's own traps.
func (w *World) ExamineMemory(address uint64, length int) ([]byte, error) {
	switch {
	case length > api.ExamineMemoryLimit:
		return nil, fmt.Errorf("len must be less than or equal to %d", api.ExamineMemoryLimit)
	case length < 0:
		return nil, fmt.Errorf("length %d is negative", length)
	case address+uint64(length) < address:
		return nil, fmt.Errorf("%d bytes at %#x go beyond the end of the address space", length, address)
	}
	buf := make([]byte, length)
	n, err := w.Mem.ReadMemory(buf, addr.Addr(address))
	if err == nil && n < length {
		err = fmt.Errorf("only %d of %d bytes at %#x can be read", n, length, address)
	}
	if err != nil {
		return nil, err
	}
	return buf, nil
}
