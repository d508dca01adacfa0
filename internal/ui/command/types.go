package command

import "context"

func typesCommand() *Command {
	return &Command{
		Name: "types", Group: Source,
		Usage: "types [regexp]",
		Short: "List the types of the program.",
		Run: func(ctx context.Context, s *Shell, in Input) error {
			list, err := s.Client.ListTypes(ctx, in.Args)
			if err != nil {
				return err
			}
			return s.lines(list)
		},
	}
}
