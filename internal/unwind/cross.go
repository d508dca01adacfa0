package unwind

import (
	"errors"
	"fmt"

	"github.com/tinydbg/tinydbg/internal/addr"
)

// why is the reason there is no row.
func (p *place) why(f *Frame) error {
	if p.image == nil {
		return fmt.Errorf("%v is in no file", f.PC)
	}
	return p.rowErr
}

// signalReturn recovers the registers a signal handler's return would restore.
// C libraries describe the place in .eh_frame; Go and the vdso do not.
func (w *walk) signalReturn(f *Frame) (*Regs, bool) {
	p := w.place
	if w.unwinder == nil || p.image == nil || p.rowErr == nil && p.row.Signal || len(w.frames) == 1 {
		return nil, false
	}
	if name := plainName(p.fn); p.isGo && name != "runtime.sigreturn__sigaction" && name != "runtime.sigreturn" {
		return nil, false
	}
	code := make([]byte, w.unwinder.SignalReturnLen())
	if _, err := w.mem.ReadMemory(code, f.PC); err != nil {
		return nil, false
	}
	saved, ok := w.unwinder.SignalReturn(code)
	if !ok || w.crossed >= maxCrossings {
		return nil, false
	}
	w.crossed++
	regs := &Regs{arch: w.arch}
	for _, s := range saved {
		v, err := w.mem.word(f.SP+addr.Addr(s.Offset), w.arch.ByteOrder())
		if err != nil {
			w.fail(f, "registers that the signal handler will restore: %w", err)
			return nil, false
		}
		regs.Set(s.DWARF, v)
	}
	f.Err, f.CFA = nil, f.SP
	return regs, true
}

// lostCall finds the caller of an address that is none: a call through a nil or
// wrong function value has just pushed its return address.
func (w *walk) lostCall(f *Frame) *Regs {
	ret, err := w.mem.word(f.SP, w.arch.ByteOrder())
	if err != nil {
		w.fail(f, "%w, and its stack cannot be read: %w", w.place.why(f), err)
		return nil
	}
	if _, fn := w.set.FuncAt(addr.Addr(ret - 1)); fn == nil {
		w.fail(f, "%w, and it was not called from known code", w.place.why(f))
		return nil
	}
	f.RetAddrAt = f.SP
	f.CFA = f.SP + addr.Addr(w.arch.PtrSize())
	regs := FromSaved(w.arch, addr.Addr(ret), f.CFA, f.Regs.FP())
	w.keepCalleeSaved(regs, f.Regs)
	return regs
}

// crossing is what a function of the runtime does to the stack. All happen only
// between the goroutine's and the system's stack.
type crossing int

const (
	// sameFrame: both stacks have the frame; go on with the SP the goroutine saved.
	sameFrame crossing = iota + 1
	// resumes: the goroutine goes on where it saved, the frame is not part of it.
	resumes
	// cCall: the frame on the system stack says where the one on the
	// goroutine's is.
	cCall
	// callback: the frame on the goroutine's stack has its like on the system
	// stack, below it C.
	callback
	// vdsoCall: SP is the system stack's, FP still the goroutine's.
	vdsoCall
)

// crossings is by function (runtime/asm_amd64.s, sys_linux_amd64.s,
// time_linux_amd64.s).
var crossings = map[string]crossing{
	"runtime.systemstack": sameFrame,
	"runtime.mcall":       resumes,
	"runtime.morestack":   resumes,
	"runtime.asmcgocall":  cCall,
	"runtime.cgocallback": callback,
	"runtime.nanotime1":   vdsoCall,
	"runtime.walltime":    vdsoCall,
	"time.now":            vdsoCall,
}

// crossing is what f does where it is: 0 when it has not changed stacks yet.
func (w *walk) crossing(f *Frame) crossing {
	p := w.place
	if p == nil || !p.isGo || w.opts.Switch == nil {
		return 0
	}
	c := crossings[plainName(p.fn)]
	if c == 0 || (c == callback) != w.onGoroutine(f.SP) {
		return 0
	}
	return c
}

// crosses says whether f's caller is on another stack.
func (w *walk) crosses(f *Frame) bool { return w.crossing(f) != 0 }

// crossTo is the SP to find f's CFA from: f's own unless f changes stacks.
func (w *walk) crossTo(f *Frame) addr.Addr {
	switch w.crossing(f) {
	case sameFrame:
		if !w.known || w.g.SP == 0 {
			f.Bottom = true // the thread itself called it
			return f.SP
		}
		return w.g.SP
	case cCall:
		return w.afterC(f)
	case vdsoCall:
		fp := f.Regs.FP()
		if !w.onGoroutine(fp) {
			return f.SP
		}
		// The row counts from SP as it was: where FP says.
		return fp + 2*addr.Addr(w.arch.PtrSize()) - addr.Addr(w.place.row.CFA.Offset)
	case callback:
		if w.g0SP == 0 {
			w.g0SP = w.systemSP()
		}
		if w.g0SP != 0 {
			return w.g0SP
		}
	}
	return f.SP
}

// systemSP is where the thread's system stack was left for the goroutine's.
func (w *walk) systemSP() addr.Addr {
	if w.g.G0 == 0 {
		return 0
	}
	g0, err := w.opts.Switch.Goroutine(w.g.G0)
	if err != nil {
		return 0
	}
	return g0.SP
}

// afterC is the SP of asmcgocall on the stack it was called on. It keeps the
// goroutine and how deep its stack was at its SP, because that stack may move.
func (w *walk) afterC(f *Frame) addr.Addr {
	order := w.arch.ByteOrder()
	depth, err := w.mem.word(f.SP, order)
	g, err2 := w.mem.word(f.SP+addr.Addr(w.arch.PtrSize()), order)
	if err := errors.Join(err, err2); err != nil {
		w.fail(f, "C was called from a stack that cannot be read: %w", err)
		return f.SP
	}
	if g == 0 {
		return addr.Addr(depth)
	}
	stack, err := w.opts.Switch.Goroutine(addr.Addr(g))
	if err != nil || depth > uint64(stack.High-stack.Low) {
		return f.SP // not there yet: C has not been called
	}
	return stack.High - addr.Addr(depth)
}

// resume finds the goroutine's own frame below one that will never return.
func (w *walk) resume(f *Frame) (*Regs, bool) {
	if w.crossing(f) != resumes {
		w.noteCallback(f)
		return nil, false
	}
	if !w.known || w.g.PC == 0 || w.g.SP == 0 || w.crossed >= maxCrossings {
		f.Bottom, f.Err = true, nil
		return nil, false
	}
	w.crossed++
	f.Err = nil
	return FromSaved(w.arch, w.g.PC, w.g.SP, w.g.FP), true
}

// noteCallback remembers where an outer callback's system stack goes on: at the
// SP of cgocallback's frame on the system stack.
func (w *walk) noteCallback(f *Frame) {
	if w.crossing(f) != callback {
		return
	}
	if sp, err := w.mem.word(w.base, w.arch.ByteOrder()); err == nil {
		w.g0SP = addr.Addr(sp)
	}
}
