package command

import (
	"context"
	"io"

	"github.com/tinydbg/tinydbg/internal/ui/starbind"
)

// script runs a Starlark script and adds the commands it defines.
func (s *Shell) script(ctx context.Context, path string) error {
	if s.scripts == nil {
		s.scripts = starbind.New(starbind.Host{
			Call:  s.Client.Call,
			Exec:  s.Exec,
			Scope: func() any { return s.scope() },
			Out:   func() io.Writer { return s.Out },
		})
	}
	if err := s.scripts.File(ctx, path); err != nil {
		return err
	}
	for name, c := range s.scripts.Commands {
		s.defineCommand(name, c)
	}
	return nil
}

// defineCommand adds a command of a script, or replaces one it has defined
// before. The debugger's own commands stay as they are.
func (s *Shell) defineCommand(name string, c starbind.Command) {
	short := c.Doc
	if short == "" {
		short = "Defined by a script."
	}
	made := &Command{
		Name: name, Group: Other, Usage: name + " [arguments]", Short: short, scripted: true,
		Run: func(ctx context.Context, _ *Shell, in Input) error { return c.Run(ctx, in.Args) },
	}
	for i, old := range s.commands {
		if old.Name != name {
			continue
		}
		if old.scripted {
			s.commands[i] = made
		}
		return
	}
	s.commands = append(s.commands, made)
}
