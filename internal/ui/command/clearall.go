package command

import (
	"context"
	"fmt"
	"slices"

	"github.com/tinydbg/tinydbg/api"
)

func clearallCommand() *Command {
	return &Command{
		Name: "clearall", Group: Breakpoints,
		Usage: "clearall [locspec]",
		Short: "Remove all breakpoints, or all at a place.",
		Help:  `The debugger's own, such as unrecovered-panic, stay.`,
		Run:   runClearall, Complete: completeLocspec,
	}
}

func runClearall(ctx context.Context, s *Shell, in Input) error {
	list, err := s.Client.ListBreakpoints(ctx, false)
	if err != nil {
		return err
	}
	var only []uint64
	if in.Args != "" {
		locs, err := s.findLocations(ctx, in.Scope, in.Args)
		if err != nil {
			return err
		}
		for _, loc := range locs {
			only = append(only, at(loc).Addrs...)
		}
	}
	for _, bp := range list {
		if bp.ID < 0 || only != nil && !standsAt(bp, only) {
			continue
		}
		gone, err := s.Client.ClearBreakpoint(ctx, bp.ID, "")
		if err != nil {
			return fmt.Errorf("clear %d: %w", bp.ID, err)
		}
		s.announceBreakpoint(gone, "cleared")
	}
	return nil
}

func standsAt(bp *api.Breakpoint, addrs []uint64) bool {
	return slices.Contains(addrs, bp.Addr) ||
		slices.ContainsFunc(bp.Addrs, func(a uint64) bool { return slices.Contains(addrs, a) })
}
