// Package unwind finds the frames of a stack, from registers and memory.
//
// One step: what is at PC (image, function, inlined calls, unwind row) comes
// from the symbol file, usually through a [Cache]; the row gives the CFA and
// where the caller's registers are. Where there is no row, the frame pointer is
// followed. Go changes stacks on the way: from a goroutine's to the system
// stack of its thread, and, under cgo, back again. Those places are known by
// the names of the runtime's functions, and crossed with what a [Switcher] says
// about the goroutine.
//
// A stack that makes no sense ends the list: the last frame's Err says why.
package unwind

import (
	"fmt"
	"strings"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/image"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/target"
)

// Frame is one call. Calls inlined at the same place have a Frame each, with
// the same PC, registers and CFA.
type Frame struct {
	// PC is where the frame is or, in callers, returns to.
	PC addr.Addr
	// CallPC is inside the instruction the frame is at: PC for the innermost
	// frame and for those interrupted by a signal, else PC-1. It is the one to
	// look up lines, variables and inlined calls with.
	CallPC addr.Addr
	// CFA is the value of SP before the call's return address was pushed; 0
	// when it is not known.
	CFA addr.Addr
	SP  addr.Addr
	// Regs are the frame's registers, as far as they could be recovered.
	Regs *Regs
	// RetAddrAt is where the return address is on the stack, 0 if not known.
	RetAddrAt addr.Addr
	Image     *image.Image // nil when PC is in no file
	Func      *symbol.Func // the function with the code, nil if not known
	// Name is the function's name, of an inlined one when Inlined; "" if not
	// known.
	Name string
	File string
	Line int
	// Inlined frames are part of the next frame's code; InlineDepth is the
	// index in Image.File.Inlines(CallPC), and in symbol.Var.
	Inlined     bool
	InlineDepth int
	// SystemStack frames are not on a goroutine's stack.
	SystemStack bool
	// Interrupted frames were left by a signal or a fault, not by a call.
	Interrupted bool
	// Bottom marks the outermost frame, where the stack ends as it should.
	Bottom bool
	// Err says why the frames after this one could not be found.
	Err error
}

// Options tell what Stack may know besides registers and memory.
type Options struct {
	// Max is how many frames to find; 0 means DefaultMax.
	Max int
	// G is the address of the runtime's g that the thread runs, or of the
	// goroutine whose saved registers are given; 0 if not known.
	G addr.Addr
	// Switch is asked where a stack goes on after a change of stacks. nil
	// makes frames end there.
	Switch Switcher
	// Cache keeps what was looked up in symbol files. nil means none.
	Cache *Cache
}

// DefaultMax is the number of frames found when Options do not say.
const DefaultMax = 1000

// Switcher knows goroutines; package goruntime has one.
type Switcher interface {
	// Goroutine describes the g at an address.
	Goroutine(g addr.Addr) (Goroutine, error)
}

// Goroutine is what is needed of a g and the thread it runs on.
type Goroutine struct {
	// Low and High are the bounds of its stack (g.stack).
	Low, High addr.Addr
	// PC, SP and FP are what it saved when it last left its stack (g.sched).
	PC, SP, FP addr.Addr
	// CurG, G0 and GSignal are those of its thread (g.m); 0 when it has none.
	CurG, G0, GSignal addr.Addr
}

// Stack lists the frames from regs outwards, innermost first. There is at
// least one.
func Stack(mem target.Memory, set *image.Set, regs *Regs, o Options) []Frame {
	if o.Max <= 0 {
		o.Max = DefaultMax
	}
	w := &walk{mem: newPages(mem), set: set, opts: o, arch: regs.arch}
	defer w.mem.release()
	w.unwinder, _ = regs.arch.(arch.Unwinder)
	w.frames = make([]Frame, 0, min(o.Max, 8))
	w.start(regs)
	exact := true
	for {
		last := w.frame(regs, exact)
		if len(w.frames) >= o.Max {
			w.frames = w.frames[:o.Max]
			return w.frames
		}
		if last.Bottom || last.Err != nil {
			return w.frames
		}
		regs, exact = w.caller(last)
		if regs == nil {
			return w.frames
		}
	}
}

