package session

import (
	"context"
	"errors"
	"fmt"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/breakpoint"
	"github.com/tinydbg/tinydbg/internal/goruntime"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/target"
	"github.com/tinydbg/tinydbg/internal/unwind"
)

// watch is what a watchpoint watches.
type watch struct {
	at   addr.Addr
	size int
	kind target.WatchKind
	// end ends a watchpoint on a stack with its frame; nil for others.
	end *breakpoint.Breakpoint
	// stack is the stack that it is on, nil for none. over: its frame is gone.
	stack *ownStack
	over  bool
	// typ is of what is watched, and now is what that was after the last access.
	// changes are by thread: several may have made an access before they could be
	// stopped. The tracer fills them in.
	typ     *symbol.Type
	now     []byte
	changes map[int]change
}

// change is what was watched before an access, and after it.
type change struct{ before, now []byte }

// CreateWatchpoint has the processor report accesses to the memory that an
// expression names.
func (s *Session) CreateWatchpoint(_ context.Context, scope api.EvalScope, text string, kind api.WatchType) (out *api.Breakpoint, err error) {
	err = s.whileStopped(func() error {
		out, err = s.createWatchpoint(scope, text, kind)
		return err
	})
	return out, err
}

func (pr *process) createWatchpoint(scope api.EvalScope, text string, kind api.WatchType) (*api.Breakpoint, error) {
	if kind == 0 || kind&^(api.WatchRead|api.WatchWrite) != 0 {
		return nil, errors.New("at least one of read and write must be set for watchpoint")
	}
	if pr.remains() {
		return nil, target.ErrCoreBreakpoint
	}
	w, f, err := pr.frameAt(scope)
	if err != nil {
		return nil, err
	}
	p, sc, err := pr.compileAt(text, f, w)
	if err != nil {
		return nil, err
	}
	r, err := p.Eval(sc)
	if err != nil {
		return nil, err
	}
	if r.Value == nil || r.Value.Type == nil {
		return nil, fmt.Errorf("can not watch %q: it is not a variable", text)
	}
	at, ok := r.Value.Addr()
	if !ok {
		return nil, fmt.Errorf("can not watch %q: it has no address", text)
	}
	wt := &watch{at: at, size: int(r.Value.Type.Size()), kind: target.WatchKind(kind), typ: r.Value.Type, changes: map[int]change{}}
	b := &breakpoint.Breakpoint{Watch: true}
	if pr.set.Named(text) == nil { // what is called the same elsewhere may be watched already
		b.Name = text
	}
	b.User = &settings{watch: wt, Breakpoint: api.Breakpoint{WatchExpr: text, WatchType: kind}}
	b.Cond = pr.watchHit(wt, nil)
	if other := pr.watching(at); other != nil {
		return nil, fmt.Errorf("Breakpoint exists at %#x: it is watchpoint %d", at, other.ID)
	}
	return pr.armWatch(b, wt, w, f)
}

func (pr *process) watching(at addr.Addr) *breakpoint.Breakpoint {
	for _, b := range pr.set.All() {
		if wt := settingsOf(b).watch; wt != nil && wt.at == at {
			return b
		}
	}
	return nil
}

