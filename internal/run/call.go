package run

import (
	"errors"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/step"
	"github.com/tinydbg/tinydbg/internal/target"
)

// call is an injected call in progress, with what was known about its thread
// where it began.
type call struct {
	*step.Injection
	passed  addr.Addr
	askPlan bool
	stepped purpose
	// abandoned: nobody waits for what it returns.
	abandoned bool
}

// Call begins an injected call, or goes on with one that has returned, and runs
// until the next stop. That need not be about the call: it goes on with the
// process, however that is resumed.
// Precondition: every thread stopped.
func (l *Loop) Call(i *step.Injection) (*Stop, error) {
	th := l.of(i.Thread())
	fresh := i.State() == step.Fresh
	if err := i.Begin(); err != nil {
		return l.failed(err)
	}
	if fresh {
		l.calls = append(l.calls, &call{Injection: i, passed: th.passed, askPlan: th.askPlan, stepped: th.stepped})
		th.passed, th.askPlan, th.stepped = 0, false, noStep
	}
	return l.Continue()
}

// Calls is how many injected calls are in progress.
func (l *Loop) Calls() int { return len(l.calls) }

// AbandonCalls has the injected calls in progress go on to their ends by
// themselves whenever the process runs.
// Precondition: every thread stopped.
func (l *Loop) AbandonCalls() {
	for _, c := range l.calls {
		c.abandoned = true
	}
}

// Arrived tells whether an injected call on t has got somewhere, and that stop is
// still to be reported.
func (l *Loop) Arrived(t target.Thread) bool { return l.of(t).called }

// awaitsUs tells whether th is where an injected call has returned, and whoever
// made it has not gone on with it.
func (l *Loop) awaitsUs(th *thread) bool {
	c := l.innermost(th.Thread)
	return c != nil && c.returned()
}

func (c *call) returned() bool { return c.State() == step.Returned || c.State() == step.Panicked }

// goOnAbandoned goes on with the calls that have returned and that nobody waits for.
func (l *Loop) goOnAbandoned() error {
	for _, c := range l.calls {
		if c.abandoned && c.returned() && l.innermost(c.Thread()) == c {
			if err := c.Begin(); err != nil && !errors.Is(err, target.ErrThreadGone) {
				return err
			}
		}
	}
	return nil
}

// callOf is the innermost call on th that a trap instruction at a belongs to,
// or nil.
func (l *Loop) callOf(th *thread, a addr.Addr) *call {
	for k := len(l.calls) - 1; k >= 0; k-- {
		if c := l.calls[k]; c.Thread() == th.Thread && c.State() == step.Running && c.Owns(a) {
			return c
		}
	}
	return nil
}

// called handles a trap of a call's.
func (l *Loop) called(th *thread, c *call, regs arch.Regs) (*Stop, error) {
	th.step, th.passed = noStep, 0
	act, err := c.Trapped(regs)
	if err != nil {
		return nil, err
	}
	if act != step.Done {
		return nil, l.goOn(th)
	}
	if c.State() == step.Over {
		l.drop(c)
		l.ended = append(l.ended, c)
		th.passed, th.askPlan, th.stepped = c.passed, c.askPlan, c.stepped
	}
	if l.ending || c.abandoned {
		return nil, l.goOnToEnd(th, c)
	}
	return &Stop{Reason: Called, Thread: th.Thread, Call: c.Injection}, nil
}

// calledBefore is called, for a trap that was seen while everybody was being
// stopped.
func (l *Loop) calledBefore(th *thread) (*Stop, error) {
	th.called = false
	regs, err := th.Registers(false)
	if err != nil {
		return nil, err
	}
	at := regs.PC()
	c := l.callOf(th, at)
	if c == nil {
		return nil, nil
	}
	regs.SetPC(at + addr.Addr(len(l.proc.Arch().Trap())))
	if err := th.SetRegisters(regs); err != nil {
		return nil, err
	}
	return l.called(th, c, regs)
}

func (l *Loop) drop(c *call) {
	for k := range l.calls {
		if l.calls[k] == c {
			l.calls = append(l.calls[:k], l.calls[k+1:]...)
			return
		}
	}
}

// forget drops what was known about a thread that is no more.
func (l *Loop) forget(th *thread) {
	delete(l.threads, th.ID())
	for k := len(l.calls) - 1; k >= 0; k-- {
		if c := l.calls[k]; c.Thread() == th.Thread {
			l.calls = append(l.calls[:k], l.calls[k+1:]...)
			l.ended = append(l.ended, c)
		}
	}
}

// callsEnded has calls that are over no longer guarded. Until the system has the
// registers that their threads were given, the guard gives them the same.
func (l *Loop) callsEnded() {
	for _, c := range l.ended {
		if f, ok := c.Thread().(target.Flusher); ok {
			_ = f.Flush() // a thread that runs, or is gone, has them
		}
		c.Unguard()
	}
	l.ended = nil
}

// EndCalls lets the injected calls in progress run to their ends, and reports
// how many have not got there when Halt ends it. Nobody is stopped for.
// Precondition: every thread stopped; no traps are armed.
func (l *Loop) EndCalls() (left int, err error) {
	if len(l.calls) == 0 {
		return 0, nil
	}
	l.ending = true
	defer func() { l.ending = false }()
	for k := len(l.calls) - 1; k >= 0; k-- {
		// One that has returned waits for the debugger. Those around it are
		// begun when it is over.
		if c := l.calls[k]; l.innermost(c.Thread()) == c && c.State() != step.Running {
			if err := c.Begin(); err != nil {
				return len(l.calls), err
			}
		}
	}
	if _, err := l.resumeAll(); err != nil {
		return len(l.calls), err
	}
	for len(l.calls) > 0 && !l.halt {
		ev, err := l.proc.Wait()
		if err != nil {
			return len(l.calls), err
		}
		if ev.Kind == target.EventExited {
			return 0, l.gone(ev)
		}
		if _, err := l.event(ev); err != nil {
			return len(l.calls), err
		}
	}
	return len(l.calls), l.StopAll()
}

func (l *Loop) innermost(t target.Thread) *call {
	for k := len(l.calls) - 1; k >= 0; k-- {
		if l.calls[k].Thread() == t {
			return l.calls[k]
		}
	}
	return nil
}

// goOnToEnd is what follows a stop of a call's that nobody waits for.
func (l *Loop) goOnToEnd(th *thread, c *call) error {
	if c.State() == step.Over {
		// It is where it was before, perhaps in a function that was called, or where
		// that has returned. It cannot stay there: others may wait for it.
		if c = l.innermost(th.Thread); c == nil || !c.returned() {
			return l.sendOn(th, nil)
		}
	}
	if err := c.Begin(); err != nil {
		return err
	}
	return l.goOn(th)
}
