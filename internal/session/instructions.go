package session

import (
	"fmt"

	"github.com/tinydbg/tinydbg/internal/addr"
)

// checkInstructions refuses places where a trap would not be met, but would
// change what the program does: data, and the inside of an instruction.
func (pr *process) checkInstructions(at []addr.Addr) error {
	for _, a := range at {
		img, fn := pr.images.FuncAt(a)
		switch {
		case fn == nil:
			if !pr.executable(a) {
				return fmt.Errorf("breakpoint at %v: that is no code", a)
			}
		case fn.IsGo() && !fn.IsAssembly():
			if begin := pr.instructionAt(img.Addr(fn.Entry), a); begin != a {
				return fmt.Errorf("breakpoint at %v: that is in the middle of the instruction at %v", a, begin)
			}
		}
	}
	return nil
}

// instructionAt is where the instruction begins that has the byte at a. Compilers
// put nothing but instructions into functions: from the first on, at from, each
// leads to the next. It is a if one of them is not understood.
func (pr *process) instructionAt(from, a addr.Addr) addr.Addr {
	code := pr.code()
	for from < a {
		in, err := code.Instr(from)
		if err != nil || len(in.Bytes) == 0 {
			return a
		}
		next := from + addr.Addr(len(in.Bytes))
		if next > a {
			break
		}
		from = next
	}
	return from
}

// executable is also true where it cannot be told.
func (pr *process) executable(a addr.Addr) bool {
	maps, err := pr.proc.Maps()
	if err != nil {
		return true
	}
	for _, m := range maps {
		if m.Start <= a && a < m.End {
			return m.Exec
		}
	}
	return true // nothing can be written there
}
