package dap

import (
	"context"
	"fmt"
	"time"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/proclist"
	"github.com/tinydbg/tinydbg/internal/session"
)

// attach takes over a running process, or joins the session of this server.
func (c *client) attach(r *request, a *startArgs) (any, error) {
	if err := c.checkStart(a); err != nil {
		return nil, err
	}
	d := &debuggee{args: *a}
	if c.cfg.Backend != nil {
		return nil, c.join(r, d)
	}
	switch a.Mode {
	case "", "local":
	case "remote":
		return nil, startFailed(fmt.Errorf("mode remote is for servers that have a program: start one with 'tinydbg --headless', and connect to it"))
	default:
		return nil, badArguments("attach: mode %q is not local or remote", a.Mode)
	}
	pid, err := c.findProcess(r.ctx, a)
	if err != nil {
		return nil, err
	}
	cfg := c.cfg.Session
	cfg.Executable = a.Program
	// A service is not to stand still while an editor sends its breakpoints. A
	// program that was waited for is, or it would run past them.
	cfg.Running = !a.StopOnEntry && a.WaitFor == ""
	cfg.Unattended = cfg.Running
	p := c.progress(r, fmt.Sprintf("Loading process %d", pid))
	s, err := session.Attach(r.ctx, pid, cfg)
	p.end()
	if err != nil {
		return nil, startFailed(err)
	}
	d.args.ProcessID.pid = pid
	d.Backend, d.attached = s, true
	c.begin(r, d, "attach")
	if cfg.Running {
		c.awaitStop(d)
	}
	return nil, nil
}

// join makes the server's own session the client's. One that runs is left
// running.
func (c *client) join(r *request, d *debuggee) error {
	d.Backend, d.joined = c.cfg.Backend, true
	st, err := d.State(r.ctx, true)
	if err != nil {
		return startFailed(err)
	}
	if d.attached, err = d.AttachedToExistingProcess(r.ctx); err != nil {
		return startFailed(err)
	}
	if v, err := d.GetVersion(r.ctx); err == nil {
		d.core = v.Backend == "core"
	}
	c.begin(r, d, "attach")
	if st.Running {
		c.run.state = runsForeign
	}
	return nil
}

// findProcess finds the process that is meant.
func (c *client) findProcess(ctx context.Context, a *startArgs) (int, error) {
	switch {
	case a.WaitFor != "":
		interval := max(time.Duration(a.WaitForInterval), time.Millisecond)
		p, err := proclist.WaitFor(ctx, a.WaitFor, interval, time.Duration(a.WaitForDuration))
		if err != nil {
			return 0, startFailed(err)
		}
		return p.PID, nil
	case a.ProcessID.pid > 0:
		return a.ProcessID.pid, nil
	case a.ProcessID.name == "":
		return 0, badArguments("attach: processId is missing: a process id or the name of a process; or waitFor")
	}
	found := proclist.Find(a.ProcessID.name)
	if len(found) == 1 {
		return found[0].PID, nil
	}
	text := "no process has this name"
	if len(found) > 1 {
		text = "several processes have this name:"
		for _, p := range found[:min(len(found), 20)] {
			text += fmt.Sprintf(" %d", p.PID)
		}
	}
	return 0, startFailed(fmt.Errorf("attach to %s: %s", a.ProcessID.name, text))
}

// configurationDone ends the configuration: the program runs, unless the user
// wants to see it first.
func (c *client) configurationDone(r *request) (any, error) {
	d, err := c.debuggee()
	if err != nil {
		return nil, err
	}
	if c.configured {
		return nil, notNow("the configuration is done already")
	}
	c.configured = true
	r.after = func() {
		switch early := c.run.early; {
		case early != nil:
			c.run.early = nil
			c.showStop("", early)
		case c.run.running():
		case d.core:
			c.showStop("", nil)
		case d.args.StopOnEntry && (d.attached || d.joined):
			c.showStop("entry", nil)
		case d.args.StopOnEntry:
			c.runToMain(d)
		default:
			c.resume(api.DebuggerCommand{Name: api.Continue}, resumption{})
		}
	}
	return nil, nil
}

// runToMain has the program run to its main function, where the user can see
// something. A program without one is shown at its first instruction.
func (c *client) runToMain(d *debuggee) {
	b, err := d.CreateBreakpoint(c.ctx, api.CreateBreakpointIn{Breakpoint: api.Breakpoint{FunctionName: "main.main"}})
	if err != nil {
		c.showStop("entry", nil)
		return
	}
	c.resume(api.DebuggerCommand{Name: api.Continue}, resumption{reason: "entry", temporary: b.ID})
}
