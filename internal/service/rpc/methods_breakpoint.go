package rpc

import (
	"context"

	"github.com/tinydbg/tinydbg/api"
)

var breakpointMethods = table{
	"CreateBreakpoint": changes(func(ctx context.Context, s *server, in api.CreateBreakpointIn) (api.CreateBreakpointOut, error) {
		bp, err := s.backend.CreateBreakpoint(ctx, in)
		if err != nil {
			return api.CreateBreakpointOut{}, err
		}
		return api.CreateBreakpointOut{Breakpoint: *bp}, nil
	}),
	"GetBreakpoint": reads(func(ctx context.Context, s *server, in api.GetBreakpointIn) (api.GetBreakpointOut, error) {
		bp, err := s.backend.GetBreakpoint(ctx, in.Id, in.Name)
		if err != nil {
			return api.GetBreakpointOut{}, err
		}
		return api.GetBreakpointOut{Breakpoint: *bp}, nil
	}),
	"ListBreakpoints": reads(func(ctx context.Context, s *server, in api.ListBreakpointsIn) (api.ListBreakpointsOut, error) {
		bps, err := s.backend.ListBreakpoints(ctx, in.All)
		return api.ListBreakpointsOut{Breakpoints: list(bps)}, err
	}),
	"ClearBreakpoint": changes(func(ctx context.Context, s *server, in api.ClearBreakpointIn) (api.ClearBreakpointOut, error) {
		bp, err := s.backend.ClearBreakpoint(ctx, in.Id, in.Name)
		return api.ClearBreakpointOut{Breakpoint: bp}, err
	}),
	"ToggleBreakpoint": changes(func(ctx context.Context, s *server, in api.ToggleBreakpointIn) (api.ToggleBreakpointOut, error) {
		bp, err := s.backend.ToggleBreakpoint(ctx, in.Id, in.Name)
		return api.ToggleBreakpointOut{Breakpoint: bp}, err
	}),
	"AmendBreakpoint": changes(func(ctx context.Context, s *server, in api.AmendBreakpointIn) (out api.AmendBreakpointOut, err error) {
		return out, s.backend.AmendBreakpoint(ctx, in.Breakpoint)
	}),
	"CancelNext": changes(func(ctx context.Context, s *server, _ api.CancelNextIn) (out api.CancelNextOut, err error) {
		return out, s.backend.CancelNext(ctx)
	}),
	"CreateWatchpoint": changes(func(ctx context.Context, s *server, in api.CreateWatchpointIn) (api.CreateWatchpointOut, error) {
		bp, err := s.backend.CreateWatchpoint(ctx, in.Scope, in.Expr, in.Type)
		return api.CreateWatchpointOut{Breakpoint: bp}, err
	}),
	"CreateEBPFTracepoint": changes(func(ctx context.Context, s *server, in api.CreateEBPFTracepointIn) (api.CreateEBPFTracepointOut, error) {
		bp, err := s.backend.CreateEBPFTracepoint(ctx, in.FunctionName)
		if err != nil {
			return api.CreateEBPFTracepointOut{}, err
		}
		return api.CreateEBPFTracepointOut{Breakpoint: *bp}, nil
	}),
	"GetBufferedTracepoints": changes(func(ctx context.Context, s *server, in api.GetBufferedTracepointsIn) (api.GetBufferedTracepointsOut, error) {
		hits, err := s.backend.GetBufferedTracepoints(ctx, in.LoadCfg)
		return api.GetBufferedTracepointsOut{TracepointResults: list(hits)}, err
	}),
	"FunctionReturnLocations": reads(func(ctx context.Context, s *server, in api.FunctionReturnLocationsIn) (api.FunctionReturnLocationsOut, error) {
		addrs, err := s.backend.FunctionReturnLocations(ctx, in.FnName)
		return api.FunctionReturnLocationsOut{Addrs: list(addrs)}, err
	}),
}
