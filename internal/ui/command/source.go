package command

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

func sourceCommand() *Command {
	c := &Command{
		Name: "source", Group: Other,
		Usage: "source [-x] file",
		Short: "Run the commands or the Starlark script in a file.",
		Help: `One command to a line; empty lines and lines that begin with # are skipped. A
command that fails is reported, and the next one is run.

	-x  each command is shown before it is run

A file whose name ends in .star is a script in Starlark, a small Python. Each
method of the API is a function there: ListGoroutines is list_goroutines, and
the fields of the request are given by name. tinydbg_command runs a command of
the terminal, cur_scope is the selected goroutine and frame, and a function
named command_NAME becomes a command. If there is a function main, it is called.

	for g in list_goroutines(Count=100)["Goroutines"]:
	    print(g["id"], g["userCurrentLoc"]["file"])`,
	}
	c.Run = func(ctx context.Context, s *Shell, in Input) error {
		path, show := strings.CutPrefix(in.Args, "-x ")
		if path == "" {
			return usageError(c)
		}
		before := s.showing
		s.showing = show
		defer func() { s.showing = before }()
		return s.Source(ctx, strings.TrimSpace(path))
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
	if strings.HasSuffix(path, ".star") {
		return s.script(ctx, path)
	}
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
		if s.showing {
			s.printf("%s%s\n", s.Theme.Prompt(s.Config.Prompt), lines.Text())
		}
		err := s.Exec(ctx, lines.Text())
		if errors.Is(err, ErrQuit) || s.Left() {
			return err
		}
		if err != nil {
			s.printf("%s:%d: %s\n", filepath.Base(path), n, Report(err))
		}
	}
	return lines.Err()
}
