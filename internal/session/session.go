// Package session is the only door to a debuggee: it joins the process, its
// symbols, its breakpoints and its steps, and answers in the wire types of
// package api.
//
// One goroutine owns the state of a [Session]: the selected thread and
// goroutine, whether the target runs, what the last stop was. Every verb is a
// function sent to it with do. While the target runs, the run loop is on the
// tracer, and the session goroutine still answers what needs no stopped
// target; it changes breakpoints between two events of the loop by
// target.Process.Do. Order: session goroutine, then tracer; the tracer never
// waits for the session goroutine.
package session

import (
	"errors"
	"sync"

	"github.com/tinydbg/tinydbg/internal/breakpoint"
	"github.com/tinydbg/tinydbg/internal/target"
)

// Session is one debuggee being debugged. Its methods may be called from any
// goroutine.
type Session struct {
	cfg Config

	requests chan func()
	quit     chan struct{}
	closing  sync.Once

	// Owned by the session goroutine:

	proc target.Process
	// table hides the traps; set holds the logical breakpoints. Their own
	// comments say who may touch them while the target runs.
	table *breakpoint.Table
	set   *breakpoint.Set
	// mem is the debuggee's memory without our traps, through a cache that
	// lives as long as the stop.
	mem *pageCache
	// running is true between a resume and its stop.
	running bool
	// selected is what commands without a scope are about.
	selected selection
}

// selection is the thread the user looks at, and the goroutine, which may be
// parked: then thread is whichever was selected before.
type selection struct {
	thread    int   // thread id
	goroutine int64 // 0: the one the thread runs, if any
}

// Config is how to start a session.
type Config struct {
	// DebugDirs are searched for separate debug files.
	DebugDirs []string
	// Inject allows mapping scratch memory in the debuggee.
	NoInject bool
}

// errClosed is returned by verbs of a session that has ended.
var errClosed = errors.New("session is closed")

// ErrRunning is returned by verbs that need a stopped target.
var ErrRunning = errors.New("target is running: this can only be done while it is stopped")

// serve runs requests, one at a time, until the session is closed.
func (s *Session) serve() {
	for {
		select {
		case f := <-s.requests:
			f()
		case <-s.quit:
			return
		}
	}
}

// do runs f on the session goroutine and waits for it. f must not call do.
func (s *Session) do(f func() error) error {
	done := make(chan error, 1)
	select {
	case s.requests <- func() { done <- f() }:
		return <-done
	case <-s.quit:
		return errClosed
	}
}

// whileStopped runs f on the session goroutine if the target is there and
// stopped; otherwise it says why not.
func (s *Session) whileStopped(f func() error) error {
	return s.do(func() error {
		if err := s.checkStopped(); err != nil {
			return err
		}
		return f()
	})
}

// checkStopped is nil when the target can be looked at.
// Precondition: session goroutine.
func (s *Session) checkStopped() error {
	if s.running {
		return ErrRunning
	}
	return nil
}

// onTracer runs f on the tracer, where threads may be asked for registers.
// Precondition: session goroutine.
func (s *Session) onTracer(f func() error) error {
	var err error
	if e := s.proc.Do(func() { err = f() }); e != nil {
		return e
	}
	return err
}
