package client

import (
	"context"
	"time"

	"github.com/tinydbg/tinydbg/api"
)

// SetAPIVersion tells the server which version of the interface is spoken.
func (c *Client) SetAPIVersion(ctx context.Context) error {
	return c.Call(ctx, "SetApiVersion", api.SetAPIVersionIn{APIVersion: api.Version}, nil)
}

// GetVersion tells versions of the server and of the program's Go.
func (c *Client) GetVersion(ctx context.Context) (api.GetVersionOut, error) {
	return call[api.GetVersionOut](ctx, c, "GetVersion", api.GetVersionIn{})
}

// ProcessPid is the process id.
func (c *Client) ProcessPid(ctx context.Context) (int, error) {
	out, err := call[api.ProcessPidOut](ctx, c, "ProcessPid", api.ProcessPidIn{})
	return out.Pid, err
}

// BuildID is the build id of the executable, "" when it has none.
func (c *Client) BuildID(ctx context.Context) (string, error) {
	out, err := call[api.BuildIDOut](ctx, c, "BuildID", api.BuildIDIn{})
	return out.BuildID, err
}

// LastModified is the time of the executable's last change.
func (c *Client) LastModified(ctx context.Context) (time.Time, error) {
	out, err := call[api.LastModifiedOut](ctx, c, "LastModified", api.LastModifiedIn{})
	return out.Time, err
}

// AttachedToExistingProcess is true when the debugger did not start the
// process.
func (c *Client) AttachedToExistingProcess(ctx context.Context) (bool, error) {
	out, err := call[api.AttachedToExistingProcessOut](ctx, c, "AttachedToExistingProcess", api.AttachedToExistingProcessIn{})
	return out.Answer, err
}

// IsMulticlient is true when clients may come and go.
func (c *Client) IsMulticlient(ctx context.Context) (bool, error) {
	out, err := call[api.IsMulticlientOut](ctx, c, "IsMulticlient", api.IsMulticlientIn{})
	return out.IsMulticlient, err
}

// ListTargets lists the processes debugged.
func (c *Client) ListTargets(ctx context.Context) ([]api.Target, error) {
	out, err := call[api.ListTargetsOut](ctx, c, "ListTargets", api.ListTargetsIn{})
	return out.Targets, err
}

// FollowExec sets whether children are debugged, those whose command line
// matches regex.
func (c *Client) FollowExec(ctx context.Context, enable bool, regex string) error {
	return c.Call(ctx, "FollowExec", api.FollowExecIn{Enable: enable, Regex: regex}, nil)
}

// FollowExecEnabled says whether children are debugged.
func (c *Client) FollowExecEnabled(ctx context.Context) (bool, error) {
	out, err := call[api.FollowExecEnabledOut](ctx, c, "FollowExecEnabled", api.FollowExecEnabledIn{})
	return out.Enabled, err
}

// State is what the process does. It waits for a running process to stop
// unless nonBlocking.
func (c *Client) State(ctx context.Context, nonBlocking bool) (*api.DebuggerState, error) {
	out, err := call[api.StateOut](ctx, c, "State", api.StateIn{NonBlocking: nonBlocking})
	if err != nil {
		return nil, err
	}
	return out.State, nil
}

// Command makes the process run, halts it or changes what is selected. It
// returns when the process has stopped or is no more. Its context ends the
// waiting, not the running: for that, call Command with api.Halt.
func (c *Client) Command(ctx context.Context, cmd api.DebuggerCommand) (*api.DebuggerState, error) {
	out, err := call[api.CommandOut](ctx, c, "Command", cmd)
	if err != nil {
		return nil, err
	}
	return &out.State, nil
}

// CommandWithEvents is Command that calls f for what happens meanwhile. Calls
// of f do not overlap, and all are over when it returns.
func (c *Client) CommandWithEvents(ctx context.Context, cmd api.DebuggerCommand, f func(api.Event)) (*api.DebuggerState, error) {
	cmd.WithEvents = true
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan struct{})
	follow := func() {
		defer close(ended)
		c.followEvents(ctx, api.EventStopped, f)
	}
	meanwhile := time.AfterFunc(eventDelay, follow)
	state, err := c.Command(ctx, cmd)
	if err != nil {
		// A server that refuses a command may have no events to tell of it.
		defer time.AfterFunc(time.Second, cancel).Stop()
	}
	if meanwhile.Stop() {
		follow()
	}
	<-ended
	return state, err
}

// eventDelay is how long nobody asks for the events of a command. Most steps are
// over sooner: one request then brings all there are.
const eventDelay = 20 * time.Millisecond

// followEvents calls f until it has seen an event of the kind last.
func (c *Client) followEvents(ctx context.Context, last api.EventKind, f func(api.Event)) {
	for {
		events, err := c.GetEvents(ctx)
		if err != nil {
			return
		}
		for _, ev := range events {
			f(ev)
			if ev.Kind == last {
				return
			}
		}
	}
}

// GetEvents waits for events of a command that was given WithEvents by this
// client.
func (c *Client) GetEvents(ctx context.Context) ([]api.Event, error) {
	out, err := call[api.GetEventsOut](ctx, c, "GetEvents", api.GetEventsIn{})
	return out.Events, err
}

// Restart starts the program again. It lists the breakpoints that could not be
// set again.
func (c *Client) Restart(ctx context.Context, in api.RestartIn) ([]api.DiscardedBreakpoint, error) {
	out, err := call[api.RestartOut](ctx, c, "Restart", in)
	return out.DiscardedBreakpoints, err
}

// Detach ends the debugging, and the process, too, if kill is true. The server
// then closes the connection.
func (c *Client) Detach(ctx context.Context, kill bool) error {
	return c.Call(ctx, "Detach", api.DetachIn{Kill: kill}, nil)
}

// Disconnect leaves the server to its other clients. If resume is true, the
// process runs on.
func (c *Client) Disconnect(ctx context.Context, resume bool) error {
	defer c.Close()
	if !resume {
		return nil
	}
	text := `{"method":"RPCServer.Command","params":[{"name":"continue"}],"id":null}` + "\n"
	return c.send(ctx, "Command", []byte(text))
}

// ListCalls tells of the functions that the debugger has called and that have not
// returned yet, the innermost last. Only tinydbg's server knows it.
func (c *Client) ListCalls(ctx context.Context) ([]api.CallInProgress, error) {
	out, err := call[api.ListCallsOut](ctx, c, "ListCalls", api.ListCallsIn{})
	if err != nil {
		return nil, err
	}
	return out.Calls, nil
}

// SetExecutionPoint moves the current thread to addr, in the same function.
func (c *Client) SetExecutionPoint(ctx context.Context, addr uint64) (*api.DebuggerState, error) {
	out, err := call[api.SetExecutionPointOut](ctx, c, "SetExecutionPoint", api.SetExecutionPointIn{Addr: addr})
	if err != nil {
		return nil, err
	}
	return &out.State, nil
}
