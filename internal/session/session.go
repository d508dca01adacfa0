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
	"fmt"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/breakpoint"
	"github.com/tinydbg/tinydbg/internal/goruntime"
	"github.com/tinydbg/tinydbg/internal/guardian"
	"github.com/tinydbg/tinydbg/internal/image"
	"github.com/tinydbg/tinydbg/internal/pace"
	"github.com/tinydbg/tinydbg/internal/run"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/target"
	"github.com/tinydbg/tinydbg/internal/target/pagecache"
	"github.com/tinydbg/tinydbg/internal/unwind"
)

// Session is one debuggee being debugged. Its methods may be called from any
// goroutine.
type Session struct {
	cfg Config

	requests chan func()
	quit     chan struct{}
	closing  sync.Once
	events   subscribers[api.Event]
	changes  subscribers[struct{}] // of breakpoints

	bodies *bodies // from any goroutine
	// suspending: the debugger is stopped, or about to be, with its program.
	suspending atomic.Bool
	follow     following

	// What follows belongs to the session goroutine.

	// The selected process is what verbs are about. group has all, the one that
	// the session began with first.
	*process
	group []*process
	// stops is closed at the end of the run in progress; nil while stopped.
	stops chan struct{}
	round round
	// stop is the last stop.
	stop *run.Stop
	// first is the process that the session began with, and firstEnd how it
	// ended if others have outlived it.
	first    *process
	firstEnd *target.ExitedError
	// returned are the results of the function that a step has just left.
	returned []api.Variable
	// calls are the evaluations in progress, the innermost last; called is the
	// one that ended with this stop.
	calls  []*evaluation
	called *evaluation
	// aborting is the call that was last told to end.
	aborting *abortion
	// gone tells how the process ended, nil while it lives.
	gone error
	// watchOver are the watchpoints that ended with this stop.
	watchOver []*api.Breakpoint
	// info is what the breakpoint of this stop asked to be shown.
	info *api.BreakpointInfo
	// traced are the hits of tracepoints that stop nobody: from any goroutine.
	traced tracedHits
	// dump is the last core file that was begun, nil for none.
	dump *dump
	// debugDirs are searched for debug files of images opened from now on.
	debugDirs []string
	glances   glances
	deadline  deadline
	// hurry ends the rests of one who attaches, see stepBack.
	hurry func()
	// signals stop the process before they are delivered: from any goroutine.
	signals atomic.Pointer[map[syscall.Signal]bool]
}

// process is one debuggee and what belongs to it alone. It belongs to the session
// goroutine. The tracer reads what is marked (T) while the process runs; that
// changes only while it is stopped. What runs on the tracer is a method of
// process, never of Session: there may be several tracers.
type process struct {
	session *Session
	debuggee
	// guardian tidies up if we are killed; nil if there is none.
	guardian *guardian.Guardian
	// leftCalls are those of a debugger that died.
	leftCalls breakpoint.Left
	// set and its table hold the breakpoints (T: their comments say how).
	set  *breakpoint.Set
	loop *run.Loop // (T)
	// view is what was found out since the last stop.
	view view
	// seen are the threads as they were when the loop ended; nil: look.
	seen []*threadView
	// selected is what commands without a scope are about.
	selected selection
	// began: it has been debugged from its beginning.
	began bool
	// runs: it takes part in the round, and has not come to its end there.
	runs bool
	// halted: the loop was told to stop in this round.
	halted bool
}

// debuggee is a process with its symbols. A restart or an exec makes another.
type debuggee struct {
	proc   target.Process // (T)
	file   *symbol.File   // (T) the executable's symbols
	images *image.Set     // (T)
	frames *unwind.Cache  // (T)
	// commandLine is what the program was started with.
	commandLine string
	// preload reads what a first look at goroutines and variables takes, once.
	preload func()
	// found has nothing when the process is not a Go program; noRuntime tells
	// why. It gets something when a library brings Go (T).
	found     *atomic.Pointer[goruntime.Runtime]
	noRuntime error
	// clean is the memory without our traps (T), and mem that through a cache
	// that lives as long as the stop.
	clean target.Memory
	mem   *pagecache.Cache
	// glance is the tracer's, for one look at one thread.
	glance *pagecache.Cache
	// resumed: it has run since we have it.
	resumed bool
}

// selection is the thread the user looks at, and the goroutine, which may be
// parked: then thread is whichever was selected before.
type selection struct {
	thread    int   // thread id
	goroutine int64 // 0: none
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

// do runs f on the session goroutine and waits for it. f must not call do. A
// panic in f becomes an error: the debuggee outlives our mistakes.
func (s *Session) do(f func() error) error {
	pace.Rest() // of who attaches
	done := make(chan error, 1)
	select {
	case s.requests <- func() { done <- survive(f) }:
	case <-s.quit:
		return errClosed
	}
	select {
	case err := <-done:
		return err
	case <-s.quit:
		// f may be the one that has closed the session.
		select {
		case err := <-done:
			return err
		default:
			return errClosed
		}
	}
}

func survive(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("internal error: %v", v)
		}
	}()
	return f()
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

// whileAlive is whileStopped that runs f while the target runs, too.
func (s *Session) whileAlive(f func() error) error {
	return s.do(func() error {
		if s.gone != nil {
			return s.gone
		}
		return f()
	})
}

// checkStopped is nil when the target can be looked at.
// Precondition: session goroutine.
func (s *Session) checkStopped() error {
	if s.gone != nil {
		return s.gone
	}
	if s.running() {
		return s.runningError()
	}
	return nil
}

func (s *Session) running() bool { return s.stops != nil }

// onTracer runs f on the tracer, where threads may be asked for registers,
// breakpoints be changed, and the loop be spoken to.
// Precondition: session goroutine.
func (pr *process) onTracer(f func() error) error {
	var err error
	if e := pr.proc.Do(func() { err = survive(f) }); e != nil {
		return e
	}
	return err
}
