package session

import (
	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/breakpoint"
	dwarfexpr "github.com/tinydbg/tinydbg/internal/dwarf/expr"
	"github.com/tinydbg/tinydbg/internal/goruntime"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/target"
	"github.com/tinydbg/tinydbg/internal/unwind"
	"github.com/tinydbg/tinydbg/internal/value"
)

// ownStack is the stack that a watched variable lives on, for as long as the
// goroutine does. high is where the stack ended when it was last looked at, and
// fn and depth tell its frame, nil and 0 if that was not found.
type ownStack struct {
	g     addr.Addr
	id    int64
	high  addr.Addr
	fn    *symbol.Func
	depth uint64
}

// stackMovesID is that of the breakpoint at the end of runtime.copystack.
const stackMovesID = internalIDs * 1000

// followStacks has watchpoints follow the variables of stacks that move. All
// threads are stopped where a stack has just been copied, and nothing has run on
// the copy yet: so nothing is missed.
// Precondition: session goroutine; stopped.
func (pr *process) followStacks() {
	var at []addr.Addr
	ends, _ := pr.world().FunctionReturnLocations("runtime.copystack")
	for _, a := range ends {
		if in, err := pr.code().Instr(addr.Addr(a)); err == nil && in.Kind == arch.InstReturn {
			at = append(at, addr.Addr(a))
		}
	}
	b := &breakpoint.Breakpoint{ID: stackMovesID, Addrs: at, Meanwhile: pr.moveWatches}
	b.Cond = func(*breakpoint.Hit) (bool, error) {
		for _, wt := range pr.stackWatches() {
			if g, err := pr.goRuntime().ReadG(pr.tracerMem(), wt.stack.g); err == nil && g.StackHi != wt.stack.high {
				return true, nil
			}
		}
		return false, nil
	}
	_ = pr.onTracer(func() error {
		if len(at) == 0 || pr.set.ByID(stackMovesID) != nil {
			return nil
		}
		return pr.set.Add(b)
	})
}

// stackWatches are the watchpoints on stacks.
// Precondition: tracer.
func (pr *process) stackWatches() map[*breakpoint.Breakpoint]*watch {
	all := map[*breakpoint.Breakpoint]*watch{}
	for _, b := range pr.set.All() {
		if wt := settingsOf(b).watch; wt != nil && wt.stack != nil && !wt.over {
			all[b] = wt
		}
	}
	return all
}

// moveWatches moves watchpoints to where their stacks are now.
// Precondition: tracer; every thread stopped.
func (pr *process) moveWatches() {
	for b, wt := range pr.stackWatches() {
		g, err := pr.goRuntime().ReadG(pr.tracerMem(), wt.stack.g)
		if err != nil || g.ID != wt.stack.id || g.StackHi == wt.stack.high {
			continue
		}
		wt.at = g.StackHi - (wt.stack.high - wt.at)
		wt.stack.high = g.StackHi
		if b.Disabled {
			continue
		}
		// Of a process that dies at this moment there is nothing left to watch.
		_ = pr.proc.(target.Watcher).SetWatch(b.Slot, wt.at, wt.size, wt.kind)
	}
}

// watchHit makes the condition of a watchpoint: it notes what the access has
// changed, before the user's condition, if any, is asked.
func (pr *process) watchHit(wt *watch, cond func(*breakpoint.Hit) (bool, error)) func(*breakpoint.Hit) (bool, error) {
	return func(h *breakpoint.Hit) (bool, error) {
		if wt.stack != nil && pr.frameGone(wt, h) {
			wt.over = true
			return true, nil
		}
		c := change{wt.now, pr.watched(wt)}
		wt.now, wt.changes[h.Thread.ID()] = c.now, c
		if cond == nil {
			return true, nil
		}
		return cond(h)
	}
}

// watched is the memory that is watched, nil if it cannot be read.
// Precondition: tracer.
func (pr *process) watched(wt *watch) []byte {
	b := make([]byte, wt.size)
	if _, err := pr.clean.ReadMemory(b, wt.at); err != nil {
		return nil
	}
	return b
}

// frameGone tells whether the frame of a watched variable is no more, left by a
// panic or runtime.Goexit, so that somebody else uses its memory.
// Precondition: tracer.
func (pr *process) frameGone(wt *watch, h *breakpoint.Hit) bool {
	g, err := pr.goRuntime().ReadG(pr.tracerMem(), wt.stack.g)
	if err != nil || g.ID != wt.stack.id || g.Status == goruntime.Dead {
		return true
	}
	on, system, err := pr.goRuntime().ThreadG(pr.tracerMem(), h.Regs)
	if err == nil && on != nil && on.ID == wt.stack.id {
		return !system && pr.otherFrame(wt, h, on)
	}
	// Another goroutine that gives this one something leaves it where it waits.
	return g.Status == goruntime.Waiting && g.SP > wt.at
}

// otherFrame tells whether the memory belongs to another frame by now.
func (pr *process) otherFrame(wt *watch, h *breakpoint.Hit, g *goruntime.G) bool {
	frames := pr.unwind(pr.tracerMem(), unwind.FromThread(pr.proc.Arch(), h.Regs), g, loopFrames)
	i := around(frames, wt.at)
	if i < 0 || frames[0].CFA == 0 {
		return false // too far down to be seen
	}
	return wt.stack.fn != nil && (frames[i].Func != wt.stack.fn || depth(frames[i].CFA, g) != wt.stack.depth)
}

// around is the index of the frame that an address on the stack is in, or -1.
func around(frames []unwind.Frame, at addr.Addr) int {
	for i := range frames {
		if frames[i].CFA > at {
			return outermostInlined(frames, i)
		}
	}
	return -1
}

// accessed shows what an access to watched memory has changed.
// Precondition: session goroutine; stopped.
func (pr *process) accessed(b *breakpoint.Breakpoint) (list []api.Variable) {
	wt := settingsOf(b).watch
	by := pr.session.stop.Thread
	if wt == nil || wt.over || wt.typ == nil || by == nil {
		return nil
	}
	c := wt.changes[by.ID()]
	env := &value.Env{
		Mem: pr.mem, Runtime: pr.goRuntime(), Set: pr.images, Formatters: pr.session.cfg.Formatters,
		Order: pr.proc.Arch().ByteOrder(), PtrSize: pr.proc.Arch().PtrSize(),
	}
	cfg := value.LoadConfig{FollowPointers: true, MaxVariableRecurse: 1, MaxStringLen: 64, MaxArrayValues: 64, MaxStructFields: -1}
	name := settingsOf(b).WatchExpr
	for _, v := range []struct {
		name string
		data []byte
	}{{name + " before", c.before}, {name, c.now}} {
		if v.data != nil {
			piece := dwarfexpr.Piece{Kind: dwarfexpr.Literal, Bytes: v.data, Size: uint64(len(v.data))}
			list = append(list, value.FromPieces(env, v.name, wt.typ, []dwarfexpr.Piece{piece}).ToAPI(cfg))
		}
	}
	return list
}
