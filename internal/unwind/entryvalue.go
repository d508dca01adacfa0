package unwind

import (
	"errors"
	"fmt"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/dwarf/expr"
	"github.com/tinydbg/tinydbg/internal/image"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/target"
)

// EntryValue is the value that place, an expression such as DW_OP_reg5, had when
// the function of frame f was entered. The function does not have it any more, but
// the caller's debug information may tell what it passed in terms of what it
// kept. An error says why it cannot be known.
func EntryValue(mem target.Memory, set *image.Set, f *Frame, place []byte) (uint64, error) {
	return entryValue(mem, set, f, place, maxEntryDepth)
}

// maxEntryDepth bounds how many callers passed on what they got themselves.
const maxEntryDepth = 32

func entryValue(mem target.Memory, set *image.Set, f *Frame, place []byte, depth int) (uint64, error) {
	if depth == 0 {
		return 0, fmt.Errorf("more than %d callers passed it on", maxEntryDepth)
	}
	if f.Func == nil || f.Regs == nil {
		return 0, errors.New("the function is not known")
	}
	caller, site, err := callOf(mem, set, f)
	if err != nil {
		return 0, err
	}
	ctx := site.Context(caller.Image.FileAddr(caller.CallPC), expr.Context{
		Regs: caller.Regs, Mem: mem, CFA: caller.CFA, Bias: caller.Image.Bias,
		Entry: func(e []byte) (uint64, error) { return entryValue(mem, set, caller, e, depth-1) },
	})
	err = site.Calls(f.Func, func(code []byte) (addr.FileAddr, error) {
		to, err := expr.Value(code, ctx)
		return f.Image.FileAddr(addr.Addr(to)), err
	})
	if err == nil {
		err = f.Image.File.EnteredOnce(f.Func)
	}
	if err != nil {
		return 0, err
	}
	code, err := site.Value(place)
	if err != nil {
		return 0, err
	}
	return expr.Value(code, ctx)
}

// callOf is the call by which f's function was entered, and the frame it was
// made from.
func callOf(mem target.Memory, set *image.Set, f *Frame) (*Frame, *symbol.CallSite, error) {
	caller, err := callerOf(mem, set, f)
	if err != nil {
		return nil, nil, fmt.Errorf("the caller is not known: %w", err)
	}
	if caller.Image == nil || caller.CallPC == caller.PC {
		return nil, nil, errors.New("the function was not called, but entered by a signal")
	}
	site, err := caller.Image.File.CallSiteAt(caller.Image.FileAddr(caller.PC))
	return caller, site, err
}

// Callers yields the frames that called f's function, those of inlined calls left
// out, the innermost first, until it is told to stop or the stack ends.
func Callers(mem target.Memory, set *image.Set, f *Frame, yield func(*Frame) bool) {
	for range DefaultMax {
		caller, err := callerOf(mem, set, f)
		if err != nil || !yield(caller) {
			return
		}
		f = caller
	}
}

// callerOf is the frame whose code called f's.
func callerOf(mem target.Memory, set *image.Set, f *Frame) (*Frame, error) {
	w := &walk{mem: newPages(mem), set: set, arch: f.Regs.arch}
	defer w.mem.release()
	w.unwinder, _ = f.Regs.arch.(arch.Unwinder)
	last := w.frame(f.Regs, f.CallPC == f.PC)
	regs, exact := w.caller(last)
	switch {
	case regs != nil:
		return w.frame(regs, exact), nil
	case last.Err != nil:
		return nil, last.Err
	}
	return nil, errors.New("the stack ends here")
}
