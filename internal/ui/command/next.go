package command

import (
	"context"
	"strings"

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
	var state *api.DebuggerState
	for range count {
		var err error
		if state, err = s.runStep(ctx, name); err != nil {
			return err
		}
		if state.Exited || state.NextInProgress || state.CurrentThread != nil && state.CurrentThread.Breakpoint != nil {
			break
		}
	}
	s.forgetPlace()
	return s.showStop(ctx, state)
}

// runStep begins a step. One that was interrupted is forgotten then: the user
// wants another one.
func (s *Shell) runStep(ctx context.Context, name string) (*api.DebuggerState, error) {
	state, err := s.run(ctx, api.DebuggerCommand{Name: name})
	if err == nil || !strings.Contains(err.Error(), "next while nexting") {
		return state, err
	}
	if err := s.Client.CancelNext(ctx); err != nil {
		return nil, err
	}
	return s.run(ctx, api.DebuggerCommand{Name: name})
}
