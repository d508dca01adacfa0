package command

import (
	"context"
	"fmt"
	"strconv"

	"github.com/tinydbg/tinydbg/api"
)

func goroutineCommand() *Command {
	return &Command{
		Name: "goroutine", Aliases: []string{"gr"}, Group: Goroutines,
		Usage: `goroutine
goroutine id
goroutine id command`,
		Short: "Show or select a goroutine, or run a command on one.",
		Help: `Without arguments the selected goroutine is described.

	goroutine 12 stack`,
		Run: runGoroutine,
		OnBreakpoint: func(bp *api.Breakpoint, args string) error {
			if args != "" {
				return fmt.Errorf("goroutine takes no arguments here")
			}
			bp.Goroutine = true
			return nil
		},
	}
}

func runGoroutine(ctx context.Context, s *Shell, in Input) error {
	word, line := head(in.Args)
	if word == "" {
		return s.describeGoroutine(ctx)
	}
	id, err := strconv.ParseInt(word, 0, 64)
	if err != nil {
		return fmt.Errorf("goroutine: %q is not a number", word)
	}
	if line != "" {
		in.Scope = api.EvalScope{GoroutineID: id}
		in.Scoped = true
		return s.exec(ctx, line, in)
	}
	before, err := s.Client.State(ctx, true)
	if err != nil {
		return err
	}
	after, err := s.Client.Command(ctx, api.DebuggerCommand{Name: api.SwitchGoroutine, GoroutineID: id})
	if err != nil {
		return err
	}
	s.forgetPlace()
	thread := 0
	if after.CurrentThread != nil {
		thread = after.CurrentThread.ID
	}
	s.printf("Switched from %d to %d (thread %d)\n", selected(before), selected(after), thread)
	return nil
}

func selected(state *api.DebuggerState) int64 {
	switch {
	case state.SelectedGoroutine != nil:
		return state.SelectedGoroutine.ID
	case state.CurrentThread != nil:
		return state.CurrentThread.GoroutineID
	}
	return 0
}

func (s *Shell) describeGoroutine(ctx context.Context) error {
	state, err := s.Client.State(ctx, true)
	if err != nil {
		return err
	}
	if state.Exited || state.Running {
		return s.notStopped(state)
	}
	if th := state.CurrentThread; th != nil {
		s.printf("Thread %d at %s\n", th.ID, s.paths().Position(location(th)))
	}
	if state.SelectedGoroutine == nil {
		s.printf("No goroutine is selected.\n")
		return nil
	}
	s.goroutineDetails(state.SelectedGoroutine, "")
	return nil
}
