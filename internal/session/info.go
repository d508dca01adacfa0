package session

import "github.com/tinydbg/tinydbg/api"

// loadInfo reads what the breakpoint that was reached asks to be shown.
// Precondition: session goroutine; stopped.
func (s *Session) loadInfo() {
	s.info = nil
	b := s.reachedBreakpoint()
	if b == nil || s.stop.Thread == nil {
		return
	}
	tv := s.view.byID[s.stop.Thread.ID()]
	if tv == nil {
		return
	}
	want := &settingsOf(b).Breakpoint
	info := &api.BreakpointInfo{}
	if g := s.threadG(tv); want.Goroutine && g != nil {
		info.Goroutine = s.apiGoroutine(g)
	}
	s.info = info
}
