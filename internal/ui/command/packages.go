package command

import "context"

func packagesCommand() *Command {
	return &Command{
		Name: "packages", Group: Source,
		Usage: "packages [regexp]",
		Short: "List the packages of the program.",
		Run: func(ctx context.Context, s *Shell, in Input) error {
			list, err := s.Client.ListPackagesBuildInfo(ctx, in.Args, false)
			if err != nil {
				return err
			}
			names := make([]string, len(list))
			for i, p := range list {
				names[i] = p.ImportPath
			}
			return s.lines(names)
		},
	}
}
