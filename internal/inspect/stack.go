package inspect

import (
	"errors"
	"fmt"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/goruntime"
	"github.com/tinydbg/tinydbg/internal/logflags"
	"github.com/tinydbg/tinydbg/internal/unwind"
)

// MaxDepth bounds the frames of one request.
const MaxDepth = 100_000

// context is a goroutine or thread with a stack.
type context struct {
	// g is nil for a thread that runs no goroutine.
	g *goruntime.G
	// thread is 0 for a goroutine that is on none.
	thread int
	regs   *unwind.Regs
	gaddr  addr.Addr
	// closure is that of the deferred call that a scope is about, else 0.
	closure addr.Addr
}

// context finds a goroutine by id: -1 is the selected one, or the selected
// thread if it runs none.
func (w *World) context(id int64) (*context, error) {
	if id == -1 || id == 0 {
		if id = w.Goroutine; id == 0 {
			return w.threadContext(w.Thread)
		}
	}
	if w.Runtime == nil {
		return nil, ErrNotGo
	}
	if c, err := w.threadContext(w.Thread); err == nil && c.g != nil && c.g.ID == id {
		return c, nil
	}
	g, err := w.Runtime.GByID(w.Mem, id)
	var none *goruntime.NoGoroutineError
	if errors.As(err, &none) {
		return nil, noGoroutine(id)
	}
	if err != nil {
		return nil, err
	}
	return w.goroutineContext(g)
}

// goroutineContext is a goroutine where it is: on a thread, or parked.
func (w *World) goroutineContext(g *goruntime.G) (*context, error) {
	if g.OnThread() && g.ThreadID != 0 {
		regs, err := w.Regs(g.ThreadID, false)
		if err == nil {
			return &context{g: g, thread: g.ThreadID, regs: unwind.FromThread(w.Arch, regs), gaddr: g.Addr}, nil
		}
	}
	return w.savedContext(g), nil
}

// savedContext is a goroutine as its g structure says.
func (w *World) savedContext(g *goruntime.G) *context {
	return &context{g: g, regs: unwind.FromSaved(w.Arch, g.PC, g.SP, g.BP), gaddr: g.Addr}
}

// threadContext is a thread, with its goroutine if it has one.
func (w *World) threadContext(id int) (*context, error) {
	regs, err := w.Regs(id, false)
	if err != nil {
		return nil, fmt.Errorf("registers of thread %d: %w", id, err)
	}
	c := &context{thread: id, regs: unwind.FromThread(w.Arch, regs)}
	if w.Runtime == nil {
		return c, nil
	}
	if a, err := w.Runtime.GAddr(w.Mem, regs); err == nil {
		c.gaddr = a
	}
	if g, _, err := w.Runtime.ThreadG(w.Mem, regs); err == nil {
		c.g = g
	}
	return c, nil
}

// stack unwinds at most max frames.
func (w *World) stack(c *context, max int, opts api.StacktraceOptions) []unwind.Frame {
	o := unwind.Options{Max: max, G: c.gaddr, Cache: w.Cache}
	if w.Runtime != nil && opts&api.StacktraceSimple == 0 {
		o.Switch = w.Runtime.Switcher(w.Mem)
	}
	return unwind.Stack(w.Mem, w.Images, c.regs, o)
}

// Stacktrace unwinds a goroutine's stack. Depth 0 is one frame.
func (w *World) Stacktrace(in api.StacktraceIn) ([]api.Stackframe, error) {
	c, err := w.context(in.Id)
	if err != nil {
		return nil, err
	}
	if in.Opts&api.StacktraceG != 0 {
		if c.g == nil {
			return nil, errors.New("the thread runs no goroutine, so there are no registers saved for one")
		}
		c = w.savedContext(c.g)
	}
	if in.Depth < 0 || in.Skip < 0 {
		return nil, fmt.Errorf("depth %d and skip %d must not be negative", in.Depth, in.Skip)
	}
	max := min(in.Depth, MaxDepth) + 1 + min(in.Skip, MaxDepth)
	frames := w.stack(c, max, in.Opts)
	logCut(frames)
	opts := in.Opts
	if in.Defers {
		opts |= api.StacktraceReadDefers
	}
	defers := w.defers(c, opts)
	var cfg *api.LoadConfig
	if in.Full || in.Cfg != nil {
		cfg = loadConfig(in.Cfg)
	}
	out := make([]api.Stackframe, 0, len(frames))
	for i := min(in.Skip, len(frames)); i < len(frames); i++ {
		f := w.stackframe(c, &frames[i], cfg)
		if opts&api.StacktraceReadDefers != 0 {
			f.Defers = w.frameDefers(defers, frames, i)
		}
		out = append(out, f)
	}
	return out, nil
}