// walk is one stack being unwound.
type walk struct {
	mem      *pages
	set      *image.Set
	opts     Options
	arch     arch.Arch
	unwinder arch.Unwinder
	frames   []Frame

	// g is the goroutine on whose behalf the thread runs: its current one, or
	// the one given.
	g     Goroutine
	gAddr addr.Addr
	known bool
	// g0SP is where the system stack below a callback from C goes on; 0 means
	// where g0 says.
	g0SP addr.Addr
	// place is what was found at the last frame.
	place *place
	// base is the SP that the last frame's CFA was found from.
	base addr.Addr
	// lost: the innermost frame is at an address that is no code.
	lost bool
	// crossed counts changes of stack.
	crossed int
}

// start asks about the goroutine. On the system stack that is the one the
// thread was running before.
func (w *walk) start(regs *Regs) {
	if w.opts.Switch == nil || w.opts.G == 0 {
		return
	}
	g, err := w.opts.Switch.Goroutine(w.opts.G)
	if err != nil {
		return
	}
	w.gAddr = w.opts.G
	if g.CurG != 0 && g.CurG != w.opts.G && (w.opts.G == g.G0 || w.opts.G == g.GSignal) {
		if cur, err := w.opts.Switch.Goroutine(g.CurG); err == nil {
			w.g, w.gAddr, w.known = cur, g.CurG, true
		}
		return
	}
	w.g, w.known = g, w.opts.G != g.G0 && w.opts.G != g.GSignal
}

// onGoroutine says whether sp is on the goroutine's own stack.
func (w *walk) onGoroutine(sp addr.Addr) bool {
	return w.known && w.g.Low < sp && sp <= w.g.High
}

// frame appends the frame at regs, and those of the calls inlined there. It
// returns the one with the code.
func (w *walk) frame(regs *Regs, exact bool) *Frame {
	f := Frame{PC: regs.PC(), SP: regs.SP(), Regs: regs}
	f.CallPC = f.PC
	if !exact && f.PC != 0 {
		f.CallPC--
	}
	f.Interrupted = exact && len(w.frames) > 0
	p := w.opts.Cache.lookup(w.set, f.CallPC)
	if !exact && p.endsBefore(f.PC) && w.isSignalReturn(f.PC) {
		// The kernel made it seem that somebody called the handler just before
		// the code that returns to the kernel.
		f.CallPC = f.PC
		p = w.opts.Cache.lookup(w.set, f.CallPC)
	}
	w.place = p
	f.Image, f.Func = p.image, p.fn
	f.SystemStack = w.opts.Switch != nil && w.opts.G != 0 && !w.onGoroutine(f.SP)
	w.findCFA(&f)
	for i, in := range p.inlines {
		f.Name, f.File, f.Line = in.Func, in.File, in.Line
		f.Inlined, f.InlineDepth = in.Inlined, i
		w.frames = append(w.frames, f)
	}
	if len(p.inlines) == 0 {
		if p.fn != nil {
			f.Name = p.fn.Name
		} else {
			f.Name = p.symbol
		}
		w.frames = append(w.frames, f)
	}
	last := &w.frames[len(w.frames)-1]
	last.Bottom = last.Bottom || p.isBottom()
	return last
}

// bottom are the functions that nothing returns from.
var bottom = map[string]bool{"runtime.goexit": true, "runtime.rt0_go": true, "runtime.mstart": true}

// isBottom also knows where a file begins to run: what is above it on the stack
// are the program's arguments.
func (p *place) isBottom() bool {
	if bottom[p.name] || strings.HasPrefix(p.name, "_rt0_") {
		return true
	}
	return p.fn != nil && p.image != nil && p.fn.Entry == p.image.File.Entry()
}

// fail makes the frames end with a reason.
func (w *walk) fail(f *Frame, format string, args ...any) {
	f.Err = fmt.Errorf("unwinding stopped at %v: %w", f.PC, fmt.Errorf(format, args...))
}
