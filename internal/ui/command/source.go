package command

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

func sourceCommand() *Command {
	c := &Command{
		Name: "source", Group: Other,
		Usage: "source file",
		Short: "Run the commands in a file.",
		Help: `One command to a line; empty lines and lines that begin with # are skipped. A
command that fails is reported, and the next one is run.`,
	}
	c.Run = func(ctx context.Context, s *Shell, in Input) error {
		if in.Args == "" {
			return usageError(c)
		}
		return s.Source(ctx, in.Args)
	}
	return c
}

// maxSources bounds how deep files may read files: one may read itself.
const maxSources = 16

// Source runs the commands in a file. ErrQuit is returned when one of them
// leaves the debugger.
func (s *Shell) Source(ctx context.Context, path string) error {
	if s.depth >= maxSources {
		return fmt.Errorf("source %s: files that read files are more than %d deep", path, maxSources)
	}
	s.depth++
	defer func() { s.depth-- }()
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := s.Exec(ctx, lines.Text())
		if errors.Is(err, ErrQuit) {
			return err
		}
		if err != nil {
			s.printf("%s:%d: %s\n", filepath.Base(path), n, Report(err))
		}
	}
	return lines.Err()
}
