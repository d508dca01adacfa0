package dap

import (
	"github.com/google/go-dap"

	"github.com/tinydbg/tinydbg/api"
)

// resumeRequest serves continue.
func (c *client) resumeRequest(r *request, a *dap.ContinueArguments) (any, error) {
	d, err := c.ready()
	if err != nil {
		return nil, err
	}
	if a.SingleThread && a.ThreadId != c.threadOf(c.run.stop) {
		if err := c.choose(d, a.ThreadId); err != nil {
			return nil, err
		}
	}
	c.resumeAfter(r, api.Continue, resumption{alone: a.SingleThread})
	return dap.ContinueResponseBody{AllThreadsContinued: !a.SingleThread}, nil
}

// ready is the debuggee if it can be resumed.
func (c *client) ready() (*debuggee, error) {
	d, err := c.stopped()
	switch {
	case err != nil:
		return nil, err
	case c.run.state == ended:
		return nil, notNow("the program has ended")
	case !c.configured:
		return nil, notNow("configurationDone comes first")
	case d.core:
		return nil, notNow("a core file has no process that could run")
	}
	return d, nil
}

// resumeAfter resumes when the response has been sent: the stop is told after it.
func (c *client) resumeAfter(r *request, command string, how resumption) {
	c.run.state = runs
	r.after = func() { c.resume(api.DebuggerCommand{Name: command}, how) }
}

func (c *client) next(r *request, a *dap.NextArguments) (any, error) {
	return nil, c.step(r, a.ThreadId, a.SingleThread, a.Granularity, api.Next, api.NextInstruction)
}

func (c *client) stepIn(r *request, a *dap.StepInArguments) (any, error) {
	if a.TargetId != 0 {
		return nil, c.stepInto(r, a)
	}
	return nil, c.step(r, a.ThreadId, a.SingleThread, a.Granularity, api.Step, api.StepInstruction)
}

func (c *client) stepOut(r *request, a *dap.StepOutArguments) (any, error) {
	return nil, c.step(r, a.ThreadId, a.SingleThread, a.Granularity, api.StepOut, api.StepOut)
}

// step makes the thread the selected one and has it do a step. Lines and
// statements are the same in Go's debug information.
func (c *client) step(r *request, thread int, single bool, g dap.SteppingGranularity, line, instruction string) error {
	d, err := c.ready()
	if err != nil {
		return err
	}
	command := line
	switch g {
	case "", "line", "statement":
	case "instruction":
		command = instruction
	default:
		return badArguments("granularity %q is not statement, line or instruction", g)
	}
	if thread != c.threadOf(c.run.stop) {
		if err := c.choose(d, thread); err != nil {
			return err
		}
	}
	// A step that was interrupted is given up for the new one.
	if st, err := d.State(r.ctx, true); err == nil && st.NextInProgress {
		if err := d.CancelNext(r.ctx); err != nil {
			return err
		}
	}
	c.resumeAfter(r, command, resumption{alone: single})
	return nil
}

// pause stops the program.
func (c *client) pause(r *request) (any, error) {
	d, err := c.debuggee()
	if err != nil {
		return nil, err
	}
	if !c.run.running() {
		return nil, nil
	}
	r.after = func() {
		c.run.pausing = true
		c.halt(d)
	}
	return nil, nil
}

// halt stops the program without waiting for it.
func (c *client) halt(d *debuggee) {
	b := c.begun.Load()
	c.running.Go(func() {
		if b.wait(c.ctx); c.ctx.Err() == nil {
			_, _ = d.Command(c.ctx, api.DebuggerCommand{Name: api.Halt})
		}
	})
}

// interruptCall ends a call that the worker waits for.
func (c *client) interruptCall() {
	if d := c.session.Load(); d != nil && c.calling.Load() {
		c.halt(d)
	}
}
