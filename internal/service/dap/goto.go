package dap

import (
	"context"
	"fmt"

	"github.com/google/go-dap"

	"github.com/tinydbg/tinydbg/api"
)

// gotoTargets lists the places on a line where the program could go on.
func (c *client) gotoTargets(r *request, a *dap.GotoTargetsArguments) (any, error) {
	d, err := c.stopped()
	if err != nil {
		return nil, err
	}
	line := c.lineIn(a.Line)
	locs, err := c.lineLocations(r.ctx, d, c.paths.compiled(a.Source.Path), line)
	if err != nil {
		return nil, err
	}
	body := dap.GotoTargetsResponseBody{Targets: []dap.GotoTarget{}}
	for i := range locs {
		for _, pc := range locs[i].PCs {
			loc := locs[i]
			loc.PC = pc
			body.Targets = append(body.Targets, dap.GotoTarget{
				Id: c.handles.addTarget(nil, &loc), Line: a.Line,
				Label:                       fmt.Sprintf("%s:%d", loc.Function.Name(), line),
				InstructionPointerReference: hex(pc),
			})
		}
	}
	return body, nil
}

// goTo moves a thread to such a place, in the function it is in.
func (c *client) goTo(r *request, a *dap.GotoArguments) (any, error) {
	d, err := c.ready()
	if err != nil {
		return nil, err
	}
	t, err := c.handles.target(a.TargetId)
	if err != nil {
		return nil, err
	}
	if err := c.choose(d, a.ThreadId); err != nil {
		return nil, err
	}
	st, err := d.SetExecutionPoint(r.ctx, t.loc.PC)
	if err != nil {
		return nil, failed("Unable to go there", err)
	}
	r.after = func() {
		c.handles.reset()
		c.showStop("goto", st)
	}
	return nil, nil
}

// lineLocations are the places with code on a line of the program.
func (c *client) lineLocations(ctx context.Context, d Backend, file string, line int) ([]api.Location, error) {
	out, err := d.FindLocation(ctx, api.FindLocationIn{
		Scope: api.EvalScope{GoroutineID: -1}, Loc: fmt.Sprintf("%s:%d", file, line),
	})
	if err != nil {
		return nil, err
	}
	for i := range out.Locations {
		if l := &out.Locations[i]; len(l.PCs) == 0 && l.PC != 0 {
			l.PCs = []uint64{l.PC}
		}
	}
	return out.Locations, nil
}
