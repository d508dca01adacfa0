package session

import (
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/goruntime"
	"github.com/tinydbg/tinydbg/internal/inspect"
	"github.com/tinydbg/tinydbg/internal/step"
	"github.com/tinydbg/tinydbg/internal/target"
	"github.com/tinydbg/tinydbg/internal/unwind"
)

// panicFrames is how many frames may be between a panic and the one that
// recovers from it.
const panicFrames = 10_000

// givesUpFrames tells the runtime's functions that run what was deferred in
// frames that do not go on.
func givesUpFrames(f unwind.Frame) bool {
	name := realName(&f)
	return name == "runtime.gopanic" || name == "runtime.Goexit"
}

// panicEntries are the addresses of those functions, and of the one that ends a
// goroutine, 0 if it isn't there.
func (pr *process) panicEntries() (entries []addr.Addr, end addr.Addr) {
	for _, name := range []string{"runtime.gopanic", "runtime.Goexit", "runtime.goexit1"} {
		img, fn := pr.images.FuncNamed(name)
		switch {
		case fn == nil:
		case name == "runtime.goexit1":
			end = img.Addr(fn.Entry)
		default:
			entries = append(entries, img.Addr(fn.Entry))
		}
	}
	return entries, end
}

// recoveries tells whether a panic runs the function of the first frame, and
// where frames go on if that is recovered.
func recoveries(g *goruntime.G, frames []unwind.Frame) (list []step.Recovery, panicking bool) {
	for i := range frames {
		f := &frames[i]
		switch {
		case f.Func == nil || f.Inlined:
		case givesUpFrames(*f):
			panicking = true
		case panicking:
			if pc, ok := f.Func.DeferReturn(); ok && f.Image != nil {
				list = append(list, step.Recovery{PC: f.Image.Addr(pc), Depth: depth(f.CFA, g)})
			}
		}
	}
	return list, panicking
}

// nextDefer is the body of the deferred function that runs first when the frame
// returns. The compiler's own calls of deferred functions are not among them.
func (pr *process) nextDefer(w where) addr.Addr {
	ds, err := pr.goRuntime().Defers(pr.mem, w.g)
	if err != nil {
		return 0
	}
	for _, d := range ds {
		if d.Err == nil {
			return pr.bodyOf(pr.world(), d.Fn)
		}
	}
	return 0
}

// Pending implements step.Stack.
func (k *stacks) Pending(t target.Thread, regs arch.Regs, max uint64) []step.Pending {
	l := k.look(t, regs, panicFrames)
	if l.g == nil {
		return nil
	}
	w := k.s.world()
	w.Mem = l.mem
	return k.s.pending(w, l.g, l.frames, max)
}

// pending are the functions that were deferred in frames that are
// not deeper than max, the next to run first, up to the first that is the
// user's own beyond doubt.
func (pr *process) pending(w *inspect.World, g *goruntime.G, frames []unwind.Frame, max uint64) (list []step.Pending) {
	all, err := pr.goRuntime().Defers(w.Mem, g)
	if err != nil {
		return nil
	}
	for i := range frames {
		f := &frames[i]
		if f.Inlined || depth(f.CFA, g) > max {
			continue
		}
		for _, d := range w.DeferredIn(f, all) {
			if d.Err != nil {
				continue
			}
			body := pr.bodyOf(w, d.Fn)
			if body == 0 {
				continue
			}
			list = append(list, step.Pending{Body: body, Frame: depth(d.SP, g)})
			// What a wrapper calls may be inlined into it, and is passed by then.
			if _, fn := pr.images.FuncAt(d.Fn); !fn.IsWrapper() && !ofRuntime(fn.Name) {
				return list
			}
		}
	}
	return list
}

// bodyOf is the body of the function at entry or, if that is a wrapper, of the
// one it calls. It is the wrapper's entry when only that knows which it is.
func (pr *process) bodyOf(w *inspect.World, entry addr.Addr) addr.Addr {
	img, fn := pr.images.FuncAt(w.Unwrap(entry))
	if fn == nil {
		return 0
	}
	if fn.IsWrapper() {
		return img.Addr(fn.Entry)
	}
	return img.Addr(pr.session.bodies.of(fn))
}
