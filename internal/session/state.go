package session

import (
	"context"
	"errors"
	"fmt"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/breakpoint"
	"github.com/tinydbg/tinydbg/internal/run"
	"github.com/tinydbg/tinydbg/internal/target"
)

// State tells what the process is doing. While it runs, it waits for the stop
// unless nonBlocking. When the process is no more, that is the error.
func (s *Session) State(ctx context.Context, nonBlocking bool) (*api.DebuggerState, error) {
	var st *api.DebuggerState
	var stops chan struct{}
	err := s.do(func() error {
		if s.gone != nil {
			return s.gone
		}
		stops = s.stops
		st = s.state()
		return nil
	})
	if err != nil {
		return nil, err
	}
	if stops == nil || nonBlocking {
		return st, nil
	}
	return s.await(ctx, stops)
}

// stateNow is the state, that of the end included.
func (s *Session) stateNow() (st *api.DebuggerState, err error) {
	err = s.do(func() error { st = s.state(); return nil })
	return st, err
}

// state is the state in the words of the api.
// Precondition: session goroutine.
func (s *Session) state() *api.DebuggerState {
	st := &api.DebuggerState{
		Pid:               s.proc.PID(),
		TargetCommandLine: s.commandLine,
		Running:           s.running(),
		CoreDumping:       s.dumping(),
	}
	if s.running() {
		return st
	}
	var exited *target.ExitedError
	if errors.As(s.gone, &exited) {
		st.Pid, st.Exited, st.ExitStatus, st.StopReason = exited.PID, true, exited.Status, "exited"
		return st
	}
	if s.gone != nil {
		return st
	}
	st.StopReason = s.stopReason()
	st.WatchOutOfScope = s.watchOver
	st.NextInProgress = s.stepping()
	for _, tv := range s.view.threads {
		t := s.apiThread(tv)
		st.Threads = append(st.Threads, t)
		if tv.ID() == s.selected.thread {
			st.CurrentThread = t
		}
	}
	if id := s.selected.goroutine; id > 0 {
		if g, err := s.goroutine(id); err == nil {
			st.SelectedGoroutine = s.apiGoroutine(g)
		}
	}
	return st
}

// apiThread describes a thread, with the breakpoint it stopped at.
func (pr *process) apiThread(tv *threadView) *api.Thread {
	loc := pr.world().Location(tv.regs.PC())
	t := &api.Thread{ID: tv.ID(), PC: loc.PC, File: loc.File, Line: loc.Line, Function: loc.Function}
	if g := pr.threadG(tv); g != nil {
		t.GoroutineID = g.ID
	}
	if pr.session.called != nil && pr.session.called.thread.ID() == tv.ID() {
		t.ReturnValues, t.CallReturn = pr.session.returned, true
	}
	if pr.session.stop.Thread == nil || pr.session.stop.Thread.ID() != tv.ID() {
		return t
	}
	t.ReturnValues = pr.session.returned
	if b := pr.reachedBreakpoint(); b != nil {
		t.Breakpoint = pr.apiBreakpoint(b)
		t.BreakpointInfo = pr.session.info
	}
	if pr.session.stop.Reason == run.Trapped {
		t.Breakpoint = &api.Breakpoint{Name: "hardcoded-breakpoint", Disabled: true, HitCount: map[string]uint64{}}
		t.BreakpointInfo = &api.BreakpointInfo{}
	}
	return t
}

// reachedBreakpoint is the breakpoint of the last stop: the user's before the
// built-in ones.
func (pr *process) reachedBreakpoint() *breakpoint.Breakpoint {
	var found *breakpoint.Breakpoint
	for _, r := range pr.session.stop.Reached {
		switch {
		case r.Breakpoint.ID > 0:
			return r.Breakpoint
		case r.Breakpoint.ID > internalIDs:
			found = r.Breakpoint
		}
	}
	return found
}

// internalIDs is above the IDs of breakpoints that are never shown.
const internalIDs = -1000

// ListThreads describes every thread.
func (s *Session) ListThreads(context.Context) (list []*api.Thread, err error) {
	err = s.whileStopped(func() error {
		for _, tv := range s.view.threads {
			list = append(list, s.apiThread(tv))
		}
		return nil
	})
	return list, err
}

// GetThread describes the thread with that id; nil, nil if there is none.
func (s *Session) GetThread(_ context.Context, id int) (t *api.Thread, err error) {
	err = s.whileStopped(func() error {
		tv := s.view.byID[id]
		if tv == nil {
			return fmt.Errorf("there is no thread %d", id)
		}
		t = s.apiThread(tv)
		return nil
	})
	return t, err
}
