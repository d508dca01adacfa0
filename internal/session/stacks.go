package session

import (
	"strings"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/expr"
	"github.com/tinydbg/tinydbg/internal/goruntime"
	"github.com/tinydbg/tinydbg/internal/step"
	"github.com/tinydbg/tinydbg/internal/target"
	"github.com/tinydbg/tinydbg/internal/target/pagecache"
	"github.com/tinydbg/tinydbg/internal/unwind"
	"github.com/tinydbg/tinydbg/internal/value"
)

// stacks is the debuggee's stacks as step plans see them. It is used on the
// tracer, while threads run, so each look has a cache of its own.
type stacks struct{ s *process }

// look is one look at one thread.
type look struct {
	mem    target.Memory
	g      *goruntime.G
	frames []unwind.Frame
}

func (k *stacks) look(t target.Thread, regs arch.Regs, max int) look {
	l := look{mem: k.s.tracerMem()}
	if rt := k.s.goRuntime(); rt != nil {
		l.g, _, _ = rt.ThreadG(l.mem, regs)
	}
	l.frames = k.s.unwind(l.mem, unwind.FromThread(k.s.proc.Arch(), regs), l.g, max)
	return l
}

// Place implements step.Stack.
func (k *stacks) Place(t target.Thread, regs arch.Regs) (step.Place, error) {
	l := k.look(t, regs, 1)
	return place(&l.frames[0], l.g, t.ID()), l.frames[0].Err
}

// place tells a frame from all others.
func place(f *unwind.Frame, g *goruntime.G, thread int) step.Place {
	p := step.Place{Goroutine: -int64(thread), Depth: depth(f.CFA, g)}
	if g != nil {
		p.Goroutine = g.ID
	}
	return p
}

// depth is counted from the top of the goroutine's stack, which moves when it
// grows. Other stacks don't move.
func depth(cfa addr.Addr, g *goruntime.G) uint64 {
	if g != nil && cfa > g.StackLo && cfa <= g.StackHi {
		return uint64(g.StackHi - cfa)
	}
	return ^uint64(cfa)
}

// tracerMem is an empty cache of the memory: other threads run and write to it.
// The one before must not be used any more.
// Precondition: tracer.
func (pr *process) tracerMem() *pagecache.Cache {
	pr.glance.Reset()
	return pr.glance
}

// LoopFrame implements step.Stack.
func (k *stacks) LoopFrame(t target.Thread, regs arch.Regs) (uint64, bool) {
	l := k.look(t, regs, loopFrames)
	outer := k.s.enclosing(l.mem, l.frames)
	if len(outer) == 0 {
		return 0, false
	}
	return depth(l.frames[outer[0]].CFA, l.g), true
}

// loopFrames is how many frames may be between a loop's body and the function
// it stands in.
const loopFrames = 200

// enclosing finds the frames around the body of a range-over-func loop that frames
// begin with: the bodies it stands in and, last, the function. Of a function that
// is on the stack more than once it is the frame that has made the body; optimised
// programs don't keep that, and the nearest is taken.
func (pr *process) enclosing(mem target.Memory, frames []unwind.Frame) (list []int) {
	if !strings.Contains(realName(&frames[0]), rangeBody) {
		return nil
	}
	sc := expr.ScopeOf(pr.images.All(), &frames[0], value.Env{Mem: mem, Runtime: pr.goRuntime(), Set: pr.images})
	if sc.Enclosing == nil {
		return nearest(frames)
	}
	i := 0
	for _, outer := range sc.Enclosing() {
		for i < len(frames) && (frames[i].Inlined || frames[i].CFA != outer.CFA) {
			i++
		}
		if i == len(frames) {
			break
		}
		list = append(list, i)
	}
	if len(list) == 0 {
		return nearest(frames)
	}
	return list
}

// nearest is enclosing by the names of functions alone.
func nearest(frames []unwind.Frame) (list []int) {
	name := realName(&frames[0])
	base, _, ok := strings.Cut(name, rangeBody)
	if !ok {
		return nil
	}
	for i := 1; i < len(frames); i++ {
		f := &frames[i]
		if f.Inlined || f.CFA == frames[0].CFA {
			continue
		}
		switch name := realName(f); {
		case name == base:
			return append(list, i)
		case strings.HasPrefix(name, base+rangeBody):
			list = append(list, i)
		}
	}
	return nil
}

func realName(f *unwind.Frame) string {
	if f.Func == nil {
		return ""
	}
	return f.Func.Name
}

// DeferCaller implements step.Stack.
func (k *stacks) DeferCaller(t target.Thread, regs arch.Regs) (by step.DeferCaller, frame uint64) {
	l := k.look(t, regs, 8)
	for _, f := range l.frames[1:] {
		switch name := realName(&f); {
		case givesUpFrames(f):
			return step.CalledByPanic, k.panicFrame(l)
		case name == "runtime.deferreturn":
			return step.CalledByReturn, 0
		case f.Inlined, f.Func != nil && f.Func.IsWrapper():
		default:
			return step.CalledPlainly, 0
		}
	}
	return step.CalledPlainly, 0
}

// panicFrame is the frame whose deferred functions the latest panic runs.
func (k *stacks) panicFrame(l look) uint64 {
	if l.g == nil {
		return 0
	}
	panics, err := k.s.goRuntime().Panics(l.mem, l.g)
	if err != nil || len(panics) == 0 {
		return 0
	}
	return depth(panics[0].Frame, l.g)
}

// hitGoroutine is the id of the goroutine on a thread.
// Precondition: tracer.
func (pr *process) hitGoroutine(t target.Thread, regs arch.Regs) int64 {
	if pr.goRuntime() == nil {
		return 0
	}
	g, _, err := pr.goRuntime().ThreadG(pr.tracerMem(), regs)
	if err != nil || g == nil {
		return 0
	}
	return g.ID
}

// Made implements step.Stack.
func (k *stacks) Made(_ target.Thread, regs arch.Regs) (step.Made, bool) {
	ints, _ := k.s.proc.Arch().GoABI()
	closure, ok := regs.Uint(ints[0])
	if !ok {
		return step.Made{}, false
	}
	entry := make([]byte, k.s.proc.Arch().PtrSize())
	_, err := k.s.tracerMem().ReadMemory(entry, addr.Addr(closure))
	return step.Made{Entry: addr.Addr(k.s.proc.Arch().ByteOrder().Uint64(entry)), Closure: closure}, err == nil
}

// Begins implements step.Stack.
func (k *stacks) Begins(t target.Thread, regs arch.Regs, closure uint64) bool {
	if c, ok := regs.Uint(k.s.proc.Arch().GoContextReg()); !ok || c != closure {
		return false
	}
	frames := k.look(t, regs, 2).frames
	return len(frames) == 2 && realName(&frames[1]) == "runtime.goexit"
}
