package command

import (
	"bufio"
	"context"
	"fmt"
	"strings"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/ui/render"
)

func onCommand() *Command {
	c := &Command{
		Name: "on", Group: Breakpoints,
		Usage: `on id|name command
on id|name -edit`,
		Short: "Have a command carried out when a breakpoint is hit.",
		Help: `print, stack, goroutine, args, locals, cond and trace are done by the server
and reported with the stop. Any other command that does not make the program
run is carried out by this terminal after the stop. -edit opens the commands of
the breakpoint in $TINYDBG_EDITOR or $EDITOR.

	on 1 print n
	on hot stack 5
	on 1 trace      makes it a tracepoint`,
		Complete: completeBreakpoint,
	}
	c.Run = func(ctx context.Context, s *Shell, in Input) error {
		name, line := head(in.Args)
		if line == "" {
			return usageError(c)
		}
		bp, err := s.breakpoint(ctx, name)
		if err != nil {
			return err
		}
		if line == "-edit" {
			err = s.editOn(ctx, bp)
		} else {
			err = s.addOn(bp, line)
		}
		if err != nil {
			return err
		}
		return s.Client.AmendBreakpoint(ctx, *bp)
	}
	return c
}

// addOn gives a breakpoint one more command.
func (s *Shell) addOn(bp *api.Breakpoint, line string) error {
	word, args := head(line)
	c, err := s.find(word)
	if err != nil {
		return err
	}
	if c.OnBreakpoint != nil {
		return c.OnBreakpoint(bp, args)
	}
	if c.Resumes || c.Name == "exit" || c.Name == "source" || c.Name == "on" {
		return fmt.Errorf("%s cannot be carried out when a breakpoint is hit", c.Name)
	}
	bp.CustomCommands = append(bp.CustomCommands, line)
	return nil
}

func (s *Shell) editOn(ctx context.Context, bp *api.Breakpoint) error {
	before := strings.Join(render.BreakpointAttributes(bp), "\n") + "\n"
	after, err := editText(ctx, "breakpoint-*.txt", before)
	if err != nil {
		return err
	}
	next := *bp
	next.Cond, next.HitCond, next.HitCondPerG = "", "", false
	next.Stacktrace, next.Goroutine, next.LoadArgs, next.LoadLocals = 0, false, nil, nil
	next.Variables, next.CustomCommands = nil, nil
	lines := bufio.NewScanner(strings.NewReader(after))
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if line == "" {
			continue
		}
		if err := s.addOn(&next, line); err != nil {
			return fmt.Errorf("%s: %w", line, err)
		}
	}
	*bp = next
	return nil
}
