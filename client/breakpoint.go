package client

import (
	"context"

	"github.com/tinydbg/tinydbg/api"
)

// CreateBreakpoint sets a breakpoint and returns it as it was set.
func (c *Client) CreateBreakpoint(ctx context.Context, in api.CreateBreakpointIn) (*api.Breakpoint, error) {
	out, err := call[api.CreateBreakpointOut](ctx, c, "CreateBreakpoint", in)
	if err != nil {
		return nil, err
	}
	return &out.Breakpoint, nil
}

// GetBreakpoint finds a breakpoint by name, or by id if name is "".
func (c *Client) GetBreakpoint(ctx context.Context, id int, name string) (*api.Breakpoint, error) {
	out, err := call[api.GetBreakpointOut](ctx, c, "GetBreakpoint", api.GetBreakpointIn{Id: id, Name: name})
	if err != nil {
		return nil, err
	}
	return &out.Breakpoint, nil
}

// ListBreakpoints lists breakpoints, the built-in ones among them; all adds
// those the debugger set for its own use.
func (c *Client) ListBreakpoints(ctx context.Context, all bool) ([]*api.Breakpoint, error) {
	out, err := call[api.ListBreakpointsOut](ctx, c, "ListBreakpoints", api.ListBreakpointsIn{All: all})
	return out.Breakpoints, err
}

// ClearBreakpoint removes a breakpoint by name, or by id if name is "".
func (c *Client) ClearBreakpoint(ctx context.Context, id int, name string) (*api.Breakpoint, error) {
	out, err := call[api.ClearBreakpointOut](ctx, c, "ClearBreakpoint", api.ClearBreakpointIn{Id: id, Name: name})
	return out.Breakpoint, err
}

// ToggleBreakpoint disables or enables a breakpoint by name, or by id if name
// is "".
func (c *Client) ToggleBreakpoint(ctx context.Context, id int, name string) (*api.Breakpoint, error) {
	out, err := call[api.ToggleBreakpointOut](ctx, c, "ToggleBreakpoint", api.ToggleBreakpointIn{Id: id, Name: name})
	return out.Breakpoint, err
}

// AmendBreakpoint changes the breakpoint bp.ID into bp, but for its place.
func (c *Client) AmendBreakpoint(ctx context.Context, bp api.Breakpoint) error {
	return c.Call(ctx, "AmendBreakpoint", api.AmendBreakpointIn{Breakpoint: bp}, nil)
}

// CancelNext forgets a step that another stop interrupted.
func (c *Client) CancelNext(ctx context.Context) error {
	return c.Call(ctx, "CancelNext", api.CancelNextIn{}, nil)
}

// CreateWatchpoint watches accesses to what expr denotes.
func (c *Client) CreateWatchpoint(ctx context.Context, scope api.EvalScope, expr string, kind api.WatchType) (*api.Breakpoint, error) {
	out, err := call[api.CreateWatchpointOut](ctx, c, "CreateWatchpoint", api.CreateWatchpointIn{Scope: scope, Expr: expr, Type: kind})
	return out.Breakpoint, err
}

// CreateEBPFTracepoint has a function recorded in passing, for
// GetBufferedTracepoints, without a stop for each call.
func (c *Client) CreateEBPFTracepoint(ctx context.Context, function string) (*api.Breakpoint, error) {
	out, err := call[api.CreateEBPFTracepointOut](ctx, c, "CreateEBPFTracepoint", api.CreateEBPFTracepointIn{FunctionName: function})
	if err != nil {
		return nil, err
	}
	return &out.Breakpoint, nil
}

// GetBufferedTracepoints takes the hits that have not been reported yet.
func (c *Client) GetBufferedTracepoints(ctx context.Context, cfg *api.LoadConfig) ([]api.TracepointResult, error) {
	out, err := call[api.GetBufferedTracepointsOut](ctx, c, "GetBufferedTracepoints", api.GetBufferedTracepointsIn{LoadCfg: cfg})
	return out.TracepointResults, err
}

// FunctionReturnLocations lists the addresses where a function returns.
func (c *Client) FunctionReturnLocations(ctx context.Context, function string) ([]uint64, error) {
	out, err := call[api.FunctionReturnLocationsOut](ctx, c, "FunctionReturnLocations", api.FunctionReturnLocationsIn{FnName: function})
	return out.Addrs, err
}
