package run

import (
	"syscall"

	"github.com/tinydbg/tinydbg/internal/breakpoint"
	"github.com/tinydbg/tinydbg/internal/target"
)

// passLifted passes over a trap that has no displaced copy: everybody else is
// stopped, the trap taken out, one instruction done, the trap put back.
func (l *Loop) passLifted(th *thread, site *breakpoint.Site) error {
	if err := l.liftAndStep(th, site); err != nil {
		return err
	}
	return l.resumeAgain()
}

// stepLifted is stepOne where there is no displaced copy.
func (l *Loop) stepLifted(th *thread, site *breakpoint.Site) error {
	if err := l.liftAndStep(th, site); err != nil {
		return err
	}
	l.alone = false
	return l.resumeAgain()
}

// resumeAgain resumes threads that were stopped for a moment, unless there is
// now a reason to stay stopped.
func (l *Loop) resumeAgain() error {
	if len(l.pending) > 0 {
		l.halt = true
		return nil
	}
	stop, err := l.resumeAll()
	if stop != nil {
		l.pending = append(l.pending, stop)
		l.halt = true
	}
	return err
}

// liftAndStep leaves every thread stopped.
func (l *Loop) liftAndStep(th *thread, site *breakpoint.Site) error {
	if err := l.stopThreads(); err != nil {
		return err
	}
	th.passed = 0
	at := site.Addr
	// While we waited the site may have been removed, or be another one now.
	if site = l.table.At(at); site != nil {
		if _, err := l.proc.WriteMemory(at, site.Orig); err != nil {
			return err
		}
	}
	stepErr := l.stepAlone(th)
	if l.table.At(at) != nil {
		if _, err := l.proc.WriteMemory(at, l.proc.Arch().Trap()); err != nil && stepErr == nil {
			return err
		}
	}
	return stepErr
}

// stepAlone steps a thread and waits for the end of it, keeping the signals
// that come meanwhile.
// Precondition: all threads stopped.
func (l *Loop) stepAlone(th *thread) error {
	th.atSignal = false
	for {
		if err := th.Step(0); err != nil {
			return err
		}
		ev, err := l.waitFor(th)
		if err != nil {
			return err
		}
		switch {
		case ev.Kind != target.EventSignal:
			l.absorb(ev)
			if ev.Kind == target.EventThreadExited || ev.Kind == target.EventExec {
				return nil
			}
		case !ev.Again && (ev.Signal == syscall.SIGTRAP || fault(ev.Signal)):
			// Not only the end of the step: a trap may have been set meanwhile.
			l.absorbSignal(th, ev.Signal)
			return nil
		default:
			th.held = append(th.held, ev.Signal)
		}
	}
}

// waitFor returns the next event of one thread while the others are stopped, or the
// start of another program.
func (l *Loop) waitFor(th *thread) (target.Event, error) {
	for {
		ev, err := l.proc.Wait()
		switch {
		case err != nil:
			return ev, err
		case ev.Kind == target.EventExited:
			return ev, l.gone(ev)
		case ev.Kind == target.EventWake:
			if l.halt && th.State() == target.Running && !th.interrupted {
				th.interrupted = true
				_ = th.Interrupt()
			}
		case ev.Thread == th.Thread, ev.Kind == target.EventExec: // which leaves one thread, by another number
			th.interrupted = false
			return ev, nil
		default:
			l.absorb(ev)
		}
	}
}

func (l *Loop) gone(ev target.Event) error {
	return &target.ExitedError{PID: l.proc.PID(), Status: l.end(ev).Status}
}
