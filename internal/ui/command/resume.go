package command

import (
	"context"
	"fmt"
	"strings"

	"github.com/tinydbg/tinydbg/api"
)

// resume makes the program run and shows where and why it stopped. Stops at
// tracepoints are reported, and the program goes on.
func (s *Shell) resume(ctx context.Context, cmd api.DebuggerCommand) error {
	if err := s.topmost(cmd.Name); err != nil {
		return err
	}
	state, err := s.run(ctx, cmd)
	s.forgetPlace()
	if err != nil {
		return err
	}
	return s.showStop(ctx, state)
}

// run carries out a command that lets the program run. It returns at a stop
// that is no tracepoint.
func (s *Shell) run(ctx context.Context, cmd api.DebuggerCommand) (*api.DebuggerState, error) {
	s.running.Store(true)
	defer s.running.Store(false)
	cfg := s.full()
	cmd.ReturnInfoLoadConfig = &cfg
	for {
		state, err := s.Client.CommandWithEvents(ctx, cmd, s.event)
		if err != nil && cmd.Name == api.Continue {
			state, err = s.join(ctx, err)
		}
		if err != nil {
			s.showUndecided(ctx, err)
			return nil, err
		}
		s.showWatchesGone(state)
		if state.Exited || !s.onlyTracepoints(state) {
			return state, nil
		}
		s.showTracepoints(ctx, state)
		cmd = api.DebuggerCommand{Name: api.DirectionCongruentContinue, ReturnInfoLoadConfig: &cfg}
	}
}

// showUndecided shows where the program has stopped because a condition could not
// be evaluated: the error alone does not say it.
func (s *Shell) showUndecided(ctx context.Context, err error) {
	text := err.Error() // in the words of any server
	if !strings.Contains(text, "evaluating expression") && !strings.Contains(text, "evaluating conditions") {
		return
	}
	state, err := s.Client.State(ctx, true)
	if err != nil || state.Running || state.Exited || state.CurrentThread == nil || state.CurrentThread.Breakpoint == nil {
		return
	}
	s.forgetPlace()
	_ = s.showStop(ctx, state)
}

// join waits for the program to stop if it could not be continued, by err,
// because another client has it running. It may have stopped meanwhile.
func (s *Shell) join(ctx context.Context, err error) (*api.DebuggerState, error) {
	if !strings.Contains(err.Error(), "is running") { // in the words of any server
		return nil, err
	}
	state, stateErr := s.Client.State(ctx, true)
	if stateErr != nil {
		return nil, err
	}
	if !state.Running {
		return state, nil
	}
	s.printf("The program is running already. Waiting for it to stop.\n")
	return s.Client.State(ctx, false)
}

// topmost refuses to step from a frame that is not the one that runs next.
func (s *Shell) topmost(name string) error {
	if s.frame == 0 && s.deferred == 0 || name == api.Continue {
		return nil
	}
	return fmt.Errorf("%s works from the topmost frame only: frame %d is selected, type frame 0", name, s.frame)
}

// forgetPlace drops what was true of the last stop only.
func (s *Shell) forgetPlace() {
	s.frame, s.deferred = 0, 0
	s.listing = listing{}
}

// onlyTracepoints tells whether every thread that is at a breakpoint is at one
// that only reports, and there is such a thread.
func (s *Shell) onlyTracepoints(state *api.DebuggerState) bool {
	found := false
	for _, th := range state.Threads {
		if th.Breakpoint == nil {
			continue
		}
		if !th.Breakpoint.Tracepoint && !th.Breakpoint.TraceReturn {
			return false
		}
		found = true
	}
	return found && !s.quitting.Load()
}

func (s *Shell) event(e api.Event) {
	switch {
	case e.BinaryInfoDownloadEventDetails != nil:
		s.printf("Debug information of %s: %s\n", e.ImagePath, e.Progress)
	case e.BreakpointMaterializedEventDetails != nil && e.Breakpoint != nil:
		s.announceBreakpoint(e.Breakpoint, "set")
	case e.ProcessSpawnedEventDetails != nil:
		s.printf("%s\n", spawned(e.ProcessSpawnedEventDetails))
	}
}

func spawned(d *api.ProcessSpawnedEventDetails) string {
	text := fmt.Sprintf("Spawned new process '%s' (%d)", d.Cmdline, d.PID)
	if d.WillFollow {
		text += ", which is debugged, too"
	}
	return text
}

// Running tells whether a command of this shell has the program running.
// It may be called from any goroutine.
func (s *Shell) Running() bool { return s.running.Load() }

// Interrupt stops the program. It may be called from any goroutine while Exec
// waits for the program in another.
func (s *Shell) Interrupt(ctx context.Context) error {
	_, err := s.Client.Command(ctx, api.DebuggerCommand{Name: api.Halt})
	return err
}