// logCut tells why a stack could not be unwound to its end.
func logCut(frames []unwind.Frame) {
	if last := frames[len(frames)-1]; last.Err != nil {
		logflags.For(logflags.Stack).Warn("unwind", "frames", len(frames), "pc", last.PC, "function", last.Name, "err", last.Err)
	}
}

// stackframe describes a frame; with cfg, its variables too.
func (w *World) stackframe(c *context, f *unwind.Frame, cfg *api.LoadConfig) api.Stackframe {
	out := api.Stackframe{Location: w.frameLocation(f), Bottom: f.Bottom, Defers: []api.Defer{}}
	if f.Err != nil {
		out.Err = f.Err.Error()
	}
	base := int64(0)
	if c.g != nil && !f.SystemStack {
		base = int64(c.g.StackHi)
	}
	if f.CFA != 0 {
		out.FrameOffset = int64(f.CFA) - base
	}
	if f.Regs != nil {
		out.FramePointerOffset = int64(f.Regs.FP()) - base
	}
	if cfg == nil {
		return out
	}
	locals, args, err := w.frameVars(c, f, *cfg)
	out.Locals, out.Arguments = locals, args
	if err != nil && out.Err == "" {
		out.Err = err.Error()
	}
	return out
}

func (w *World) frameLocation(f *unwind.Frame) api.Location {
	loc := api.Location{PC: uint64(f.PC), File: f.File, Line: f.Line}
	switch {
	case f.Func != nil && f.Image != nil:
		loc.Function = w.function(f.Image, f.Func, f.Name)
	case f.Name != "":
		loc.Function = &api.Function{Name_: f.Name, Value: uint64(f.PC)}
	}
	return loc
}

// defers lists the deferred calls of a goroutine if they are wanted.
func (w *World) defers(c *context, opts api.StacktraceOptions) []goruntime.Defer {
	if opts&api.StacktraceReadDefers == 0 || c.g == nil || w.Runtime == nil {
		return nil
	}
	list, err := w.Runtime.Defers(w.Mem, c.g)
	if err != nil {
		list = append(list, goruntime.Defer{Err: err})
	}
	return list
}

// frameDefers are the calls deferred in frame i.
func (w *World) frameDefers(all []goruntime.Defer, frames []unwind.Frame, i int) []api.Defer {
	list := []api.Defer{}
	f := &frames[i]
	if f.Inlined || f.CFA == 0 {
		return list
	}
	for _, d := range w.DeferredIn(f, all) {
		out := api.Defer{DeferredLoc: w.entryLocation(w.Unwrap(d.Fn)), DeferLoc: w.returnLocation(d.PC), SP: uint64(d.SP)}
		if d.Err != nil {
			out.Unreadable = d.Err.Error()
		}
		list = append(list, out)
	}
	return list
}

// Ancestors lists the stacks of who started a goroutine, nearest first.
func (w *World) Ancestors(in api.AncestorsIn) ([]api.Ancestor, error) {
	if in.NumAncestors < 0 || in.Depth < 0 {
		return nil, fmt.Errorf("number of ancestors %d and depth %d must not be negative", in.NumAncestors, in.Depth)
	}
	c, err := w.context(in.GoroutineID)
	if err != nil {
		return nil, err
	}
	if c.g == nil {
		return nil, errors.New("the thread runs no goroutine")
	}
	list, err := w.Runtime.Ancestors(w.Mem, c.g)
	var none *goruntime.NoAncestorsError
	if errors.As(err, &none) {
		return nil, fmt.Errorf("tracebackancestors is disabled: %w", err)
	}
	if err != nil {
		return nil, err
	}
	var out []api.Ancestor
	for _, a := range list[:min(len(list), in.NumAncestors)] {
		out = append(out, w.ancestor(a, in.Depth))
	}
	return out, nil
}

func (w *World) ancestor(a goruntime.Ancestor, depth int) api.Ancestor {
	out := api.Ancestor{ID: a.ID}
	for i, pc := range a.PCs {
		if i > depth {
			break
		}
		out.Stack = append(out.Stack, api.Stackframe{Location: w.returnLocation(pc), Bottom: i == len(a.PCs)-1})
	}
	return out
}
