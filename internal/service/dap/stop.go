package dap

import (
	"strings"

	"github.com/google/go-dap"

	"github.com/tinydbg/tinydbg/api"
)

// showStop tells the client that the program has stopped, and why. reason
// replaces what the state says, unless "". A nil state is asked for.
func (c *client) showStop(reason string, st *api.DebuggerState) {
	d := c.session.Load()
	if st == nil {
		var err error
		if st, err = d.State(c.ctx, true); err != nil {
			c.gone(err)
			return
		}
	}
	c.run.state, c.run.stop = stands, st
	body := dap.StoppedEventBody{Reason: reason, AllThreadsStopped: true, ThreadId: c.threadOf(st)}
	if reason == "" {
		c.explain(&body, st)
	}
	c.run.pausing = false
	for _, b := range st.WatchOutOfScope {
		c.breaks.outOfScope(c, b)
	}
	if !c.known[body.ThreadId] {
		c.known[body.ThreadId] = true
		c.out.event("thread", dap.ThreadEventBody{Reason: "started", ThreadId: body.ThreadId})
	}
	c.out.event("stopped", body)
}

// explain fills in the reason of a stop.
func (c *client) explain(body *dap.StoppedEventBody, st *api.DebuggerState) {
	// A log point that was reached at the moment of a pause is no reason to stop.
	if b := reached(st); b != nil && !(b.Tracepoint && c.run.pausing) {
		c.explainBreakpoint(body, b)
		return
	}
	switch why := st.StopReason; {
	case c.run.pausing || why == "manual":
		body.Reason = "pause"
	case why == "next finished":
		body.Reason = "step"
	case why == "watchpoint":
		body.Reason = "data breakpoint"
	case why == "hardcoded breakpoint":
		body.Reason, body.Description = "breakpoint", "Paused on a breakpoint in the code"
	case strings.HasPrefix(why, "signal "):
		body.Reason, body.Description, body.Text = "exception", "Paused on signal", strings.TrimPrefix(why, "signal ")
	case why == "breakpoint":
		body.Reason = "breakpoint"
	default:
		body.Reason = "pause"
	}
}

func (c *client) explainBreakpoint(body *dap.StoppedEventBody, b *api.Breakpoint) {
	if b.ID > 0 {
		body.Reason = "breakpoint"
		if own := c.breaks.find(b.ID); own != nil {
			body.Reason = own.kind.reason()
			body.HitBreakpointIds = []int{own.id}
		}
		if b.WatchExpr != "" {
			body.Reason = "data breakpoint"
		}
	} else {
		body.Reason = "exception"
	}
	switch {
	case body.Reason == "exception":
		body.Description = "Paused on " + exceptionName(b)
		if info, err := c.exceptionDetails(); err == nil {
			body.Text = info.Description
		}
	case b.Name == "hardcoded-breakpoint":
		body.Reason, body.Description = "breakpoint", "Paused on a breakpoint in the code"
	case b.WatchExpr != "":
		body.Description = "Paused on " + b.WatchExpr
	}
}

// reached is the breakpoint the program has stopped at, nil for none.
func reached(st *api.DebuggerState) *api.Breakpoint {
	if st == nil || st.CurrentThread == nil {
		return nil
	}
	return st.CurrentThread.Breakpoint
}

// threadOf is the id of the thread, for the client, that a stop is about: its
// goroutine's, or, where there is none, that of the system's thread, negated.
func (c *client) threadOf(st *api.DebuggerState) int {
	switch {
	case st == nil:
		return 1
	case st.SelectedGoroutine != nil:
		return int(st.SelectedGoroutine.ID)
	case st.CurrentThread == nil:
		return 1
	case st.CurrentThread.GoroutineID > 0:
		return int(st.CurrentThread.GoroutineID)
	}
	return -st.CurrentThread.ID
}

// scopeOf is a thread of the client's as a scope.
func (c *client) scopeOf(d Backend, thread int) (api.EvalScope, error) {
	if thread > 0 {
		return api.EvalScope{GoroutineID: int64(thread)}, nil
	}
	scope := api.EvalScope{GoroutineID: -1}
	if thread == 0 {
		return scope, nil
	}
	return scope, c.choose(d, thread)
}

// choose makes a thread the selected one, which commands are about.
func (c *client) choose(d Backend, thread int) error {
	cmd := api.DebuggerCommand{Name: api.SwitchGoroutine, GoroutineID: int64(thread)}
	if thread < 0 {
		cmd = api.DebuggerCommand{Name: api.SwitchThread, ThreadID: -thread}
	}
	_, err := d.Command(c.ctx, cmd)
	return err
}
