package command

import (
	"context"
	"strings"
)

func funcsCommand() *Command {
	return &Command{
		Name: "funcs", Group: Source,
		Usage: "funcs [regexp]",
		Short: "List the functions of the program.",
		Run: func(ctx context.Context, s *Shell, in Input) error {
			list, err := s.Client.ListFunctions(ctx, in.Args, 0)
			if err != nil {
				return err
			}
			return s.lines(list)
		},
	}
}

// lines writes a list of names, one to a line.
func (s *Shell) lines(list []string) error {
	if len(list) == 0 {
		return nil
	}
	return s.page(strings.Join(list, "\n") + "\n")
}
