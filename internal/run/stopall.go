package run

import (
	"errors"
	"syscall"

	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/target"
)

// StopAll stops every thread and moves each to where the program itself could
// stand: out of displaced copies, back from behind traps. What happens to
// threads meanwhile is kept: hits are counted and pending, signals held.
func (l *Loop) StopAll() error {
	if err := l.gather(); err != nil {
		return err
	}
	l.table.Settle()
	l.callsEnded()
	return nil
}

// gather is StopAll that keeps what threads may need that have not come far
// enough: the copies and the guard's entries of traps that are gone.
func (l *Loop) gather() error {
	if err := l.stopThreads(); err != nil {
		return err
	}
	for _, t := range l.proc.Threads() {
		if t.State() != target.Stopped {
			continue
		}
		if err := l.leaveCopyAlone(l.of(t)); err != nil && err != target.ErrThreadGone {
			return err
		}
		// Were we to die, the thread would go on where the system has it: in a copy that
		// is another instruction's by then.
		if f, ok := t.(target.Flusher); ok && t.State() == target.Stopped {
			if err := f.Flush(); err != nil && !errors.Is(err, target.ErrThreadGone) {
				return err
			}
		}
	}
	l.runMeanwhile()
	return nil
}

// stopThreads interrupts everybody and waits until nobody runs.
func (l *Loop) stopThreads() error {
	for l.interruptAll() {
		ev, err := l.proc.Wait()
		if err != nil {
			return err
		}
		if ev.Kind == target.EventExited {
			return l.gone(ev)
		}
		l.absorb(ev)
		// Who runs need not be found out after each of a thousand events.
		if err := l.drain(); err != nil {
			return err
		}
	}
	if err := l.drain(); err != nil {
		return err
	}
	l.runMeanwhile()
	return nil
}

// runMeanwhile does what was put off until nobody runs.
func (l *Loop) runMeanwhile() {
	list := l.meanwhile
	l.meanwhile = nil
	for _, f := range list {
		f()
	}
}

// drain takes the events that are there already. A thread whose event was not
// seen is stopped, but nobody knows where.
func (l *Loop) drain() error {
	for {
		ev, ok, err := l.proc.Poll()
		switch {
		case err != nil:
			return err
		case !ok:
			return nil
		case ev.Kind == target.EventExited:
			return l.gone(ev)
		}
		l.absorb(ev)
	}
}

// interruptAll asks every running thread that was not asked yet to stop, and
// tells whether there is any running.
func (l *Loop) interruptAll() (running bool) {
	for _, t := range l.proc.Threads() {
		if t.State() != target.Running {
			continue
		}
		running = true
		if th := l.of(t); !th.interrupted {
			// A thread that is gone by now has an event under way.
			th.interrupted = true
			_ = t.Interrupt()
		}
	}
	return running
}

// absorb takes an event that comes while everybody is being stopped. The
// thread stays stopped.
func (l *Loop) absorb(ev target.Event) {
	if ev.Kind == target.EventChildExec {
		l.pending = append(l.pending, &Stop{Reason: ChildExeced, Child: ev.Child})
	}
	if ev.Thread == nil {
		return
	}
	th := l.of(ev.Thread)
	th.interrupted = false
	switch ev.Kind {
	case target.EventThreadExited:
		l.forget(th)
		if l.only == th {
			l.only = nil
		}
	case target.EventFork:
		l.forked(ev)
	case target.EventExec:
		l.pending = append(l.pending, l.exec(th))
	case target.EventSignal:
		if ev.Again {
			l.hold(th, ev.Signal)
			return
		}
		l.absorbSignal(th, ev.Signal)
	}
}

func (l *Loop) absorbSignal(th *thread, sig syscall.Signal) {
	if sig != syscall.SIGTRAP {
		l.hold(th, sig)
		if l.stopsBefore(sig) {
			l.pending = append(l.pending, &Stop{Reason: Signalled, Thread: th.Thread, Signal: sig})
		}
		return
	}
	l.mindGuard(th)
	cause, err := th.Cause()
	if err != nil {
		return
	}
	regs, err := th.Registers(false)
	if err != nil {
		return
	}
	switch cause.Kind {
	case target.CauseSent:
		l.hold(th, sig)
	case target.CauseStep:
		l.absorbStep(th, regs)
	case target.CauseWatch:
		l.absorbWatch(th, cause)
	case target.CauseTrap:
		l.absorbTrap(th, regs)
	}
}

// hold keeps a signal, which is delivered at the next resume. A fault in a copy is
// one of the original instruction, which had no effect: there the program is to
// find its pc.
func (l *Loop) hold(th *thread, sig syscall.Signal) {
	regs, err := th.Registers(false)
	if err != nil {
		return
	}
	if c, in := l.table.InCopy(regs.PC()); in && fault(sig) && !c.Done {
		regs.SetPC(c.Site)
		_ = th.SetRegisters(regs)
	}
	th.held = append(th.held, sig)
	th.atSignal = true
}

// absorbStep: the step is over, so it isn't made again. What follows it waits
// for the next resume.
func (l *Loop) absorbStep(th *thread, regs arch.Regs) {
	if c, in := l.table.InCopy(regs.PC()); in && !c.Done {
		return
	}
	th.step, th.stepped = noStep, th.step
}

// absorbDone is absorbStep for a thread that was stopped after the instruction, before
// it was told of the step's end.
func (l *Loop) absorbDone(th *thread) {
	if th.step == noStep {
		return
	}
	regs, err := th.Registers(false)
	if err != nil {
		return
	}
	if c, in := l.table.InCopy(regs.PC()); in && c.Done {
		l.absorbStep(th, regs)
	}
}

func (l *Loop) absorbWatch(th *thread, cause target.Cause) {
	stops, _ := l.accesses(th, cause)
	l.pending = append(l.pending, stops...)
}

func (l *Loop) absorbTrap(th *thread, regs arch.Regs) {
	at := l.proc.Arch().TrapAddr(regs.PC())
	site := l.table.At(at)
	if site == nil {
		if l.table.WasRemoved(at) {
			if _, err := l.backTo(th, regs, at); err == nil {
				th.passed = 0
			}
			return
		}
		if l.callOf(th, at) != nil {
			// It runs into the trap once more if nobody looks at it any more.
			regs.SetPC(at)
			th.called = th.SetRegisters(regs) == nil
			return
		}
		if to, ok := l.table.Skipped(at); ok {
			regs.SetPC(to) // as the guard would
			_ = th.SetRegisters(regs)
			return
		}
		l.pending = append(l.pending, &Stop{Reason: Trapped, Thread: th.Thread})
		return
	}
	h, err := l.backTo(th, regs, at)
	if err != nil {
		return
	}
	th.askPlan = true
	if reached := l.ranInto(th, site, h); len(reached) > 0 {
		l.pending = append(l.pending, &Stop{Reason: BreakpointReached, Thread: th.Thread, Reached: reached})
	}
}
