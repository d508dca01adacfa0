package command

import (
	"context"

	"github.com/tinydbg/tinydbg/api"
)

func rewindCommand() *Command {
	return &Command{
		Name: "rewind", Aliases: []string{"rw"}, Group: Running, Resumes: true,
		Usage: "rewind",
		Short: "Run backwards until a breakpoint or the beginning.",
		Help:  `Only recordings can run backwards; a live process answers with an error.`,
		Run: func(ctx context.Context, s *Shell, _ Input) error {
			return s.resume(ctx, api.DebuggerCommand{Name: api.Rewind})
		},
	}
}
