package run

import (
	"errors"
	"slices"
	"syscall"

	"github.com/tinydbg/tinydbg/internal/target"
)

// event handles what happened while the process runs. A nil stop means that
// the thread was sent on.
func (l *Loop) event(ev target.Event) (*Stop, error) {
	if ev.Kind == target.EventExited {
		return l.end(ev), nil
	}
	if ev.Kind == target.EventWake {
		return nil, nil
	}
	if l.held {
		l.absorb(ev)
		return nil, nil
	}
	if ev.Kind == target.EventChildExec {
		return &Stop{Reason: ChildExeced, Child: ev.Child}, nil
	}
	th := l.of(ev.Thread)
	th.interrupted = false
	var stop *Stop
	var err error
	switch ev.Kind {
	case target.EventSignal:
		if ev.Again {
			err = l.deliver(th, ev.Signal)
			break
		}
		stop, err = l.signal(th, ev.Signal)
	case target.EventThreadExited:
		l.forget(th)
		stop, err = l.lost(th)
	case target.EventNewThread:
		err = l.born(th)
	case target.EventExec:
		stop = l.exec(th)
	case target.EventFork:
		l.forked(ev)
		err = l.goOn(th)
	case target.EventGroupStop:
		if l.hooks.GroupStop != nil {
			l.hooks.GroupStop(ev.Signal)
		}
		err = l.goOn(th)
	default:
		err = l.goOn(th)
	}
	if errors.Is(err, target.ErrThreadGone) {
		// It was killed while we looked. Its own event tells the rest.
		return nil, nil
	}
	return stop, err
}

func (l *Loop) end(ev target.Event) *Stop {
	status := ev.Status
	if ev.Signal != 0 {
		status = -int(ev.Signal)
	}
	return &Stop{Reason: Exited, Status: status, Signal: ev.Signal}
}

// goOn resumes a thread where it is, outside of any trap of ours, or resumes
// what it was in the middle of.
func (l *Loop) goOn(th *thread) error {
	if th.step != noStep {
		return th.Step(0)
	}
	if l.waits(th) {
		return nil
	}
	return th.Resume(0)
}

// born handles a new thread. It may have been made by a displaced copy of a
// system call; then it goes on after the original.
func (l *Loop) born(th *thread) error {
	if err := l.leaveCopy(th); err != nil {
		return err
	}
	return l.goOn(th)
}

// exec handles the start of another program in the process: what was known of
// the one before is dropped.
func (l *Loop) exec(th *thread) *Stop {
	l.pending = slices.DeleteFunc(l.pending, func(s *Stop) bool { return s.Reason != ChildExeced })
	l.meanwhile, l.unguarded = nil, false
	l.noScratch, l.warned, l.plan, l.alone, l.only, l.calls = nil, false, nil, false, nil, nil
	l.ready, l.ended = false, nil
	*th = thread{Thread: th.Thread}
	l.threads = map[int]*thread{th.ID(): th}
	l.table.Reset()
	return &Stop{Reason: Execed, Thread: th.Thread}
}

// forked tells of a child of which nothing more will be heard.
func (l *Loop) forked(ev target.Event) {
	if l.hooks.Child != nil && !ev.Kept {
		l.hooks.Child(ev.Child)
	}
}

// signal handles a signal that a thread is about to receive.
func (l *Loop) signal(th *thread, sig syscall.Signal) (*Stop, error) {
	if sig == syscall.SIGTRAP {
		l.mindGuard(th)
		if stop, passOn, err := l.trapped(th); !passOn || err != nil {
			return stop, err
		}
	}
	if l.hooks.StopFor != nil && l.hooks.StopFor(sig) {
		return &Stop{Reason: Signalled, Thread: th.Thread, Signal: sig}, nil
	}
	if l.stopsBefore(sig) {
		l.hold(th, sig)
		return l.signalled(th, sig), nil
	}
	return nil, l.deliver(th, sig)
}

func (l *Loop) stopsBefore(sig syscall.Signal) bool {
	return l.hooks.StopBefore != nil && l.hooks.StopBefore(sig)
}

// signalled is a stop before a signal is delivered. A step of the thread's goes
// on from the handler, if at all: it is given up.
func (l *Loop) signalled(th *thread, sig syscall.Signal) *Stop {
	l.cancelIfMine(th.Thread)
	return &Stop{Reason: Signalled, Thread: th.Thread, Signal: sig}
}

// faults are the signals that an instruction itself raises.
func fault(sig syscall.Signal) bool {
	switch sig {
	case syscall.SIGSEGV, syscall.SIGBUS, syscall.SIGFPE, syscall.SIGILL:
		return true
	}
	return false
}

// deliver passes a signal on, so that the program finds its pc in its own code
// and never in a copy.
func (l *Loop) deliver(th *thread, sig syscall.Signal) error {
	regs, err := th.Registers(false)
	if err != nil {
		return err
	}
	c, in := l.table.InCopy(regs.PC())
	switch {
	case in && fault(sig) && !c.Done:
		// The instruction had no effect: it is the original that faults.
		regs.SetPC(c.Site)
	case th.step != noStep && !fault(sig):
		// The step is to end in the program, not in its handler.
		th.held = append(th.held, sig)
		return th.Step(0)
	case in && c.Done:
		regs.SetPC(c.Next)
	case in:
		// Half way through, or about to begin: first finish.
		th.held = append(th.held, sig)
		th.step = forSignal
		return th.Step(0)
	default:
		return l.resumeWith(th, sig)
	}
	if err := th.SetRegisters(regs); err != nil {
		return err
	}
	return l.resumeWith(th, sig)
}

func (l *Loop) resumeWith(th *thread, sig syscall.Signal) error {
	if th.step != noStep {
		return th.Step(sig)
	}
	return th.Resume(sig)
}
