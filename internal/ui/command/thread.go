package command

import (
	"context"
	"fmt"

	"github.com/tinydbg/tinydbg/api"
)

func threadCommand() *Command {
	return &Command{
		Name: "thread", Aliases: []string{"tr"}, Group: Goroutines,
		Usage: "thread id",
		Short: "Select a thread.",
		Help:  `The goroutine it runs, if any, is selected with it.`,
		Run:   runThread,
	}
}

func runThread(ctx context.Context, s *Shell, in Input) error {
	if in.Args == "" {
		return fmt.Errorf("you must specify a thread")
	}
	id, err := number(in.Args, "thread")
	if err != nil {
		return err
	}
	before, err := s.Client.State(ctx, true)
	if err != nil {
		return err
	}
	after, err := s.Client.Command(ctx, api.DebuggerCommand{Name: api.SwitchThread, ThreadID: id})
	if err != nil {
		return err
	}
	s.forgetPlace()
	s.printf("Switched from %s to %s\n", threadName(before), threadName(after))
	return nil
}

func threadName(state *api.DebuggerState) string {
	if state.CurrentThread == nil {
		return "<none>"
	}
	return fmt.Sprint(state.CurrentThread.ID)
}
