package main

import (
	"context"
	"fmt"
	"os"
	"time"

	xterm "golang.org/x/term"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/client"
	"github.com/tinydbg/tinydbg/internal/logflags"
	"github.com/tinydbg/tinydbg/internal/service/rpc"
)

// start says what is debugged: a running process if pid is not 0, else a
// program to start, or one whose process has left a core file.
type start struct {
	pid   int
	core  string // path of the core file
	path  string // of the program, or of the executable with the symbols
	args  []string
	dir   string
	build func(context.Context) error // again, before a restart
	// caught: it was waited for, and is not to run past its beginning.
	caught bool
	// unattended: nobody stops the process, once it was attached to.
	unattended bool
}

func (s start) attached() bool { return s.pid != 0 }

// debug runs a session: under a terminal here or, headless, for clients.
func (o *options) debug(ctx context.Context, s start) error {
	done, err := logflags.Setup(o.log, o.logOutput, o.logDest)
	if err != nil {
		return err
	}
	defer done()
	if o.headless {
		return o.serve(ctx, s)
	}
	backend, err := o.open(ctx, s)
	if err != nil {
		return err
	}
	defer parting(backend, s)
	defer context.AfterFunc(ctx, func() { endBySignal(backend, s) })()
	conn, served := rpc.Pipe(context.WithoutCancel(ctx), backend, rpcConfig(false))
	c := client.New(conn)
	err = o.terminal(ctx, c, func() error { return s.halted(ctx, c) })
	c.Close()
	<-served
	return err
}

// halted stops a process that was attached to, for the terminal to look at it.
// All that can come before comes before, while the process runs: also asking
// once what will be asked then, since what is done for the first time takes
// longest.
func (s start) halted(ctx context.Context, c *client.Client) error {
	if !s.attached() {
		return nil
	}
	_, _ = c.State(ctx, true)
	_, _ = c.AttachedToExistingProcess(ctx)
	st, err := c.Command(ctx, api.DebuggerCommand{Name: api.Halt})
	if err == nil && st.Exited {
		err = fmt.Errorf("Process %d has exited with status %d", st.Pid, st.ExitStatus)
	}
	return err
}

func rpcConfig(multiclient bool) rpc.Config {
	cfg := rpc.Config{Multiclient: multiclient, Version: versionText(), Errors: logflags.For(logflags.Debugger)}
	if logflags.Enabled(logflags.RPC) {
		cfg.Log = logflags.For(logflags.RPC)
	}
	return cfg
}

// partingTime is how long a session may take to leave its process.
const partingTime = 20 * time.Second

// parting is what has to happen at the end of a session, however it ends: a
// process that was attached to runs on as it was, one that was started is
// killed. Once the user has left, the session says so, and that is all right.
// It is deferred, so it also happens when we panic.
func parting(b rpc.Backend, s start) {
	ctx, cancel := context.WithTimeout(context.Background(), partingTime)
	defer cancel()
	if err := b.Detach(ctx, !s.attached()); err != nil {
		logflags.For(logflags.Debugger).Info("part from the process", "error", err)
	}
}

// stuckTime is how long a terminal may take to come back after a signal.
const stuckTime = 2 * time.Second

// endBySignal ends the session and, if the terminal is stuck because nobody reads
// what it writes, the program.
func endBySignal(b rpc.Backend, s start) {
	parting(b, s)
	time.Sleep(stuckTime)
	os.Exit(1)
}

// interactive tells whether the program shares a terminal with the debugger.
func interactive() bool { return xterm.IsTerminal(int(os.Stdin.Fd())) }

// listening announces a server, before anything else is printed.
func listening(addr string) { announce("API server", addr) }

func announce(server, addr string) {
	w, redirected := logflags.Output()
	if !redirected {
		w = os.Stdout
	}
	fmt.Fprintf(w, "%s listening at: %s\n", server, addr)
}