func (pr *process) armWatch(b *breakpoint.Breakpoint, wt *watch, w where, f *unwind.Frame) (out *api.Breakpoint, err error) {
	b.ID = pr.session.nextID()
	if w.g != nil && wt.at >= w.g.StackLo && wt.at < w.g.StackHi {
		wt.stack = &ownStack{g: w.g.Addr, id: w.g.ID, high: w.g.StackHi}
	}
	err = pr.onTracer(func() error {
		if err := pr.setSlot(b, wt); err != nil {
			return err
		}
		b.Addrs = nil
		wt.now = pr.watched(wt)
		if err := pr.set.Add(b); err != nil {
			return err
		}
		out = pr.apiBreakpoint(b)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if wt.stack != nil {
		pr.endWithFrame(b, wt, w.g, f)
		pr.followStacks()
	}
	return out, nil
}

// setSlot arms a free hardware slot.
// Precondition: tracer; stopped.
func (pr *process) setSlot(b *breakpoint.Breakpoint, wt *watch) error {
	hw, ok := pr.proc.(target.Watcher)
	if !ok {
		return &target.UnsupportedError{Feature: "watching memory", Needs: "hardware watchpoints"}
	}
	switch wt.size {
	case 1, 2, 4, 8:
	default:
		return fmt.Errorf("can not watch variable of type %s: it takes %d bytes, the processor can watch 1, 2, 4 or 8", wt.typ.Name(), wt.size)
	}
	for slot := range hw.WatchSlots() {
		if pr.set.InSlot(slot) != nil {
			continue
		}
		pr.loop.GuardWatch()
		if err := hw.SetWatch(slot, wt.at, wt.size, wt.kind); err != nil {
			return err
		}
		b.Slot = slot
		return nil
	}
	return fmt.Errorf("all %d hardware watchpoints are in use", hw.WatchSlots())
}

// endWithFrame ends a watchpoint when the frame returns that its memory is in:
// another frame will use it then for something else.
func (pr *process) endWithFrame(b *breakpoint.Breakpoint, wt *watch, g *goruntime.G, f *unwind.Frame) {
	frames := pr.unwind(pr.mem, f.Regs, g, loopFrames)
	i := around(frames, wt.at)
	if i < 0 {
		return
	}
	wt.stack.fn, wt.stack.depth = frames[i].Func, depth(frames[i].CFA, g)
	if i+1 >= len(frames) {
		return
	}
	caller := &frames[i+1]
	id, d := g.ID, depth(caller.CFA, g)
	end := &breakpoint.Breakpoint{ID: internalIDs - b.ID, Addrs: []addr.Addr{caller.PC}}
	end.Cond = func(h *breakpoint.Hit) (bool, error) {
		pl, err := (&stacks{pr}).Place(h.Thread, h.Regs)
		return err == nil && pl.Goroutine == id && pl.Depth <= d, nil
	}
	if pr.onTracer(func() error { return pr.set.Add(end) }) == nil {
		wt.end = end
	}
}

// removeWatch disarms a watchpoint and forgets it.
// Precondition: tracer.
func (pr *process) removeWatch(b *breakpoint.Breakpoint, wt *watch) error {
	var err error
	if !b.Disabled {
		err = pr.clearSlot(b)
	}
	if wt.end != nil {
		err = errors.Join(err, pr.set.Remove(wt.end))
	}
	err = errors.Join(err, pr.set.Remove(b))
	if moves := pr.set.ByID(stackMovesID); moves != nil && len(pr.stackWatches()) == 0 {
		err = errors.Join(err, pr.set.Remove(moves))
	}
	return err
}

func (pr *process) clearSlot(b *breakpoint.Breakpoint) error {
	return pr.allStopped(func() error { return pr.proc.(target.Watcher).ClearWatch(b.Slot) })
}

// toggleWatch disables or enables a watchpoint.
// Precondition: tracer.
func (pr *process) toggleWatch(b *breakpoint.Breakpoint, disabled bool) error {
	var err error
	if disabled {
		err = pr.clearSlot(b)
	} else {
		err = pr.allStopped(func() error { return pr.setSlot(b, settingsOf(b).watch) })
	}
	if err == nil {
		b.Disabled = disabled
	}
	return err
}

// allStopped runs f if no thread runs: the registers that watch are those of
// each thread.
func (pr *process) allStopped(f func() error) error {
	for _, t := range pr.proc.Threads() {
		if t.State() == target.Running {
			return fmt.Errorf("watchpoints can be changed only while the process is stopped: %w", ErrRunning)
		}
	}
	return f()
}

// watchesOver removes the watchpoints whose frame has returned at this stop.
// Precondition: session goroutine; stopped.
func (pr *process) watchesOver() (over []*api.Breakpoint) {
	for _, r := range pr.session.stop.Reached {
		for _, b := range pr.set.All() {
			wt := settingsOf(b).watch
			if wt == nil || wt.end != r.Breakpoint && !(wt.over && r.Breakpoint == b) {
				continue
			}
			over = append(over, pr.apiBreakpoint(b))
			_ = pr.onTracer(func() error { return pr.removeWatch(b, wt) })
		}
	}
	return over
}
