package session

import (
	"fmt"

	"github.com/tinydbg/tinydbg/internal/run"
)

// selectThread makes the thread that the stop is about the selected one. When
// it is about none, the selection stays where that still exists, else goes to
// a thread that runs a goroutine of the user's.
func (pr *process) selectThread() {
	if stop := pr.session.stop; stop != nil && stop.Thread != nil {
		if tv := pr.view.byID[stop.Thread.ID()]; tv != nil {
			pr.choose(tv)
			return
		}
	}
	if tv := pr.view.byID[pr.selected.thread]; tv != nil && pr.threadG(tv) != nil {
		pr.choose(tv)
		return
	}
	for _, tv := range pr.view.threads {
		if g := pr.threadG(tv); g != nil && !g.System {
			pr.choose(tv)
			return
		}
	}
	if tv := pr.view.byID[pr.selected.thread]; tv == nil && len(pr.view.threads) > 0 {
		pr.choose(pr.view.threads[0])
	}
}

func (pr *process) choose(tv *threadView) {
	pr.selected = selection{}
	if tv == nil {
		return
	}
	pr.selected.thread = tv.ID()
	if g := pr.threadG(tv); g != nil {
		pr.selected.goroutine = g.ID
	}
}

// switchThread selects a thread, and with it its process.
func (s *Session) switchThread(id int) error {
	p := s.withThread(id)
	if p == nil {
		return fmt.Errorf("unknown thread with id %d", id)
	}
	s.process = p
	p.choose(p.view.byID[id])
	return nil
}

// switchGoroutine selects a goroutine, and its thread if it is on one.
func (pr *process) switchGoroutine(id int64) error {
	if id < 1 {
		return nil
	}
	g, err := pr.goroutine(id)
	if err != nil {
		return err
	}
	if tv := pr.threadOf(id); tv != nil {
		pr.selected.thread = tv.ID()
	}
	pr.selected.goroutine = g.ID
	return nil
}

// stopReason is the api's word for why the process is stopped.
func (s *Session) stopReason() string {
	switch {
	case s.resumed:
		return reason(s.stop)
	case s.proc.Attached():
		return "attached"
	}
	return "launched"
}

func reason(stop *run.Stop) string {
	switch stop.Reason {
	case run.BreakpointReached:
		return "breakpoint"
	case run.WatchpointReached:
		return "watchpoint"
	case run.StepDone:
		return "next finished"
	case run.Halted:
		return "manual"
	case run.Trapped:
		return "hardcoded breakpoint"
	case run.Signalled:
		return "signal " + stop.Signal.String()
	case run.Exited:
		return "exited"
	case run.Called:
		return "call returned"
	}
	return ""
}
