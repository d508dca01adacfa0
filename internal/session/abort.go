package session

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/expr"
	"github.com/tinydbg/tinydbg/internal/goruntime"
	"github.com/tinydbg/tinydbg/internal/run"
	"github.com/tinydbg/tinydbg/internal/step"
	"github.com/tinydbg/tinydbg/internal/unwind"
)

// abortCall makes the function panic that the innermost evaluation waits for,
// and runs to the end of that, or to another stop. The panic is of the kind that
// the runtime itself makes of a fault (sigpanic), so deferred functions run, and
// the protocol of injected calls ends the call as it ends those that panic. A
// function that recovers has returned.
//
// It has to be made where a fault could have been: in code of the program, at
// an instruction that the compiler has not marked as unsafe. A function that is
// elsewhere is run to there first. One that waits for ever never gets there.
func (s *Session) abortCall(ctx context.Context, cmd api.DebuggerCommand) (*api.DebuggerState, error) {
	return s.runAsTold(ctx, cmd, func() (runLoop, error) {
		if len(s.calls) == 0 {
			return nil, errors.New("no call is in progress")
		}
		ev := s.calls[len(s.calls)-1]
		if ev.s != s.process {
			return nil, fmt.Errorf("the call is in process %d: select that first", ev.s.proc.PID())
		}
		a := &abortion{process: ev.s, ev: ev, call: ev.waiting}
		loop, err := a.next()
		if err != nil {
			return nil, err
		}
		s.aborting = a
		return loop, nil
	})
}

// abortion is a call that is being aborted. It ends when the function was made
// to panic, and with a stop for another reason.
type abortion struct {
	*process
	ev    *evaluation
	call  *step.Injection
	plan  step.Plan
	steps int
}

// Bounds on looking for where a function can be made to panic: how many of its
// frames are looked at, and how many instructions are done one by one to get
// past an unsafe point, which is a few of them.
const (
	maxAbortFrames = 100
	maxAbortSteps  = 500
)

// awaits tells whether a stop is where the function was to be run to.
func (a *abortion) awaits(stop *run.Stop) bool {
	return a != nil && a.plan != nil && stop.Reason == run.StepDone && stop.Plan == a.plan
}

func (a *abortion) goOn(stop *run.Stop) runLoop {
	a.session.stop = stop
	err := a.arrive()
	if err == nil {
		var loop runLoop
		if loop, err = a.next(); err == nil {
			return loop
		}
	}
	return func() (*run.Stop, error) { return nil, err }
}

// next makes the function panic or, where that cannot be, has it run to where it
// can. It returns what the loop is to do.
// Precondition: session goroutine; stopped; the view is fresh.
func (a *abortion) next() (runLoop, error) {
	if a.call.Entered() == nil {
		a.call.Cancel()
		return a.loop.Continue, nil
	}
	w, err := a.ev.callee()
	if err != nil {
		return nil, err
	}
	if waitsForEver(w.g) {
		return nil, fmt.Errorf("the call of %s cannot be aborted: goroutine %d waits for ever (%s), and nothing takes a goroutine out of that; "+
			"it stays, and with it the goroutine that called. The others go on with continue; detaching is safe, too", a.ev.what, w.g.ID, w.g.WaitReason)
	}
	frames := a.stack(w, maxAbortFrames)
	if len(frames) == 0 {
		return nil, fmt.Errorf("the call of %s cannot be aborted: the stack of goroutine %d cannot be read", a.ev.what, w.g.ID)
	}
	here := w.thread != nil && !w.thread.system && own(&frames[0])
	if here && safePoint(&frames[0], true) {
		may, err := a.mayPanic(w, &frames[0])
		if err != nil {
			return nil, err
		}
		if may {
			a.plan = nil
			return a.process.loop.Continue, a.panic(w, &frames[0])
		}
	}
	if here && a.steps < maxAbortSteps {
		a.steps++
		start := a.startAt(w, frames, 0)
		start.Thread = w.thread.Thread
		return a.run(step.OneInstruction(a.program(), start, true)), nil
	}
	for i := 1; i < len(frames); i++ {
		if f := &frames[i]; !f.Inlined && own(f) && safePoint(f, false) {
			// Without a thread, the plan is done when the goroutine gets there.
			return a.run(step.OneInstruction(a.program(), a.startAt(w, frames, i), false)), nil
		}
	}
	return nil, fmt.Errorf("the call of %s cannot be aborted: goroutine %d is in %s, and on its stack is none of the program's own functions, which could be made to panic",
		a.ev.what, w.g.ID, frames[0].Name)
}

