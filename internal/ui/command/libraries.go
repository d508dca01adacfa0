package command

import "context"

func librariesCommand() *Command {
	return &Command{
		Name: "libraries", Group: Source,
		Usage: `libraries
libraries -d n`,
		Short: "List the shared libraries and plugins that are loaded.",
		Help: `Each is shown with its address and, where its symbols could not be read, the
reason. -d asks the server to fetch the debug information of one of them.`,
		Run: runLibraries,
	}
}

func runLibraries(ctx context.Context, s *Shell, in Input) error {
	if rest, download := leading(in.Args, "-d"); download {
		n, err := number(rest, "library")
		if err != nil {
			return err
		}
		return s.Client.DownloadLibraryDebugInfo(ctx, n)
	}
	out, err := s.Client.ListDynamicLibraries(ctx)
	if err != nil {
		return err
	}
	for i, lib := range out.List {
		s.printf("%3d. %#x %s\n", i, lib.Address, lib.Path)
		if lib.LoadError != "" {
			s.printf("     load error: %s\n", lib.LoadError)
		}
	}
	return nil
}
