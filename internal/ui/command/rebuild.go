package command

import (
	"context"

	"github.com/tinydbg/tinydbg/api"
)

func rebuildCommand() *Command {
	return &Command{
		Name: "rebuild", Group: Running,
		Usage: "rebuild",
		Short: "Build the program again and start it.",
		Help:  `It works for programs that tinydbg debug or tinydbg test has built.`,
		Run: func(ctx context.Context, s *Shell, _ Input) error {
			return s.restart(ctx, api.RestartIn{Rebuild: true, NewArgs: []string{}})
		},
	}
}
