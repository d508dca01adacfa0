package run

import "time"

// brieflyTime is how long a thread that has a few instructions to do is waited
// for before the others are resumed. One that gets a processor at once needs some
// 10 µs; one that does not is better off if nobody spins.
const brieflyTime = 200 * time.Microsecond

// briefly is Continue for a step that its thread will have done in a moment,
// whatever the others do: they stay where they are, which saves to resume them and
// to stop them again. They are resumed when it comes to anything else than the end
// of the step: a signal, which may take it anywhere, or no processor.
// Precondition: every thread stopped.
func (l *Loop) briefly(th *thread) (*Stop, error) {
	if regs, err := th.Registers(false); err != nil || regs.InCall() || l.only != nil || len(th.held) > 0 {
		return l.Continue()
	}
	if stop, err := l.due(); stop != nil || err != nil {
		return stop, err
	}
	if l.halt {
		return l.Continue()
	}
	l.prepare()
	l.only = th
	stop, err := l.resumeAll()
	if stop == nil && err == nil {
		stop, err = l.soon()
	}
	l.only = nil
	switch {
	case err != nil:
		return l.failed(err)
	case stop == nil:
		return l.Run()
	case stop.Reason == Exited:
		return stop, nil
	}
	return l.finish(stop)
}

// soon handles the first event, if it comes within brieflyTime.
func (l *Loop) soon() (*Stop, error) {
	for deadline := time.Now().Add(brieflyTime); ; {
		ev, ok, err := l.proc.Poll()
		switch {
		case err != nil:
			return nil, err
		case ok:
			return l.event(ev)
		case time.Now().After(deadline):
			return nil, nil
		}
	}
}
