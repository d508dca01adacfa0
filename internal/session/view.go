package session

import (
	"fmt"

	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/goruntime"
	"github.com/tinydbg/tinydbg/internal/run"
	"github.com/tinydbg/tinydbg/internal/target"
	"github.com/tinydbg/tinydbg/internal/unwind"
)

// view is what was found out about the stopped process. It is dropped when the
// process runs again.
type view struct {
	threads []*threadView
	byID    map[int]*threadView
}

// threadView is a stopped thread.
type threadView struct {
	target.Thread
	regs arch.Regs
	// g is the goroutine it works for, nil for none; system is true while it is
	// on the system stack for it. They are filled by Session.threadG.
	g      *goruntime.G
	system bool
	asked  bool
}

// arrival looks at the threads where the loop has stopped for one of them, so that
// the session need not come to the tracer for that: each visit is a switch of
// threads and back. nil: it has to.
// Precondition: tracer.
func (pr *process) arrival(stop *run.Stop) (seen []*threadView) {
	switch stop.Reason {
	case run.StepDone, run.BreakpointReached, run.WatchpointReached:
	default:
		return nil
	}
	for _, tv := range viewed(pr.proc) {
		if tv.ID() == stop.Thread.ID() {
			pr.loop.Here(tv.Thread, tv.regs.PC())
		}
		seen = append(seen, tv)
	}
	return seen
}

// rest takes the view of a process that has stopped for the user, and tells its
// loop where that one is told the selected thread to be.
// Precondition: session goroutine.
func (pr *process) rest() error {
	if pr.seen != nil && !pr.halted {
		pr.mem.Reset()
		pr.setView(pr.seen)
		pr.selectThread()
		return nil
	}
	return pr.onTracer(func() error {
		pr.look()
		if tv := pr.view.byID[pr.selected.thread]; tv != nil && pr == pr.session.process {
			pr.loop.Here(tv.Thread, tv.regs.PC())
		}
		pr.loop.Unhalt()
		return nil
	})
}

// arrive takes a fresh view of the stopped process, and selects.
// Precondition: session goroutine, or nobody else has the session.
func (pr *process) arrive() error {
	return pr.onTracer(func() error { pr.look(); return nil })
}

// look is arrive on the tracer. While the session goroutine waits for it, it
// may use what belongs to that.
func (pr *process) look() {
	pr.readThreads()
	pr.selectThread()
}

// readThreads is look without selecting.
func (pr *process) readThreads() {
	pr.mem.Reset()
	pr.setView(viewed(pr.proc))
}

func (pr *process) setView(threads []*threadView) {
	pr.seen = nil
	pr.view = view{threads, make(map[int]*threadView, len(threads))}
	for _, tv := range threads {
		pr.view.byID[tv.ID()] = tv
	}
}

// viewed are the threads that are stopped, with their registers.
// Precondition: tracer.
func viewed(proc target.Process) (list []*threadView) {
	for _, t := range proc.Threads() {
		if regs, err := t.Registers(false); err == nil {
			// Else it has exited, though its event is still to come.
			list = append(list, &threadView{Thread: t, regs: regs})
		}
	}
	return list
}

// threadG fills in the goroutine of a thread.
func (pr *process) threadG(tv *threadView) *goruntime.G {
	if tv.asked || pr.goRuntime() == nil {
		return tv.g
	}
	tv.asked = true
	g, system, err := pr.goRuntime().ThreadG(pr.mem, tv.regs)
	if err == nil {
		tv.g, tv.system = g, system
	}
	return tv.g
}

// threadOf is the thread that a goroutine is on, nil when it is parked.
func (pr *process) threadOf(goroutine int64) *threadView {
	for _, tv := range pr.view.threads {
		if g := pr.threadG(tv); g != nil && g.ID == goroutine {
			return tv
		}
	}
	return nil
}

// goroutine finds a goroutine by id.
func (pr *process) goroutine(id int64) (*goruntime.G, error) {
	if pr.goRuntime() == nil {
		return nil, fmt.Errorf("no goroutines: %w", pr.noRuntime)
	}
	if tv := pr.threadOf(id); tv != nil {
		return tv.g, nil
	}
	return pr.goRuntime().GByID(pr.mem, id)
}

// where is what a scope's goroutine id means: a goroutine, or a thread without.
type where struct {
	g      *goruntime.G // nil for a thread without
	thread *threadView  // nil for a parked goroutine
	regs   *unwind.Regs
}

// at resolves the goroutine id of a scope; ids below 1 mean what is selected.
func (pr *process) at(goroutine int64) (where, error) {
	if goroutine < 1 {
		if goroutine = pr.selected.goroutine; goroutine < 1 {
			return pr.atThread(pr.selected.thread)
		}
	}
	g, err := pr.goroutine(goroutine)
	if err != nil {
		return where{}, err
	}
	if tv := pr.threadOf(goroutine); tv != nil {
		return where{g, tv, unwind.FromThread(pr.proc.Arch(), tv.regs)}, nil
	}
	return where{g, nil, unwind.FromSaved(pr.proc.Arch(), g.PC, g.SP, g.BP)}, nil
}

func (pr *process) atThread(id int) (where, error) {
	tv := pr.view.byID[id]
	if tv == nil {
		return where{}, fmt.Errorf("unknown thread with id %d", id)
	}
	return where{pr.threadG(tv), tv, unwind.FromThread(pr.proc.Arch(), tv.regs)}, nil
}

// stack lists at most max frames of a place, innermost first.
func (pr *process) stack(w where, max int) []unwind.Frame {
	return pr.unwind(pr.mem, w.regs, w.g, max)
}

// unwind lists frames; mem may be the cached memory on the session goroutine,
// and must not be on the tracer.
func (pr *process) unwind(mem target.Memory, regs *unwind.Regs, g *goruntime.G, max int) []unwind.Frame {
	o := unwind.Options{Max: max, Cache: pr.frames}
	if pr.goRuntime() != nil {
		o.Switch = pr.goRuntime().Switcher(mem)
		if g != nil {
			o.G = g.Addr
		}
		if t := regs.Thread(); t != nil {
			if a, err := pr.goRuntime().GAddr(mem, t); err == nil {
				o.G = a
			}
		}
	}
	return unwind.Stack(mem, pr.images, regs, o)
}

// vectorRegs reads a thread's registers with the vector ones.
func (pr *process) vectorRegs(tv *threadView) (regs arch.Regs, err error) {
	err = pr.onTracer(func() error {
		regs, err = tv.Registers(true)
		return err
	})
	return regs, err
}
