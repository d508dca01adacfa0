package run

import (
	"slices"
	"time"
)

// Relent is Continue for a process that has stood for too long, so that nobody
// is there to see the next stop: for a time, the user's breakpoints and watchpoints
// stop nobody, those that were hit already included. They count their hits. A step
// in progress is dropped, and a Halt that has come already stops the threads after
// they have run.
func (l *Loop) Relent(least time.Duration) (*Stop, error) {
	l.CancelStep()
	l.respite = time.Now().Add(least)
	if err := l.drain(); err != nil {
		return l.failed(err)
	}
	l.pending = slices.DeleteFunc(l.pending, func(s *Stop) bool {
		s.Reached = l.spare(s.Reached)
		return (s.Reason == BreakpointReached || s.Reason == WatchpointReached) && len(s.Reached) == 0
	})
	if stop := l.takePending(); stop != nil {
		return stop, nil
	}
	l.prepare()
	return l.Run()
}

// spare leaves out what does not stop the process now. What the debugger itself
// has set, as for a panic that ends the program, does.
func (l *Loop) spare(reached []Reached) []Reached {
	if len(reached) == 0 || l.respite.IsZero() || time.Now().After(l.respite) {
		return reached
	}
	left := slices.DeleteFunc(slices.Clone(reached), func(r Reached) bool { return r.Breakpoint.ID > 0 })
	if len(left) < len(reached) {
		l.spared++
	}
	return left
}
