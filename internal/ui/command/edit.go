package command

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

func editCommand() *Command {
	return &Command{
		Name: "edit", Aliases: []string{"ed"}, Group: Source,
		Usage: "edit [locspec]",
		Short: "Open the source in an editor.",
		Help:  `The editor is $TINYDBG_EDITOR or $EDITOR; it is called with +LINE FILE.`,
		Run:   runEdit, Complete: completeLocspec,
	}
}

func runEdit(ctx context.Context, s *Shell, in Input) error {
	loc, err := s.here(ctx, in.Scope)
	if in.Args != "" {
		locs, findErr := s.findLocations(ctx, in.Scope, in.Args)
		if findErr != nil {
			return findErr
		}
		loc, err = locs[0], nil
	}
	if err != nil {
		return err
	}
	return runEditor(ctx, fmt.Sprintf("+%d", loc.Line), s.paths().Local(loc.File))
}

// runEditor runs the user's editor on this terminal. Its variable may hold
// arguments, too.
func runEditor(ctx context.Context, args ...string) error {
	editor := os.Getenv("TINYDBG_EDITOR")
	if editor == "" {
		editor = os.Getenv("EDITOR")
	}
	command := strings.Fields(editor)
	if len(command) == 0 {
		return fmt.Errorf("neither TINYDBG_EDITOR nor EDITOR is set")
	}
	cmd := exec.CommandContext(ctx, command[0], append(command[1:], args...)...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("run the editor %s: %w", command[0], err)
	}
	return nil
}

// editText has the user edit a text.
func editText(ctx context.Context, name, text string) (string, error) {
	f, err := os.CreateTemp("", name)
	if err != nil {
		return "", err
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString(text)
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return "", err
	}
	if err := runEditor(ctx, f.Name()); err != nil {
		return "", err
	}
	after, err := os.ReadFile(f.Name())
	return string(after), err
}
