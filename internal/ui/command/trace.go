package command

import (
	"context"
	"fmt"
	"strings"

	"github.com/tinydbg/tinydbg/api"
)

func traceCommand() *Command {
	return &Command{
		Name: "trace", Aliases: []string{"t"}, Group: Breakpoints,
		Usage: "trace [name] [locspec] [if condition]",
		Short: "Report when a place is reached, without stopping.",
		Help: `When the place is a function, its arguments are reported when it is called
and its results when it returns.

	> goroutine(1): main.work(3)
	>> goroutine(1): main.work => (4)

See break for locspecs.`,
		Run:          runTrace,
		Complete:     completeLocspec,
		OnBreakpoint: func(bp *api.Breakpoint, _ string) error { bp.Tracepoint = true; return nil },
	}
}

func runTrace(ctx context.Context, s *Shell, in Input) error {
	cfg := s.short()
	set, err := s.setBreakpoints(ctx, in, api.Breakpoint{Tracepoint: true, LoadArgs: &cfg})
	if err != nil {
		return err
	}
	for _, bp := range set {
		if err := s.traceReturns(ctx, bp); err != nil {
			return fmt.Errorf("trace the returns of %s: %w", bp.FunctionName, err)
		}
	}
	return nil
}

// traceReturns reports the results of a function whose first line bp is at.
func (s *Shell) traceReturns(ctx context.Context, bp *api.Breakpoint) error {
	if bp.FunctionName == "" || bp.WatchExpr != "" {
		return nil
	}
	entry, err := s.Client.FindLocation(ctx, api.FindLocationIn{Scope: s.scope(), Loc: bp.FunctionName})
	if err != nil || len(entry.Locations) != 1 || at(entry.Locations[0]).Addr != bp.Addr {
		return nil // a line in the middle of a function has nothing to return
	}
	addrs, err := s.returns(ctx, bp.FunctionName)
	if err != nil {
		return err
	}
	for _, addr := range addrs {
		_, err := s.Client.CreateBreakpoint(ctx, api.CreateBreakpointIn{Breakpoint: api.Breakpoint{
			Addr: addr, TraceReturn: true, LoadArgs: bp.LoadArgs, Cond: "",
		}})
		if err != nil {
			return err
		}
	}
	return nil
}

// returns are the addresses of the return instructions of a function. The
// server also lists where deferred calls are run on the way there: a return
// would be reported twice, the first time before its results are final.
func (s *Shell) returns(ctx context.Context, function string) ([]uint64, error) {
	all, err := s.Client.FunctionReturnLocations(ctx, function)
	if err != nil {
		return nil, err
	}
	var last []uint64
	for _, addr := range all {
		list, err := s.Client.Disassemble(ctx, api.DisassembleIn{
			Scope: s.scope(), StartPC: addr, EndPC: addr + 1, Flavour: api.IntelFlavour,
		})
		if err != nil || len(list) == 0 {
			return all, nil
		}
		if strings.HasPrefix(list[0].Text, "ret") {
			last = append(last, addr)
		}
	}
	if len(last) == 0 {
		return all, nil
	}
	return last, nil
}
