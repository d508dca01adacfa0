package dap

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/go-dap"

	"github.com/tinydbg/tinydbg/api"
)

// watchable is a piece of memory that can be watched.
type watchable struct {
	scope api.EvalScope
	// expr is evaluated in scope while the handles are of generation gen, later
	// the memory is found by its address.
	expr string
	last int
	addr uint64
	typ  string
}

// dataInfoArgs are go-dap's and what the protocol has got since.
type dataInfoArgs struct {
	dap.DataBreakpointInfoArguments
	AsAddress bool `json:"asAddress"`
	Bytes     int  `json:"bytes"`
}

// dataBreakpointInfo tells whether a variable, an expression or a range of bytes
// can be watched.
func (c *client) dataBreakpointInfo(r *request, a *dataInfoArgs) (any, error) {
	d, err := c.stopped()
	if err != nil {
		return nil, err
	}
	w, err := c.watchable(r.ctx, d, a)
	var re *requestError
	if errors.As(err, &re) && re.id == errArguments {
		return nil, err
	}
	if err != nil {
		return dap.DataBreakpointInfoResponseBody{DataId: nil, Description: err.Error()}, nil
	}
	// The id is enough to find the memory again.
	id, _ := json.Marshal([]string{hex(w.addr), w.typ, w.expr})
	c.breaks.watches[string(id)] = w
	return dap.DataBreakpointInfoResponseBody{
		DataId: string(id), Description: w.expr, AccessTypes: []dap.DataBreakpointAccessType{"write", "readWrite"},
	}, nil
}

func (c *client) watchable(ctx context.Context, d *debuggee, a *dataInfoArgs) (*watchable, error) {
	w := &watchable{scope: api.EvalScope{GoroutineID: -1}, expr: a.Name, last: c.run.gen}
	switch {
	case a.AsAddress:
		at, err := parseReference(a.Name)
		if err != nil {
			return nil, err
		}
		types := map[int]string{0: "uint8", 1: "uint8", 2: "uint16", 4: "uint32", 8: "uint64"}
		if w.typ = types[a.Bytes]; w.typ == "" {
			return nil, fmt.Errorf("%d bytes cannot be watched: 1, 2, 4 or 8 can", a.Bytes)
		}
		w.addr, w.expr = at, fmt.Sprintf("*(*%s)(%s)", w.typ, hex(at))
		return w, nil
	case a.VariablesReference != 0:
		item, err := c.child(ctx, d, a.VariablesReference, a.Name)
		if err != nil {
			return nil, err
		}
		if w.scope, w.expr = item.scope, item.expr; w.expr == "" {
			return nil, fmt.Errorf("%s cannot be watched: it has no address", a.Name)
		}
	case a.FrameId != 0:
		f, err := c.handles.frame(a.FrameId)
		if err != nil {
			return nil, err
		}
		w.scope = f.scope
	}
	v, err := d.Eval(ctx, w.scope, w.expr, &api.LoadConfig{})
	if err != nil {
		return nil, err
	}
	if v.Addr == 0 || v.Flags&api.VariableFakeAddress != 0 {
		return nil, fmt.Errorf("%s cannot be watched: it is not in memory", a.Name)
	}
	w.addr, w.typ = v.Addr, v.Type
	return w, nil
}

// setDataBreakpoints replaces the watchpoints.
func (c *client) setDataBreakpoints(r *request, a *dap.SetDataBreakpointsArguments) (any, error) {
	d, err := c.debuggee()
	if err != nil {
		return nil, err
	}
	if len(a.Breakpoints) > maxBreakpoints {
		return nil, badArguments("setDataBreakpoints: %d breakpoints are too many", len(a.Breakpoints))
	}
	list := make([]wanted, len(a.Breakpoints))
	for i, b := range a.Breakpoints {
		w := wanted{place: b.DataId + " " + string(b.AccessType), cond: b.Condition, hits: b.HitCondition}
		w.create = c.watch(b.DataId, b.AccessType)
		list[i] = w
	}
	r.checkModes(list, onData)
	return dap.SetDataBreakpointsResponseBody{
		Breakpoints: c.replace(r.ctx, d, "data", onData, distinct(list)),
	}, nil
}

// watch sets a watchpoint on what dataBreakpointInfo has offered.
func (c *client) watch(id string, access dap.DataBreakpointAccessType) func(context.Context, *debuggee, api.Breakpoint) (*api.Breakpoint, error) {
	return func(ctx context.Context, d *debuggee, want api.Breakpoint) (*api.Breakpoint, error) {
		types := map[dap.DataBreakpointAccessType]api.WatchType{
			"": api.WatchWrite, "write": api.WatchWrite, "readWrite": api.WatchRead | api.WatchWrite,
		}
		kind, ok := types[access]
		if !ok {
			return nil, fmt.Errorf("accesses of type %q cannot be watched: write and readWrite can", access)
		}
		w := c.breaks.watches[id]
		if w == nil {
			return nil, fmt.Errorf("the dataId is not known")
		}
		scope, expr := w.scope, w.expr
		if w.last != c.run.gen {
			scope, expr = api.EvalScope{GoroutineID: -1}, cast(w.typ, w.addr)
		}
		b, err := d.CreateWatchpoint(ctx, scope, expr, kind)
		if err != nil || want.Cond == "" && want.HitCond == "" {
			return b, err
		}
		changed := *b
		changed.Cond, changed.HitCond = want.Cond, want.HitCond
		if err := d.AmendBreakpoint(ctx, changed); err != nil {
			_, _ = d.ClearBreakpoint(ctx, b.ID, "")
			return nil, err
		}
		return &changed, nil
	}
}
