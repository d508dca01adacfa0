package dap

import (
	"fmt"

	"github.com/google/go-dap"

	"github.com/tinydbg/tinydbg/api"
)

// stepInTargets lists the calls on the line of an innermost frame.
func (c *client) stepInTargets(r *request, a *dap.StepInTargetsArguments) (any, error) {
	d, err := c.stopped()
	if err != nil {
		return nil, err
	}
	f, err := c.handles.frame(a.FrameId)
	if err != nil {
		return nil, err
	}
	body := dap.StepInTargetsResponseBody{Targets: []dap.StepInTarget{}}
	if f.scope.Frame != 0 {
		return body, nil
	}
	insts, err := d.Disassemble(r.ctx, api.DisassembleIn{Scope: f.scope, StartPC: f.loc.PC})
	if err != nil {
		return nil, err
	}
	seen := map[uint64]bool{}
	for i := range insts {
		inst := &insts[i]
		to := inst.DestLoc
		if inst.Loc.PC < f.loc.PC || inst.Loc.File != f.loc.File || inst.Loc.Line != f.loc.Line ||
			to == nil || to.Function == nil || isRuntime(to.Function.Name()) || seen[to.PC] {
			continue
		}
		seen[to.PC] = true
		id := c.handles.addTarget(f, to)
		body.Targets = append(body.Targets, dap.StepInTarget{Id: id, Label: to.Function.Name(), Line: inst.Loc.Line})
	}
	return body, nil
}

// stepInto runs into one of the calls on the line: a breakpoint in it ends the
// step, if the step does not end before.
func (c *client) stepInto(r *request, a *dap.StepInArguments) error {
	d, err := c.ready()
	if err != nil {
		return err
	}
	t, err := c.handles.target(a.TargetId)
	if err != nil {
		return err
	}
	if t.frame == nil || t.frame.thread != a.ThreadId {
		return badArguments("target %d is not one of thread %d", a.TargetId, a.ThreadId)
	}
	if err := c.choose(d, a.ThreadId); err != nil {
		return err
	}
	b := api.Breakpoint{FunctionName: t.loc.Function.Name()}
	if a.ThreadId > 0 {
		b.Cond = fmt.Sprintf("runtime.curg.goid == %d", a.ThreadId)
	}
	bp, err := d.CreateBreakpoint(r.ctx, api.CreateBreakpointIn{Breakpoint: b})
	if err != nil { // there is one that will stop the step anyway
		c.resumeAfter(r, api.Next, resumption{alone: a.SingleThread})
		return nil
	}
	c.resumeAfter(r, api.Next, resumption{reason: "step", temporary: bp.ID, into: true, alone: a.SingleThread})
	return nil
}
