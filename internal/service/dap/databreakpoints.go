package dap

import (
	"cmp"
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
	// bytes is the size of a range, 0 for a variable.
	bytes int
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
		return w.ranged(at, cmp.Or(a.Bytes, 1))
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
	if a.Bytes != 0 {
		return w.ranged(v.Addr, a.Bytes)
	}
	w.addr, w.typ = v.Addr, v.Type
	return w, nil
}

// ranged makes it a range of bytes.
func (w *watchable) ranged(at uint64, n int) (*watchable, error) {
	if n < 1 || n > maxWatched || len(piecesOf(at, n)) > maxPieces {
		return nil, fmt.Errorf("%d bytes at %s cannot be watched: the processor watches %d pieces of 1, 2, 4 or 8 bytes, each at a multiple of its size",
			n, hex(at), maxPieces)
	}
	w.addr, w.bytes, w.typ = at, n, "range"
	w.expr = fmt.Sprintf("%d bytes at %s", n, hex(at))
	return w, nil
}

// What a processor can watch.
const (
	maxPieces  = 4
	maxWatched = 8 * maxPieces
)

// piecesOf are expressions for the pieces that a range of bytes is watched by.
func piecesOf(at uint64, n int) (exprs []string) {
	types := map[uint64]string{1: "uint8", 2: "uint16", 4: "uint32", 8: "uint64"}
	for end := at + uint64(n); at < end; {
		size := uint64(8)
		for at%size != 0 || at+size > end {
			size /= 2
		}
		exprs = append(exprs, fmt.Sprintf("*(*%s)(%s)", types[size], hex(at)))
		at += size
	}
	return exprs
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
func (c *client) watch(id string, access dap.DataBreakpointAccessType) maker {
	return func(ctx context.Context, d *debuggee, in api.CreateBreakpointIn) (*api.Breakpoint, error) {
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
		scope, exprs := w.scope, []string{w.expr}
		switch {
		case w.bytes > 0:
			scope, exprs = api.EvalScope{GoroutineID: -1}, piecesOf(w.addr, w.bytes)
		case w.last != c.run.gen:
			scope, exprs = api.EvalScope{GoroutineID: -1}, []string{cast(w.typ, w.addr)}
		}
		var first *api.Breakpoint
		for _, expr := range exprs {
			b, err := watchPiece(ctx, d, scope, expr, kind, in.Breakpoint)
			if err != nil {
				c.breaks.clearPieces(ctx, d, first)
				return nil, err
			}
			if first == nil {
				first = b
			} else {
				c.breaks.pieces[b.ID] = first.ID
			}
		}
		return first, nil
	}
}

// watchPiece sets one watchpoint, with its conditions.
func watchPiece(ctx context.Context, d *debuggee, scope api.EvalScope, expr string, kind api.WatchType, want api.Breakpoint) (*api.Breakpoint, error) {
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

// clearPieces clears a watchpoint and the further pieces of its range.
func (bs *breakpoints) clearPieces(ctx context.Context, d *debuggee, first *api.Breakpoint) {
	if first == nil {
		return
	}
	_, _ = d.ClearBreakpoint(ctx, first.ID, "")
	for piece, of := range bs.pieces {
		if of == first.ID {
			_, _ = d.ClearBreakpoint(ctx, piece, "")
			delete(bs.pieces, piece)
		}
	}
}
