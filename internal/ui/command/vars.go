package command

import (
	"context"
	"strings"
)

func varsCommand() *Command {
	return &Command{
		Name: "vars", Group: Data,
		Usage: "vars [-v] [regexp]",
		Short: "Show package variables.",
		Help:  `-v shows whole values. With a regular expression only full names that fit.`,
		Run:   runVars,
	}
}

func runVars(ctx context.Context, s *Shell, in Input) error {
	filter, verbose := leading(in.Args, "-v")
	cfg := s.short()
	if verbose {
		cfg = s.full()
	}
	vars, err := s.Client.ListPackageVars(ctx, filter, cfg)
	if err != nil {
		return err
	}
	var b strings.Builder
	for i := range vars {
		b.WriteString(s.variableLine(&vars[i], verbose) + "\n")
	}
	return s.page(b.String())
}