func (a *abortion) run(p step.Plan) runLoop {
	a.plan = p
	return func() (*run.Stop, error) { return a.loop.Step(p) }
}

// own tells functions that can stand a panic anywhere from those that hold the
// runtime's locks, or keep the invariants of what everybody uses.
func own(f *unwind.Frame) bool {
	if f.Func == nil || f.Image == nil || f.Func.IsAssembly() {
		return false
	}
	name := f.Func.Name
	for _, pkg := range []string{"runtime.", "runtime/", "internal/", "sync.", "sync/", "reflect.", "syscall."} {
		if strings.HasPrefix(name, pkg) {
			return false
		}
	}
	return true
}

// safePoint tells whether a panic may be put in before the next instruction of a
// frame. The runtime looks at the instruction before that when it allows calls,
// at the one itself when it preempts.
func safePoint(f *unwind.Frame, innermost bool) bool {
	pc := f.Image.Bias.File(f.PC)
	if f.Func.UnsafePoint(pc) {
		return false
	}
	return !innermost || pc == f.Func.Entry || !f.Func.UnsafePoint(pc-1)
}

// canPanic is what runtime.canpanic asks before it makes a panic of a signal; it
// ends the program otherwise.
const canPanic = "runtime.curg.m.locks == 0 && runtime.curg.m.mallocing == 0 && runtime.curg.m.dying == 0 && " +
	`runtime.curg.m.throwing == 0 && runtime.curg.m.preemptoff == "" && runtime.curg.syscallsp == 0`

func (a *abortion) mayPanic(w where, f *unwind.Frame) (bool, error) {
	if w.g.Status != goruntime.Running || w.thread.regs.SP() < w.g.StackLo+addr.Addr(step.Room()) || w.thread.regs.SP() >= w.g.StackHi {
		return false, nil
	}
	p, sc, err := a.compileAt(canPanic, f, w)
	if err != nil {
		return false, fmt.Errorf("the call of %s cannot be aborted: whether it may panic: %w", a.ev.what, err)
	}
	return p.Bool(sc)
}

// panic has the thread call runtime.sigpanic as the runtime's handler of signals
// does (runtime/signal_amd64.go, preparePanic). Of SIGINT that makes an error
// that says "SIGINT: interrupt".
func (a *abortion) panic(w where, f *unwind.Frame) error {
	img, fn := a.images.FuncNamed("runtime.sigpanic0")
	if fn == nil {
		return fmt.Errorf("the call of %s cannot be aborted: the program has no runtime.sigpanic0", a.ev.what)
	}
	sc := a.exprScope(f, w)
	for _, field := range []struct{ name, value string }{
		{"sig", fmt.Sprint(int(syscall.SIGINT))}, {"sigcode0", "0"}, {"sigcode1", "0"}, {"sigpc", fmt.Sprint(uint64(f.PC))},
	} {
		if err := expr.Set(sc, "runtime.curg."+field.name, field.value); err != nil {
			return fmt.Errorf("the call of %s cannot be aborted: %w", a.ev.what, err)
		}
	}
	return a.onTracer(func() error { return a.push(w.thread, img.Addr(fn.Entry)) })
}

// push makes a thread call a function, as if by the instruction before the one
// it stands at.
// Precondition: tracer.
func (a *abortion) push(tv *threadView, entry addr.Addr) error {
	regs, err := tv.Registers(false)
	if err != nil {
		return err
	}
	word := make([]byte, a.proc.Arch().PtrSize())
	a.proc.Arch().ByteOrder().PutUint64(word, uint64(regs.PC()))
	sp := regs.SP() - addr.Addr(len(word))
	if _, err := a.proc.WriteMemory(sp, word); err != nil {
		return err
	}
	regs.SetSP(sp)
	regs.SetPC(entry)
	if err := tv.SetRegisters(regs); err != nil {
		return err
	}
	a.loop.Moved(tv.Thread)
	return nil
}
