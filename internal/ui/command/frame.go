package command

import (
	"context"
	"fmt"

	"github.com/tinydbg/tinydbg/api"
)

func frameCommand() *Command {
	c := &Command{
		Name: "frame", Group: Stacks,
		Usage: `frame n
frame n command`,
		Short: "Select a frame, or run a command in one.",
		Help: `Frames are numbered as stack shows them, 0 being the one that runs. The first
form selects a frame for the commands that follow, the second for one command.

	frame 2 locals`,
	}
	c.Run = func(ctx context.Context, s *Shell, in Input) error {
		word, line := head(in.Args)
		if word == "" {
			return usageError(c)
		}
		n, err := number(word, "frame")
		if err != nil {
			return err
		}
		if line == "" {
			return s.selectFrame(ctx, in.Scope, n)
		}
		in.Scope.Frame, in.Scope.DeferredCall, in.Scoped = n, 0, true
		return s.exec(ctx, line, in)
	}
	return c
}

// selectFrame makes frame n the current one and shows where it is.
func (s *Shell) selectFrame(ctx context.Context, scope api.EvalScope, n int) error {
	if scope.GoroutineID != -1 {
		return fmt.Errorf("a frame of another goroutine cannot be selected: select the goroutine first")
	}
	frames, err := s.Client.Stacktrace(ctx, api.StacktraceIn{Id: -1, Depth: n})
	if err != nil {
		return err
	}
	if n >= len(frames) {
		return fmt.Errorf("Invalid frame %d", n)
	}
	s.frame, s.deferred = n, 0
	s.listing = listing{}
	return s.showPlace(ctx, true)
}

// showPlace shows the stop, the selected frame if it is not the topmost, and
// the source there. chosen is set when the user has just selected the frame.
func (s *Shell) showPlace(ctx context.Context, chosen bool) error {
	state, err := s.Client.State(ctx, true)
	if err != nil {
		return err
	}
	if state.Exited || state.Running {
		return s.notStopped(state)
	}
	s.showHeaders(ctx, state)
	loc, err := s.here(ctx, s.scope())
	if err != nil {
		return err
	}
	if s.frame > 0 || chosen {
		s.printf("Frame %d: %s (PC: %x)\n", s.frame, s.paths().Position(loc), loc.PC)
		if s.frame > 0 {
			s.warnOptimized(loc)
		}
	}
	s.listAround(ctx, loc.File, loc.Line, true)
	return nil
}

func (s *Shell) notStopped(state *api.DebuggerState) error {
	if state.Exited {
		return fmt.Errorf("Process %d has exited with status %d", state.Pid, state.ExitStatus)
	}
	return fmt.Errorf("the program is running: Ctrl-C stops it")
}
