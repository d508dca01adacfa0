package dap

import (
	"golang.org/x/sys/unix"

	"github.com/google/go-dap"

	"github.com/tinydbg/tinydbg/api"
)

// disconnectArgs tell what is not said from what is said to be false.
type disconnectArgs struct {
	Restart           bool  `json:"restart"`
	TerminateDebuggee *bool `json:"terminateDebuggee"`
	SuspendDebuggee   bool  `json:"suspendDebuggee"`
}

// disconnect is the last request.
func (c *client) disconnect(_ *request, a *disconnectArgs) (any, error) {
	if c.session.Load() == nil {
		c.run.left = true
		return nil, nil
	}
	return nil, c.leave(a)
}

// terminate asks the process to end. It may see to that in its own way, or not.
func (c *client) terminate(r *request, _ *dap.TerminateArguments) (any, error) {
	d, err := c.debuggee()
	if err != nil {
		return nil, err
	}
	if c.run.state == ended {
		return nil, nil
	}
	if d.core {
		return nil, notNow("a core file has no process that could be terminated")
	}
	pid, err := d.ProcessPid(r.ctx)
	if err != nil {
		return nil, err
	}
	if c.exceptions.signals {
		_ = d.StopOnSignals(r.ctx, nil) // this one is the user's own
	}
	if err := unix.Kill(pid, unix.SIGTERM); err != nil {
		return nil, failed("Unable to terminate the process", err)
	}
	r.after = func() {
		if c.run.state == stands {
			c.configured = true
			c.resume(api.DebuggerCommand{Name: api.Continue}, resumption{})
		}
	}
	return nil, nil
}

// restartArgs may have a new configuration.
type restartArgs struct {
	Arguments *startArgs `json:"arguments"`
}

// restart starts the program again, built again if it was built by us.
func (c *client) restart(r *request, a *restartArgs) (any, error) {
	d, err := c.debuggee()
	if err != nil {
		return nil, err
	}
	in := api.RestartIn{Rebuild: d.cleanUp != nil && d.args.Mode != "exec" && !d.joined}
	if a.Arguments != nil && !d.joined {
		if in.NewArgs, err = a.Arguments.Args.words(); err != nil {
			return nil, badArguments("args: %v", err)
		}
		if in.NewRedirects, err = a.Arguments.redirects(); err != nil {
			return nil, err
		}
		in.ResetArgs = true
		d.args.StopOnEntry = a.Arguments.StopOnEntry
	}
	was := c.run.state
	c.run.gen++
	c.handles.reset()
	discarded, err := d.Restart(r.ctx, in)
	if err != nil {
		r.after = func() { c.notRestarted(d, was) }
		return nil, startFailed(err)
	}
	c.run.state, c.run.stop = stands, nil
	r.after = func() {
		c.announce(d, "launch")
		c.breaks.lost(c, discarded)
		c.configured = false
		_, _ = c.configurationDone(r)
		r.after()
	}
	return nil, nil
}

// notRestarted tells what the failed restart has left.
func (c *client) notRestarted(d *debuggee, was state) {
	st, err := d.State(c.ctx, true)
	switch {
	case err != nil && was != ended:
		c.gone(err)
	case err == nil && !st.Running && was == runs:
		c.run.state = stands
		c.showStop("pause", st)
	}
}
