// Package dap serves the Debug Adapter Protocol, which editors speak.
//
// A request goes this way: the reader takes one message off the connection and
// looks its command up in the table of handlers. Pause, cancel and the answers
// to our own requests are seen to at once; everything else is a task for the
// worker, which does one after the other. The handler decodes its arguments,
// calls the session, and returns the body of the response; what has to happen
// after the response was sent it leaves in request.after.
//
// The worker owns the state of the client: frames and variables that the editor
// has references to, breakpoints it has set, whether the program runs. A command
// that makes the program run is waited for on a goroutine of its own, and its
// end is another task. So the worker never waits for the program, and no state
// needs a lock but what the reader touches.
package dap

import (
	"context"
	"io"
	"log/slog"
	"net"
	"syscall"

	"github.com/tinydbg/tinydbg/api"
	jsonrpc "github.com/tinydbg/tinydbg/client"
	"github.com/tinydbg/tinydbg/internal/service/rpc"
	"github.com/tinydbg/tinydbg/internal/session"
)

// Backend is the debugging session as the handlers need it.
type Backend interface {
	rpc.Backend
	// SubscribeBreakpoints has f called after each change that somebody makes to
	// breakpoints. f is called from any goroutine and must not block.
	SubscribeBreakpoints(f func()) (cancel func())
	// WriteMemory writes up to api.ExamineMemoryLimit bytes and returns how many.
	WriteMemory(ctx context.Context, addr uint64, data []byte) (int, error)
	// Glance holds a process that runs, for a moment, so that f can ask what
	// needs a stopped one.
	Glance(ctx context.Context, f func() error) error
	// CommandAlone is Command for the selected goroutine's thread alone, until it
	// waits for others: these are let go then, and others is called.
	CommandAlone(ctx context.Context, cmd api.DebuggerCommand, others func()) (*api.DebuggerState, error)
	// RestartFrame sets a goroutine back to the beginning of a frame's function.
	RestartFrame(ctx context.Context, scope api.EvalScope) (*api.DebuggerState, error)
	// StopOnSignals has the process stop before one of these is delivered.
	StopOnSignals(ctx context.Context, list []syscall.Signal) error
}

// Config says what a client gets.
type Config struct {
	// Backend is a session to join. With nil, launch and attach start one, which
	// ends with the client.
	Backend Backend
	// Multiclient: the session to join goes on when the client leaves.
	Multiclient bool
	// Session is what sessions are started with, besides what the client says.
	Session session.Config
	// Commands makes the terminal's commands for the debug console, which ask the
	// session through a client and write to out, in colours if those can be
	// shown. With nil, only expressions are evaluated there.
	Commands func(c *jsonrpc.Client, out io.Writer, colours bool) Commands
	// Terminal: the standard streams are a terminal opened by the editor for the
	// program.
	Terminal bool
	// Log gets every message; nil for none.
	Log *slog.Logger
}

// Serve speaks with one client until it leaves, and closes the connection. It
// returns true if the session that was joined has ended.
func Serve(ctx context.Context, conn net.Conn, cfg Config) (ended bool) {
	c := newClient(ctx, conn, cfg)
	defer c.close()
	c.read(conn)
	return c.finish()
}
