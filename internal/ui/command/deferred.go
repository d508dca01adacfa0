package command

import (
	"context"
	"fmt"
)

func deferredCommand() *Command {
	c := &Command{
		Name: "deferred", Group: Stacks,
		Usage: "deferred n command",
		Short: "Run a command as if in a deferred call.",
		Help: `The calls the frame has deferred are numbered from 1, as stack -defer shows
them. print, args, locals and list work there.`,
	}
	c.Run = func(ctx context.Context, s *Shell, in Input) error {
		word, line := head(in.Args)
		if word == "" || line == "" {
			return usageError(c)
		}
		n, err := number(word, "deferred call")
		if err != nil {
			return err
		}
		if n == 0 {
			return fmt.Errorf("deferred calls are numbered from 1")
		}
		in.Scope.DeferredCall, in.Scoped = n, true
		return s.exec(ctx, line, in)
	}
	return c
}
