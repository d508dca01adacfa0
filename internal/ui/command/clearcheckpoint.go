package command

import (
	"context"
	"strings"
)

func clearCheckpointCommand() *Command {
	c := &Command{
		Name: "clear-checkpoint", Aliases: []string{"clearcheck"}, Group: Running,
		Usage: "clear-checkpoint id",
		Short: "Forget a marked position.",
	}
	c.Run = func(ctx context.Context, s *Shell, in Input) error {
		if in.Args == "" {
			return usageError(c)
		}
		id, err := number(strings.TrimPrefix(in.Args, "c"), "checkpoint")
		if err != nil {
			return err
		}
		return s.Client.ClearCheckpoint(ctx, id)
	}
	return c
}
