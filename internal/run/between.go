package run

import "github.com/tinydbg/tinydbg/internal/target"

// Between has f done by the loop between two events, soon. f may stop the
// threads and resume them; the stop it returns ends the run. It tells whether
// the loop waits for events: before it has begun, and when it is about to end,
// nothing is done.
func (l *Loop) Between(f func() (*Stop, error)) bool {
	if !l.waiting {
		return false
	}
	l.between = append(l.between, f)
	return true
}

// takeBetween is the next function to be done between two events, or nil.
func (l *Loop) takeBetween() func() (*Stop, error) {
	if len(l.between) == 0 {
		return nil
	}
	f := l.between[0]
	l.between = l.between[1:]
	return f
}

// Hold stops every thread for a moment, until GoOn. What happens meanwhile is
// kept, as it is at a stop.
// Precondition: between two events.
func (l *Loop) Hold() error {
	if err := l.StopAll(); err != nil {
		return err
	}
	l.held = true
	return nil
}

// GoOn lets the process run again after Hold. A hit that came meanwhile is a
// reason to stop.
// Precondition: between two events.
func (l *Loop) GoOn() (*Stop, error) {
	l.held, l.alone = false, false
	if stop := l.takePending(); stop != nil {
		return stop, nil
	}
	return l.resumeAll()
}

// Alone has a run resume one thread, all others staying where they are, until
// the next stop or Join.
// Precondition: every thread stopped.
func (l *Loop) Alone(t target.Thread, run func() (*Stop, error)) (*Stop, error) {
	l.only = l.of(t)
	stop, err := run()
	l.only = nil // not every run gets as far as to resume
	return stop, err
}

// Join resumes the threads that Alone has held.
// Precondition: between two events.
func (l *Loop) Join() (*Stop, error) {
	if l.only = nil; l.held {
		return nil, nil // GoOn will see to it
	}
	return l.resumeAll()
}

// waits tells whether a thread is to stay stopped though the process runs.
func (l *Loop) waits(th *thread) bool {
	return l.alone && th.step != forPlan || l.only != nil && l.only != th || l.awaitsUs(th)
}

// lost resumes the others when the only thread that ran has ended.
func (l *Loop) lost(th *thread) (*Stop, error) {
	if l.only != th {
		return nil, nil
	}
	return l.Join()
}
