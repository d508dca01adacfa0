package session

import (
	"context"
	"syscall"
)

// StopOnSignals has the process stop before one of these signals is delivered to
// it, which happens when it goes on. The list replaces the one before.
func (s *Session) StopOnSignals(_ context.Context, list []syscall.Signal) error {
	set := map[syscall.Signal]bool{}
	for _, sig := range list {
		set[sig] = true
	}
	s.signals.Store(&set)
	return nil
}
