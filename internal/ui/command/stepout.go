package command

import (
	"context"

	"github.com/tinydbg/tinydbg/api"
)

func stepoutCommand() *Command {
	return &Command{
		Name: "stepout", Aliases: []string{"so"}, Group: Running, Resumes: true,
		Usage: "stepout",
		Short: "Run until the current function returns.",
		Help:  `The values it returns are shown.`,
		Run:   func(ctx context.Context, s *Shell, in Input) error { return s.steps(ctx, in, api.StepOut) },
	}
}
