package dap

import (
	"context"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"

	"github.com/google/go-dap"

	"github.com/tinydbg/tinydbg/api"
)

// client is one editor. What is not marked otherwise belongs to the worker.
type client struct {
	cfg Config
	log *slog.Logger
	out *writer
	// ctx ends when the client is gone.
	ctx    context.Context
	cancel context.CancelFunc

	tasks tasks
	// running counts the goroutines that wait for the program.
	running sync.WaitGroup

	// mu guards pending and answers.
	mu sync.Mutex
	// pending are the requests that have no response yet, by number.
	pending map[int]*request
	// answers are waited for by those who asked the client for something.
	answers map[int]chan *answer

	// session is there between launch or attach and the end. Only the worker
	// changes it.
	session atomic.Pointer[debuggee]
	// calling: the worker waits for a function that it has called, or that setting
	// a variable calls.
	calling atomic.Bool
	// begun is about the last command that makes the program run.
	begun atomic.Pointer[begun]

	init       initializeArgs
	inited     bool
	configured bool
	paths      paths
	run        runState
	handles    handles
	breaks     breakpoints
	known      map[int]bool // threads that the client was told of
	listed     []dap.Thread // by the last threads request while stopped
	told       bool         // that not all goroutines are listed
	exceptions exceptions
	// glancing: the program runs, and is held for the request being served.
	glancing bool
}

// debuggee is what a client debugs.
type debuggee struct {
	Backend
	args startArgs
	// joined: the session was there before the client and may be there after it.
	joined bool
	// attached: the process was not started by the debugger.
	attached bool
	// core: there is no process, but what is left of one.
	core bool
	// stopListening ends the events.
	stopListening func()
	// cleanUp removes what was made for the program; it may be nil.
	cleanUp func()
	// console is there when a command was typed into the debug console.
	console *console
	// output passes on what the program prints, nil when that goes elsewhere.
	output *output
}

func newClient(ctx context.Context, conn net.Conn, cfg Config) *client {
	log := cfg.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	c := &client{
		cfg: cfg, log: log, out: &writer{conn: conn, log: log},
		pending: map[int]*request{}, answers: map[int]chan *answer{}, known: map[int]bool{},
	}
	c.ctx, c.cancel = context.WithCancel(ctx)
	c.begun.Store(newBegun())
	c.begun.Load().done()
	c.handles.reset()
	c.breaks.init()
	c.tasks.start()
	return c
}

// finish ends what the client has left behind. It returns true when the session
// that was joined has ended.
func (c *client) finish() (ended bool) {
	done := make(chan struct{})
	c.tasks.add(func() {
		defer close(done)
		if c.session.Load() != nil {
			_ = c.leave(nil)
		}
		ended = c.run.detached
	})
	c.cancel()
	<-done
	return ended
}

func (c *client) close() {
	c.cancel()
	c.running.Wait()
	c.tasks.stop()
	c.out.conn.Close()
}

// debuggee is what is debugged, or why there is nothing.
func (c *client) debuggee() (*debuggee, error) {
	if d := c.session.Load(); d != nil {
		return d, nil
	}
	return nil, notNow("there is no program: launch or attach comes first")
}

// stopped is the debuggee when it can be looked at.
func (c *client) stopped() (*debuggee, error) {
	d, err := c.debuggee()
	if err != nil {
		return nil, err
	}
	if c.run.running() && !c.glancing {
		return nil, notNow("the program is running")
	}
	return d, nil
}

// heard takes in an event of the session.
func (c *client) heard(ev api.Event) {
	if ev.Kind == api.EventResumed {
		c.begun.Load().done()
	}
	own := c.calling.Load()
	c.tasks.add(func() { c.noticed(ev, own) })
}
