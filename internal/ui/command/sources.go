package command

import "context"

func sourcesCommand() *Command {
	return &Command{
		Name: "sources", Group: Source,
		Usage: "sources [regexp]",
		Short: "List the source files of the program.",
		Run: func(ctx context.Context, s *Shell, in Input) error {
			list, err := s.Client.ListSources(ctx, in.Args)
			if err != nil {
				return err
			}
			return s.lines(list)
		},
	}
}
