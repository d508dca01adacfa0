//go:build linux && amd64

package native

import (
	"sync"
	"time"

	"github.com/tinydbg/tinydbg/internal/target"
)

// pauses measures how long no thread of the process could run.
type pauses struct {
	mu      sync.Mutex // guards all
	running int        // threads
	since   time.Time  // of the pause in progress; zero: none
	sum     target.Pauses
	closed  bool // the account is: the process is gone or was let go
}

// Pauses tells how often and for how long no thread could run so far, the pause
// in progress included. From any goroutine.
func (p *Process) Pauses() target.Pauses {
	s := &p.pauses
	s.mu.Lock()
	defer s.mu.Unlock()
	sum := s.sum
	if !s.since.IsZero() {
		sum.Add(time.Since(s.since))
	}
	return sum
}

// started counts a thread that runs from now on.
func (s *pauses) started() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running++
	s.end()
}

// stopped counts a thread that no longer runs.
func (s *pauses) stopped() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running--; s.running == 0 && !s.closed {
		s.since = time.Now()
	}
}

// close ends the account.
func (s *pauses) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	s.end()
}

// end ends the pause in progress, if there is one.
// Precondition: mu held.
func (s *pauses) end() {
	if !s.since.IsZero() {
		s.sum.Add(time.Since(s.since))
		s.since = time.Time{}
	}
}

// setState changes the state of the thread, and counts it.
// Precondition: tracer.
func (t *Thread) setState(to target.State) {
	was := target.State(t.state.Swap(int32(to)))
	switch {
	case was == target.Running && to != target.Running:
		t.p.pauses.stopped()
	case was != target.Running && to == target.Running:
		t.p.pauses.started()
	}
}
