package command

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/tinydbg/tinydbg/client"
	"github.com/tinydbg/tinydbg/internal/ui/render"
)

func exitCommand() *Command {
	return &Command{
		Name: "exit", Aliases: []string{"quit", "q"}, Group: Other,
		Usage: "exit [-c] [-d]",
		Short: "Leave the debugger.",
		Help: `A program that the debugger started is killed. After attach you are asked
whether to kill the process; otherwise it runs on.

	-d  the process runs on, nothing is asked
	-c  the program runs on under a server that accepts several clients`,
		Run: runExit,
	}
}

func runExit(ctx context.Context, s *Shell, in Input) error {
	list, err := words(in.Args)
	if err != nil {
		return err
	}
	list, resume := take(list, "-c")
	list, detach := take(list, "-d")
	switch {
	case len(list) > 0:
		return fmt.Errorf("unknown arguments: %s", strings.Join(list, " "))
	case resume && detach:
		return fmt.Errorf("-c and -d exclude each other")
	case detach:
		return s.leave(s.Client.Detach(ctx, false))
	}
	multi, err := s.Client.IsMulticlient(ctx)
	if err != nil {
		return s.leave(err)
	}
	if resume {
		return s.resumeAndLeave(ctx, multi)
	}
	return s.Quit(ctx, multi)
}

func (s *Shell) resumeAndLeave(ctx context.Context, multi bool) error {
	if !multi {
		return fmt.Errorf("-c needs a server that was started with --accept-multiclient")
	}
	return s.leave(s.Client.Disconnect(ctx, true))
}

// Quit leaves as exit without arguments does. multi tells whether the server
// has a life of its own.
func (s *Shell) Quit(ctx context.Context, multi bool) error {
	if multi {
		answer, err := s.ask("Would you like to kill the headless instance?", "yN")
		if err != nil {
			return err
		}
		if answer != 'y' {
			return s.leave(s.Client.Disconnect(ctx, false))
		}
	}
	attached, err := s.Client.AttachedToExistingProcess(ctx)
	if err != nil {
		return s.leave(err)
	}
	kill := !attached
	if attached && s.alive(ctx) {
		answer, err := s.ask("Would you like to kill the process?", "yN")
		if err != nil {
			return err
		}
		kill = answer == 'y'
	}
	return s.leave(s.Client.Detach(ctx, kill))
}

func (s *Shell) alive(ctx context.Context) bool {
	state, err := s.Client.State(ctx, true)
	return err == nil && !state.Exited
}

// leave turns the outcome of a parting into ErrQuit. A connection that has
// ended, or a process that was gone before, is no reason to stay.
func (s *Shell) leave(err error) error {
	s.closeTranscript()
	var gone *client.ConnError
	if err == nil || errors.As(err, &gone) || exited(err) {
		return ErrQuit
	}
	return errors.Join(ErrQuit, err)
}

// exited tells whether an error only says that the process is no more.
func exited(err error) bool {
	text := err.Error()
	return strings.HasPrefix(text, "Process ") && strings.Contains(text, "has exited")
}

// Report is how an error of Exec is shown to the user: a line, and where it is
// about a part of an expression two more that point there.
func Report(err error) string {
	if exited(err) {
		return err.Error()
	}
	return render.Failure("Command failed: " + err.Error())
}

// LeaveRunning parts from a server with a life of its own while the program
// runs. It may be called from any goroutine; the command that waits for the
// program then returns.
func (s *Shell) LeaveRunning(ctx context.Context) {
	s.quitting.Store(true)
	_ = s.Client.Close()
}

// Left tells whether LeaveRunning was called.
func (s *Shell) Left() bool { return s.quitting.Load() }
