package dap

import (
	"context"
	"errors"
	"time"

	"github.com/google/go-dap"
	"golang.org/x/sys/unix"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/target"
)

// runState is what the client was told about the program.
type runState struct {
	state state
	// gen counts the runs, so that the end of one that was given up is known.
	gen int
	// pausing: the user wants the program to stop, come what may.
	pausing bool
	// stop is the last stop, nil before the first.
	stop *api.DebuggerState
	// early is a stop that came before the configuration was done, after which it
	// is told.
	early *api.DebuggerState
	// detached: the session has ended. left: the client has said goodbye.
	detached, left bool
}

type state int

const (
	stands      state = iota // stopped, or not started
	runs                     // by a command of this client
	runsForeign              // by another client of the session
	ended
)

func (s *runState) running() bool { return s.state == runs || s.state == runsForeign }

// resumption is how a stop is to be understood that ends a run.
type resumption struct {
	// reason replaces that of a stop as planned, unless "".
	reason string
	// temporary is a breakpoint that ends with the run, 0 for none.
	temporary int
	// into: the run is a step that temporary ends, too.
	into bool
	// alone: the other threads are held, as far as that can be.
	alone bool
}

// resume lets the program run until the command is done.
func (c *client) resume(cmd api.DebuggerCommand, how resumption) {
	d := c.session.Load()
	if d == nil {
		return
	}
	c.handles.reset()
	c.run.pausing, c.run.early = false, nil
	cmd.ReturnInfoLoadConfig = loadConfig()
	b := newBegun()
	c.begun.Store(b)
	c.follow(d, cmd, how, func() (*api.DebuggerState, error) {
		defer b.done()
		if how.alone {
			return d.CommandAlone(c.ctx, cmd, func() {
				c.console("The thread waits for others, which were held: they run again.\n")
			})
		}
		return d.Command(c.ctx, cmd)
	})
}

// follow takes in the end of a run that stop waits for.
func (c *client) follow(d *debuggee, cmd api.DebuggerCommand, how resumption, stop func() (*api.DebuggerState, error)) {
	c.run.state = runs
	c.run.gen++
	gen := c.run.gen
	c.running.Go(func() {
		st, err := stop()
		c.tasks.add(func() {
			if c.run.gen == gen && c.session.Load() == d {
				c.finished(d, cmd, how, st, err)
			}
		})
	})
}

// awaitStop takes a program that runs already for one that this client has resumed.
func (c *client) awaitStop(d *debuggee) {
	b := newBegun()
	b.done()
	c.begun.Store(b)
	c.follow(d, api.DebuggerCommand{Name: api.Continue}, resumption{}, func() (*api.DebuggerState, error) {
		return d.State(c.ctx, false)
	})
}

// finished takes in the end of a run.
func (c *client) finished(d *debuggee, cmd api.DebuggerCommand, how resumption, st *api.DebuggerState, err error) {
	if st == nil {
		c.cannotRun(d, err)
		return
	}
	if err != nil {
		c.console(cmd.Name + ": " + err.Error() + "\n")
	}
	if st.Exited {
		c.exited(st.ExitStatus)
		return
	}
	c.stands()
	b := reached(st)
	if b != nil && b.Tracepoint {
		c.logged(st, b)
	}
	if b != nil && !c.run.pausing && (b.Tracepoint || c.otherException(b)) {
		c.resume(api.DebuggerCommand{Name: api.Continue}, how)
		return
	}
	if !c.configured {
		c.run.early, c.run.stop = st, st
		return
	}
	reason := ""
	if how.temporary != 0 {
		if b != nil && b.ID == how.temporary || how.into && b == nil {
			reason = how.reason
		}
		_, _ = d.ClearBreakpoint(c.ctx, how.temporary, "")
		if how.into {
			_ = d.CancelNext(c.ctx)
		}
	} else if b == nil {
		reason = how.reason
	}
	c.showStop(reason, st)
}

