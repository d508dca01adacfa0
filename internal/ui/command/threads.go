package command

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/ui/render"
)

func threadsCommand() *Command {
	return &Command{
		Name: "threads", Group: Goroutines,
		Usage: "threads",
		Short: "List the threads of the process.",
		Help:  `The current one is marked with *.`,
		Run:   runThreads,
	}
}

func runThreads(ctx context.Context, s *Shell, _ Input) error {
	state, err := s.Client.State(ctx, true)
	if err != nil {
		return err
	}
	threads, err := s.Client.ListThreads(ctx)
	if err != nil {
		return err
	}
	slices.SortFunc(threads, func(a, b *api.Thread) int { return a.ID - b.ID })
	var b strings.Builder
	for _, th := range threads {
		mark := "  "
		if state.CurrentThread != nil && state.CurrentThread.ID == th.ID {
			mark = "* "
		}
		b.WriteString(mark + s.threadLine(th) + "\n")
	}
	return s.page(b.String())
}

func (s *Shell) threadLine(th *api.Thread) string {
	if th.Function == nil {
		return fmt.Sprintf("Thread %d at %#x", th.ID, th.PC)
	}
	return fmt.Sprintf("Thread %d at %#x %s %s", th.ID, th.PC, s.paths().Position(location(th)), render.FunctionName(th.Function))
}
