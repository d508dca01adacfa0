package command

import (
	"context"
	"fmt"
	"strings"

	"github.com/tinydbg/tinydbg/api"
)

func continueCommand() *Command {
	return &Command{
		Name: "continue", Aliases: []string{"c"}, Group: Running, Resumes: true,
		Usage: "continue [locspec]",
		Short: "Run until a breakpoint is hit or the program ends.",
		Help: `With a locspec the program also stops at that place, once. A breakpoint that
is hit earlier stops it there, and the place is forgotten.

	continue main.main
	continue server.go:120`,
		Run:      runContinue,
		Complete: completeLocspec,
	}
}

func runContinue(ctx context.Context, s *Shell, in Input) error {
	if in.Args == "" {
		return s.resume(ctx, api.DebuggerCommand{Name: api.Continue})
	}
	set, err := s.temporary(ctx, in)
	defer s.removeBreakpoints(context.WithoutCancel(ctx), set)
	if err != nil {
		return err
	}
	return s.resume(ctx, api.DebuggerCommand{Name: api.Continue})
}

// temporary sets a breakpoint at each place a locspec stands for.
func (s *Shell) temporary(ctx context.Context, in Input) ([]*api.Breakpoint, error) {
	locs, err := s.findLocations(ctx, in.Scope, in.Args)
	if err != nil {
		return nil, err
	}
	var set []*api.Breakpoint
	for _, loc := range locs {
		bp, err := s.Client.CreateBreakpoint(ctx, api.CreateBreakpointIn{Breakpoint: at(loc)})
		if err != nil && strings.HasPrefix(err.Error(), "Breakpoint exists") {
			continue // the program will stop there anyway
		}
		if err != nil {
			return set, fmt.Errorf("stop at %s: %w", in.Args, err)
		}
		set = append(set, bp)
	}
	return set, nil
}

// removeBreakpoints takes breakpoints away that the user never asked for.
// A process that has exited has none, so an error says nothing.
func (s *Shell) removeBreakpoints(ctx context.Context, set []*api.Breakpoint) {
	for _, bp := range set {
		_, _ = s.Client.ClearBreakpoint(ctx, bp.ID, "")
	}
}

// at is a breakpoint at the addresses of a location.
func at(loc api.Location) api.Breakpoint {
	addrs := loc.PCs
	if len(addrs) == 0 {
		addrs = []uint64{loc.PC}
	}
	return api.Breakpoint{Addr: addrs[0], Addrs: addrs, AddrPid: loc.PCPids}
}

// findLocations resolves a locspec. It is an error if nothing is there.
func (s *Shell) findLocations(ctx context.Context, scope api.EvalScope, spec string) ([]api.Location, error) {
	out, err := s.findLocation(ctx, api.FindLocationIn{
		Scope: scope, Loc: spec,
	})
	if err != nil {
		return nil, err
	}
	if len(out.Locations) == 0 {
		return nil, fmt.Errorf("location %q not found", spec)
	}
	return out.Locations, nil
}