// cannotRun is told when a command did not make the program run, or nobody knows
// what came of it.
func (c *client) cannotRun(d *debuggee, err error) {
	if c.ctx.Err() != nil {
		return
	}
	if err != nil {
		c.console(err.Error() + "\n")
	}
	st, stateErr := d.State(c.ctx, true)
	switch {
	case stateErr != nil:
		c.gone(stateErr)
	case st.Running:
		c.run.state = runsForeign
	default:
		c.stands()
		c.showStop("pause", st)
	}
}

// stands drops what was seen of the program in passing, while it ran.
func (c *client) stands() {
	c.handles.reset()
	c.run.state = stands
}

// noticed takes in what other clients of the session do. own is an event of a call
// by this client. A run may be over before anybody hears that it has begun: it is
// told all the same, as the program stands elsewhere after it.
func (c *client) noticed(ev api.Event, own bool) {
	d := c.session.Load()
	if d == nil || own || c.run.state == runs {
		return
	}
	switch ev.Kind {
	case api.EventResumed:
		if c.run.state == stands {
			c.handles.reset()
			c.run.state = runsForeign
			c.out.event("continued", dap.ContinuedEventBody{ThreadId: c.threadOf(c.run.stop), AllThreadsContinued: true})
		}
	case api.EventStopped:
		if c.run.state != runsForeign {
			return
		}
		st, err := d.State(c.ctx, true)
		switch {
		case err != nil:
			c.gone(err)
		case !st.Running:
			c.stands()
			c.showStop("", st)
		}
	}
}

// gone tells that the process cannot be debugged any more.
func (c *client) gone(err error) {
	var exited *target.ExitedError
	if errors.As(err, &exited) {
		c.exited(exited.Status)
		return
	}
	c.console(err.Error() + "\n")
	c.end()
}

// exited tells that the process is no more.
func (c *client) exited(status int) {
	if d := c.session.Load(); d != nil && d.output != nil {
		d.output.drain()
	}
	c.out.event("exited", dap.ExitedEventBody{ExitCode: status})
	c.end()
}

func (c *client) end() {
	if c.run.state == ended {
		return
	}
	c.run.state = ended
	c.handles.reset()
	c.out.event("terminated", nil)
}

// partingTime is how long a session may take to leave its process.
const partingTime = 20 * time.Second

// leave ends the debugging as a disconnect asks for, nil for the usual way: a
// process that was started is killed, one that was attached to runs on, and the
// session of a server with several clients goes on.
func (c *client) leave(a *disconnectArgs) error {
	d := c.session.Load()
	c.session.Store(nil)
	c.run.left = true
	d.stopListening()
	if a == nil {
		a = &disconnectArgs{}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.ctx), partingTime)
	defer cancel()
	defer d.clean()
	kill := !d.attached && !a.SuspendDebuggee
	if a.TerminateDebuggee != nil {
		kill = *a.TerminateDebuggee
	}
	if c.exceptions.signals {
		_ = d.StopOnSignals(ctx, nil)
	}
	if !d.joined || a.TerminateDebuggee != nil && (kill || !c.cfg.Multiclient) {
		c.run.detached = true
		if a.SuspendDebuggee && !kill {
			d.suspend(ctx)
		}
		if d.output != nil && !kill {
			if err := d.output.handOver(); err != nil {
				c.console("Nobody will read what the program prints: " + err.Error() + "\n")
			}
		}
		return d.Detach(ctx, kill)
	}
	if c.cfg.Multiclient && c.configured && !a.SuspendDebuggee && c.run.state == stands {
		// The command outlives the context that ends the waiting for it.
		ctx, cancel := context.WithCancel(ctx)
		cancel()
		_, _ = d.Command(ctx, api.DebuggerCommand{Name: api.Continue})
	}
	return nil
}

// suspend has the process stay stopped when it is let go, as by ^Z: SIGCONT
// wakes it up.
func (d *debuggee) suspend(ctx context.Context) {
	_, _ = d.Command(ctx, api.DebuggerCommand{Name: api.Halt})
	if pid, err := d.ProcessPid(ctx); err == nil && !d.core {
		_ = unix.Kill(pid, unix.SIGSTOP)
	}
}
