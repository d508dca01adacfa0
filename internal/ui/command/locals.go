package command

import (
	"context"

	"github.com/tinydbg/tinydbg/api"
)

func localsCommand() *Command {
	return &Command{
		Name: "locals", Group: Data,
		Usage: "[goroutine id] [frame n] locals [-v] [regexp]",
		Short: "Show the local variables.",
		Help: `-v shows whole values. With a regular expression only names that fit. A
variable in parentheses is hidden by a later one of the same name.`,
		Run: func(ctx context.Context, s *Shell, in Input) error {
			return s.listVariables(ctx, in, "locals", s.Client.ListLocalVars)
		},
		OnBreakpoint: func(bp *api.Breakpoint, args string) (err error) {
			bp.LoadLocals, err = onLoad(args)
			return err
		},
	}
}
