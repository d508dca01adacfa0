package command

import (
	"context"
	"fmt"
)

func jumpCommand() *Command {
	c := &Command{
		Name: "jump", Aliases: []string{"j"}, Group: Running, Resumes: true,
		Usage: "jump locspec",
		Short: "Choose the line that runs next.",
		Help: `Nothing in between runs. The place must lie in the current function. Variables
and hidden state that the skipped code would have set are as they were: a
program may crash that does not expect this.`,
		Complete: completeLocspec,
	}
	c.Run = func(ctx context.Context, s *Shell, in Input) error {
		if in.Args == "" {
			return usageError(c)
		}
		locs, err := s.findLocations(ctx, in.Scope, in.Args)
		if err != nil {
			return err
		}
		if len(locs) > 1 {
			return fmt.Errorf("%q means %d places: name one", in.Args, len(locs))
		}
		state, err := s.Client.SetExecutionPoint(ctx, at(locs[0]).Addr)
		if err != nil {
			return err
		}
		s.forgetPlace()
		return s.showStop(ctx, state)
	}
	return c
}
