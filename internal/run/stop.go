package run

import (
	"errors"
	"slices"
	"syscall"

	"github.com/tinydbg/tinydbg/internal/breakpoint"
	"github.com/tinydbg/tinydbg/internal/step"
	"github.com/tinydbg/tinydbg/internal/target"
)

// Reason is why the process was stopped.
type Reason int

// Reasons to stop.
const (
	// BreakpointReached: Reached says which.
	BreakpointReached Reason = iota
	// WatchpointReached: Reached says which.
	WatchpointReached
	// StepDone: the plan is done; Plan is it.
	StepDone
	// Halted: somebody asked for it.
	Halted
	// Trapped: the program has a trap instruction of its own.
	Trapped
	// Signalled: Signal stops the process instead of being delivered, or before.
	Signalled
	// Execed: the process runs another program, of which it has not done an
	// instruction; the table is empty, and the set's breakpoints are nowhere.
	Execed
	// Exited: the process is no more; Status and Signal say how.
	Exited
	// Called: an injected call has got somewhere; Call is it.
	Called
	// ChildExeced: Child is a process that this one has made, stands at the
	// beginning of its program, and waits for target.Parent.HandOver.
	ChildExeced
)

// Stop is a stop, or the end.
type Stop struct {
	Reason Reason
	// Thread is the one it is about, nil for Halted and Exited.
	Thread  target.Thread
	Reached []Reached
	Plan    step.Plan
	Call    *step.Injection
	Signal  syscall.Signal
	Child   int
	// sure: it is told even when its breakpoint, a temporary one, is gone.
	sure bool
	// Left: the thread has left the function that has the trap it was Trapped at.
	Left bool
	// Spared is how many hits have not stopped the process since Relent.
	Spared int
	// Status is the exit status, minus the signal when one killed it.
	Status int
}

// Reached is a breakpoint that said stop, and the error, if its condition
// could not be evaluated.
type Reached struct {
	Breakpoint *breakpoint.Breakpoint
	Err        error
}

// takePending is the oldest hit that came too late for an earlier stop and is
// still wanted, or nil.
func (l *Loop) takePending() *Stop {
	for len(l.pending) > 0 {
		stop := l.pending[0]
		l.pending = l.pending[1:]
		switch stop.Reason {
		case Trapped, StepDone, Execed, ChildExeced, Called:
			return stop
		case Signalled:
			if l.stopsBefore(stop.Signal) && stop.Thread.State() == target.Stopped {
				l.cancelIfMine(stop.Thread)
				return stop
			}
			continue
		}
		var still []Reached
		for _, r := range stop.Reached {
			if l.set.Has(r.Breakpoint) && !r.Breakpoint.Disabled || stop.sure && r.Breakpoint.Temporary {
				still = append(still, r)
			}
		}
		if stop.Reached = still; len(still) > 0 && stop.Thread.State() == target.Stopped {
			l.removeTemporary(stop)
			l.cancelIfMine(stop.Thread)
			return stop
		}
	}
	return nil
}

// Postpone has a stop that was returned, and that nobody was told about, be the
// next one.
func (l *Loop) Postpone(stop *Stop) {
	stop.sure = true
	l.pending = slices.Insert(l.pending, 0, stop)
}

// Pending is how many hits wait to be reported.
func (l *Loop) Pending() int { return len(l.pending) }

func (l *Loop) removeTemporary(stop *Stop) {
	for _, r := range stop.Reached {
		if r.Breakpoint.Temporary {
			_ = l.set.Remove(r.Breakpoint)
		}
	}
}

// stepDone ends the plan in progress.
func (l *Loop) stepDone(th *thread) *Stop {
	p := l.plan
	l.CancelStep()
	return &Stop{Reason: StepDone, Thread: th.Thread, Plan: p}
}

// cancelIfMine drops the step when its own goroutine is stopped for another
// reason: what it was to step over is now being looked at.
func (l *Loop) cancelIfMine(t target.Thread) {
	if l.plan == nil {
		return
	}
	id := -int64(t.ID())
	if l.hooks.Goroutine != nil {
		if regs, err := t.Registers(false); err == nil {
			if g := l.hooks.Goroutine(t, regs); g != 0 {
				id = g
			}
		}
	}
	if l.plan.Start().Place.Goroutine == id {
		l.CancelStep()
	}
}

// exited makes a stop of an error that says that the process is no more.
func (l *Loop) exited(err error) *Stop {
	var ex *target.ExitedError
	if !errors.As(err, &ex) {
		return nil
	}
	return &Stop{Reason: Exited, Status: ex.Status}
}
