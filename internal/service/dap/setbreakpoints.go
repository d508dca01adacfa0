package dap

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/google/go-dap"

	"github.com/tinydbg/tinydbg/api"
)

// maxBreakpoints bounds the breakpoints of one request.
const maxBreakpoints = 10_000

// setBreakpoints replaces the breakpoints of a source file.
func (c *client) setBreakpoints(r *request, a *dap.SetBreakpointsArguments) (any, error) {
	d, err := c.debuggee()
	if err != nil {
		return nil, err
	}
	if a.Source.Path == "" {
		return nil, badArguments("setBreakpoints: source.path is missing")
	}
	if a.Breakpoints == nil {
		for _, line := range a.Lines {
			a.Breakpoints = append(a.Breakpoints, dap.SourceBreakpoint{Line: line})
		}
	}
	if len(a.Breakpoints) > maxBreakpoints {
		return nil, badArguments("setBreakpoints: %d breakpoints are too many", len(a.Breakpoints))
	}
	file := c.paths.compiled(filepath.Clean(a.Source.Path))
	list := make([]wanted, len(a.Breakpoints))
	for i, b := range a.Breakpoints {
		line := c.lineIn(b.Line)
		w := wanted{
			place: fmt.Sprintf("%d", line), at: api.Breakpoint{File: file, Line: line},
			cond: b.Condition, hits: b.HitCondition, create: createAt,
		}
		if b.LogMessage != "" {
			if w.log, err = parseLogMessage(b.LogMessage); err != nil {
				w.create = refuse(err)
			}
		}
		list[i] = w
	}
	r.checkModes(list, onLine)
	body := dap.SetBreakpointsResponseBody{Breakpoints: c.replace(r.ctx, d, "file "+file, onLine, distinct(list))}
	for i := range body.Breakpoints {
		if body.Breakpoints[i].Source == nil {
			body.Breakpoints[i].Source = &a.Source
		}
	}
	return body, nil
}

// refuse is for a breakpoint that makes no sense.
func refuse(err error) maker {
	return func(context.Context, *debuggee, api.CreateBreakpointIn) (*api.Breakpoint, error) { return nil, err }
}

// setFunctionBreakpoints replaces the breakpoints on functions.
func (c *client) setFunctionBreakpoints(r *request, a *dap.SetFunctionBreakpointsArguments) (any, error) {
	d, err := c.debuggee()
	if err != nil {
		return nil, err
	}
	if len(a.Breakpoints) > maxBreakpoints {
		return nil, badArguments("setFunctionBreakpoints: %d breakpoints are too many", len(a.Breakpoints))
	}
	list := make([]wanted, len(a.Breakpoints))
	for i, b := range a.Breakpoints {
		list[i] = wanted{
			place: b.Name, cond: b.Condition, hits: b.HitCondition, at: api.Breakpoint{}, create: inFunction(b.Name),
		}
	}
	return dap.SetFunctionBreakpointsResponseBody{
		Breakpoints: c.replace(r.ctx, d, "functions", onFunction, distinct(list)),
	}, nil
}

// inFunction sets a breakpoint by any of the ways to name a function.
func inFunction(name string) maker {
	return func(ctx context.Context, d *debuggee, in api.CreateBreakpointIn) (*api.Breakpoint, error) {
		if name == "" {
			return nil, fmt.Errorf("the name of the function is missing")
		}
		in.LocExpr = name
		return d.CreateBreakpoint(ctx, in)
	}
}

// setInstructionBreakpoints replaces the breakpoints on instructions.
func (c *client) setInstructionBreakpoints(r *request, a *dap.SetInstructionBreakpointsArguments) (any, error) {
	d, err := c.debuggee()
	if err != nil {
		return nil, err
	}
	if len(a.Breakpoints) > maxBreakpoints {
		return nil, badArguments("setInstructionBreakpoints: %d breakpoints are too many", len(a.Breakpoints))
	}
	list := make([]wanted, len(a.Breakpoints))
	for i, b := range a.Breakpoints {
		w := wanted{cond: b.Condition, hits: b.HitCondition, create: atInstruction}
		pc, err := parseReference(b.InstructionReference)
		if err != nil {
			w.create = refuse(err)
		}
		pc += uint64(b.Offset)
		w.place, w.at = hex(pc), api.Breakpoint{Addr: pc, Addrs: []uint64{pc}}
		list[i] = w
	}
	r.checkModes(list, onInstruction)
	return dap.SetInstructionBreakpointsResponseBody{
		Breakpoints: c.replace(r.ctx, d, "instructions", onInstruction, distinct(list)),
	}, nil
}

// atInstruction sets a breakpoint where an instruction begins: a trap elsewhere
// would change one.
func atInstruction(ctx context.Context, d *debuggee, in api.CreateBreakpointIn) (*api.Breakpoint, error) {
	at := in.Breakpoint.Addr
	insts, err := d.Disassemble(ctx, api.DisassembleIn{Scope: api.EvalScope{GoroutineID: -1}, StartPC: at})
	if err != nil {
		return nil, err
	}
	for i := range insts {
		if insts[i].Loc.PC == at {
			return createAt(ctx, d, in)
		}
	}
	return nil, fmt.Errorf("no instruction begins at %s", hex(at))
}

// breakpointLocations lists the lines of a range that have code.
func (c *client) breakpointLocations(r *request, a *dap.BreakpointLocationsArguments) (any, error) {
	d, err := c.debuggee()
	if err != nil {
		return nil, err
	}
	body := dap.BreakpointLocationsResponseBody{Breakpoints: []dap.BreakpointLocation{}}
	file := c.paths.compiled(filepath.Clean(a.Source.Path))
	first, last := c.lineIn(a.Line), c.lineIn(max(a.EndLine, a.Line))
	for line := first; line <= last && line-first < maxBreakpoints && r.ctx.Err() == nil; line++ {
		locs, err := c.lineLocations(r.ctx, d, file, line)
		if err != nil {
			continue // there is no code, as on most lines
		}
		for _, l := range locs {
			if l.Line == line && len(l.PCs) > 0 {
				body.Breakpoints = append(body.Breakpoints, dap.BreakpointLocation{Line: c.lineOut(line)})
				break
			}
		}
	}
	return body, nil
}
