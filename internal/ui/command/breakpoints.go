package command

import (
	"context"
	"slices"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/ui/render"
)

func breakpointsCommand() *Command {
	return &Command{
		Name: "breakpoints", Aliases: []string{"bp"}, Group: Breakpoints,
		Usage: "breakpoints [-a]",
		Short: "List breakpoints, tracepoints and watchpoints.",
		Help: `For each: where it is, how often it was hit, its conditions, and what is
reported there. -a tells more and lists the debugger's own as well.`,
		Run: runBreakpoints,
	}
}

func runBreakpoints(ctx context.Context, s *Shell, in Input) error {
	_, all := leading(in.Args, "-a")
	list, err := s.Client.ListBreakpoints(ctx, all)
	if err != nil {
		return err
	}
	slices.SortStableFunc(list, func(a, b *api.Breakpoint) int { return a.ID - b.ID })
	for _, bp := range list {
		render.Breakpoint(s.Out, bp, s.paths())
	}
	return nil
}

// breakpoint finds a breakpoint by what the user calls it: a number or a name.
func (s *Shell) breakpoint(ctx context.Context, word string) (*api.Breakpoint, error) {
	id, name := breakpointKey(word)
	return s.Client.GetBreakpoint(ctx, id, name)
}

func breakpointKey(word string) (id int, name string) {
	if n, err := number(word, "breakpoint"); err == nil {
		return n, ""
	}
	return 0, word
}
