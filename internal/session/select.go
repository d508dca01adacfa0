package session

import (
	"fmt"

	"github.com/tinydbg/tinydbg/internal/run"
)

// selectThread makes the thread that the stop is about the selected one. When
// it is about none, the selection stays where that still exists, else goes to
// a thread that runs a goroutine of the user's.
func (s *Session) selectThread() {
	if s.stop != nil && s.stop.Thread != nil {
		s.choose(s.view.byID[s.stop.Thread.ID()])
		return
	}
	if tv := s.view.byID[s.selected.thread]; tv != nil && s.threadG(tv) != nil {
		s.choose(tv)
		return
	}
	for _, tv := range s.view.threads {
		if g := s.threadG(tv); g != nil && !g.System {
			s.choose(tv)
			return
		}
	}
	if tv := s.view.byID[s.selected.thread]; tv == nil && len(s.view.threads) > 0 {
		s.choose(s.view.threads[0])
	}
}

func (s *Session) choose(tv *threadView) {
	s.selected = selection{}
	if tv == nil {
		return
	}
	s.selected.thread = tv.ID()
	if g := s.threadG(tv); g != nil {
		s.selected.goroutine = g.ID
	}
}

// switchThread selects a thread.
func (s *Session) switchThread(id int) error {
	tv := s.view.byID[id]
	if tv == nil {
		return fmt.Errorf("unknown thread with id %d", id)
	}
	s.choose(tv)
	return nil
}

// switchGoroutine selects a goroutine, and its thread if it is on one.
func (s *Session) switchGoroutine(id int64) error {
	if id < 1 {
		return nil
	}
	g, err := s.goroutine(id)
	if err != nil {
		return err
	}
	if tv := s.threadOf(id); tv != nil {
		s.selected.thread = tv.ID()
	}
	s.selected.goroutine = g.ID
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
