package unwind

import (
	"errors"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
)

// signalReturn recovers the registers a signal handler's return would restore.
// C libraries describe the place in .eh_frame; Go and the vdso do not.
func (w *walk) signalReturn(f *Frame) (*Regs, bool) {
	p := w.place
	if p.rowErr == nil && p.row.Signal {
		return nil, false
	}
	at := f.PC
	if p.fn != nil {
		// At its system call SP is the same as at its entry.
		at = p.image.Addr(p.fn.Entry)
	}
	saved, ok := w.savedBySignal(at)
	if !ok || f.PC-at > maxSignalReturn || w.crossed >= maxCrossings {
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
	f.Err, f.CFA, f.RetAddrAt = nil, f.SP, 0
	return regs, true
}

// maxSignalReturn is more than the length of code that returns from a handler.
const maxSignalReturn = 16

func (w *walk) isSignalReturn(pc addr.Addr) bool {
	_, ok := w.savedBySignal(pc)
	return ok
}

// savedBySignal is where registers were saved if the code at pc returns from a
// signal handler. A C function that is found there by chance is one that does.
func (w *walk) savedBySignal(pc addr.Addr) ([]arch.SavedReg, bool) {
	if w.unwinder == nil {
		return nil, false
	}
	code := make([]byte, w.unwinder.SignalReturnLen())
	if _, err := w.mem.ReadMemory(code, pc); err != nil {
		return nil, false
	}
	return w.unwinder.SignalReturn(code)
}

// calledFromCode says whether the word at sp is a return address.
func (w *walk) calledFromCode(sp addr.Addr) bool {
	ret, err := w.mem.word(sp, w.arch.ByteOrder())
	if err != nil {
		return false
	}
	_, fn := w.set.FuncAt(addr.Addr(ret - 1))
	return fn != nil
}

// lostCall finds the caller of an address that is none: a call through a wrong
// function value has just pushed its return address.
func (w *walk) lostCall(f *Frame) *Regs {
	ret, err := w.mem.word(f.RetAddrAt, w.arch.ByteOrder())
	if err != nil {
		w.fail(f, "return address: %w", err)
		return nil
	}
	regs := *f.Regs
	regs.thread = nil
	regs.Set(w.arch.DWARFPC(), ret)
	regs.Set(w.arch.DWARFSP(), uint64(f.CFA))
	return &regs
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
	// vdsoCall: SP is aligned and may be the system stack's, FP is the frame's.
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
	c := crossings[p.name]
	if c == 0 || c != vdsoCall && (c == callback) != w.onGoroutine(f.SP) {
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
		switch {
		case !w.switched(f):
		case !w.known || w.g.SP == 0:
			f.Bottom = true // the thread itself called it
		default:
			return w.g.SP
		}
	case cCall:
		return w.afterC(f)
	case vdsoCall:
		// Once the frame is complete, FP is where it was pushed.
		pushed, offset := 2*addr.Addr(w.arch.PtrSize()), addr.Addr(w.place.row.CFA.Offset)
		if offset > pushed {
			return f.Regs.FP() + pushed - offset
		}
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

// switched says whether systemstack has changed stacks already. Called on the
// system stack it never does; it then leaves by a jump, and so is the innermost
// frame if it is one at all.
func (w *walk) switched(f *Frame) bool {
	if w.place.row.CFA.Offset <= int64(w.arch.PtrSize()) {
		return false
	}
	return len(w.frames) > 0 || f.SP == w.systemSP()
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

// maxAlign is more than asmcgocall moves SP by when it does not change stacks.
const maxAlign = 64

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
	if g == 0 && depth-uint64(f.SP) <= maxAlign {
		return addr.Addr(depth)
	}
	if addr.Addr(g) != w.gAddr && len(w.frames) == 0 {
		return f.SP // C has not been called yet
	}
	stack, err := w.opts.Switch.Goroutine(addr.Addr(g))
	if err != nil || depth > uint64(stack.High-stack.Low) {
		return f.SP
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
	if w.crossing(f) != callback || w.base == f.SP {
		return // no callback, or its system stack is not known
	}
	if sp, err := w.mem.word(w.base, w.arch.ByteOrder()); err == nil {
		w.g0SP = addr.Addr(sp)
	}
}
