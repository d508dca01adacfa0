package command

import (
	"context"

	"github.com/tinydbg/tinydbg/api"
)

func nextCommand() *Command {
	return &Command{
		Name: "next", Aliases: []string{"n"}, Group: Running, Resumes: true,
		Usage: "next [count]",
		Short: "Go to the next source line, over calls.",
		Help: `Calls in the line run to their end, unless a breakpoint is hit in them. With a
count as many lines are passed, or fewer when the program stops for another
reason.`,
		Run: runNext,
	}
}

func runNext(ctx context.Context, s *Shell, in Input) error {
	return s.steps(ctx, in, api.Next)
}

// steps carries out a stepping command as often as its argument says, and
// shows the last stop. Another stop than the end of the step ends it.
func (s *Shell) steps(ctx context.Context, in Input, name string) error {
	count := 1
	if in.Args != "" {
		n, err := number(in.Args, "count")
		if err != nil {
			return err
		}
		count = max(n, 1)
	}
	if err := s.topmost(name); err != nil {
		return err
	}
	defer s.forgetPlace()
	if err := s.dropStep(ctx); err != nil {
		return err
	}
	var state *api.DebuggerState
	for range count {
		var err error
		if state, err = s.run(ctx, api.DebuggerCommand{Name: name}); err != nil {
			return err
		}
		if state.Exited || state.NextInProgress || state.CurrentThread != nil && state.CurrentThread.Breakpoint != nil {
			break
		}
	}
	s.forgetPlace()
	return s.showStop(ctx, state)
}

// dropStep forgets a step that was interrupted: the user wants another one.
func (s *Shell) dropStep(ctx context.Context) error {
	state, err := s.Client.State(ctx, true)
	if err != nil || !state.NextInProgress {
		return err
	}
	return s.Client.CancelNext(ctx)
}
