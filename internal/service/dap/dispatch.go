package dap

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"runtime/debug"

	"github.com/google/go-dap"
)

// maxPending is how many requests may wait for their turn; then the client is
// not listened to until it has got some responses.
const maxPending = 1024

// handlers are the requests that are served, by command.
var handlers map[string]handler

func init() {
	handlers = map[string]handler{
		"initialize": (*client).initialize, "launch": with((*client).launch), "attach": with((*client).attach),
		"configurationDone": (*client).configurationDone, "disconnect": with((*client).disconnect),
		"terminate": with((*client).terminate), "restart": with((*client).restart),
		"setBreakpoints":            with((*client).setBreakpoints),
		"setFunctionBreakpoints":    with((*client).setFunctionBreakpoints),
		"setInstructionBreakpoints": with((*client).setInstructionBreakpoints),
		"setExceptionBreakpoints":   with((*client).setExceptionBreakpoints),
		"setDataBreakpoints":        with((*client).setDataBreakpoints),
		"dataBreakpointInfo":        with((*client).dataBreakpointInfo),
		"breakpointLocations":       with((*client).breakpointLocations),
		"continue":                  with((*client).resumeRequest), "next": with((*client).next),
		"stepIn": with((*client).stepIn), "stepOut": with((*client).stepOut),
		"pause":         (*client).pause,
		"stepInTargets": with((*client).stepInTargets),
		"gotoTargets":   with((*client).gotoTargets), "goto": with((*client).goTo),
		"threads": (*client).threads, "stackTrace": with((*client).stackTrace),
		"scopes": with((*client).scopes), "variables": with((*client).variables),
		"setVariable": with((*client).setVariable), "setExpression": with((*client).setExpression),
		"evaluate": with((*client).evaluate), "completions": with((*client).completions),
		"exceptionInfo": with((*client).exceptionInfo),
		"modules":       with((*client).modules), "loadedSources": (*client).loadedSources,
		"source": with((*client).source), "disassemble": with((*client).disassemble),
		"readMemory": with((*client).readMemory), "writeMemory": with((*client).writeMemory),
		"restartFrame": with((*client).restartFrame), "locations": with((*client).locations),
	}
}

// urgent are the requests that are not kept waiting by others.
var urgent = map[string]handler{
	"cancel": with((*client).cancelRequest),
}

// incoming is any message of a client.
type incoming struct {
	dap.Request
	Arguments json.RawMessage `json:"arguments"`
	answer
}

// answer is the response to a request of ours.
type answer struct {
	RequestSeq int             `json:"request_seq"`
	Success    bool            `json:"success"`
	Message    string          `json:"message"`
	Body       json.RawMessage `json:"body"`
}

// read takes messages until the client is gone or cannot be understood.
func (c *client) read(conn net.Conn) {
	stop := context.AfterFunc(c.ctx, func() { conn.Close() })
	defer stop()
	r := bufio.NewReaderSize(conn, maxHeader)
	for {
		data, err := readMessage(r)
		if errors.Is(err, errTooLong) {
			c.out.fail(&request{}, &requestError{id: errRequest, summary: err.Error()})
			continue
		}
		if err != nil {
			c.log.Debug("the client is gone", "reason", err)
			return
		}
		c.log.Debug("receive", "message", string(data))
		if leaving := c.take(data); leaving {
			return
		}
	}
}

// take sees to one message. It returns true after the last.
func (c *client) take(data []byte) (leaving bool) {
	var m incoming
	err := json.Unmarshal(data, &m)
	switch {
	case err == nil && m.Type == "response":
		c.answered(&m.answer)
		return false
	case err == nil && m.Type != "request":
		err = fmt.Errorf("%q is not a type of message that is expected", m.Type)
	}
	r := &request{Request: m.Request, args: m.Arguments}
	if err != nil {
		c.out.fail(r, &requestError{id: errRequest, summary: "the message is not right", err: err})
		return false
	}
	r.ctx, r.cancel = context.WithCancel(c.ctx)
	if h, ok := urgent[r.Command]; ok {
		c.do(r, h)
		return false
	}
	h, ok := handlers[r.Command]
	if !ok {
		r.cancel()
		c.out.fail(r, &requestError{id: errUnknown, summary: fmt.Sprintf("the request %.60q is not supported", r.Command)})
		return false
	}
	if r.Command == "pause" {
		c.interruptCall()
	}
	return c.enqueue(r, h)
}

// enqueue leaves a request to the worker. It waits while there are too many of
// them, and for the client's last request to be done.
func (c *client) enqueue(r *request, h handler) (leaving bool) {
	c.mu.Lock()
	if c.pending[r.Seq] != nil {
		c.mu.Unlock()
		r.cancel()
		c.out.fail(r, &requestError{id: errRequest, summary: fmt.Sprintf("a request with the number %d is being worked on", r.Seq)})
		return false
	}
	c.pending[r.Seq] = r
	full := len(c.pending) >= maxPending
	leaving = r.Command == "disconnect"
	if leaving { // what takes long would only be in its way
		for _, p := range c.pending {
			if p != r {
				p.cancel()
			}
		}
	}
	c.mu.Unlock()
	done := make(chan struct{})
	c.tasks.add(func() { c.do(r, h); close(done) })
	if full || leaving {
		<-done
	}
	return leaving && c.run.left
}

// do has a request seen to and sends the response.
func (c *client) do(r *request, h handler) {
	if body, err := c.handle(r, h); !r.later || err != nil {
		c.respond(r, body, err)
	}
}

// respond sends the response to a request, and does what comes after it.
func (c *client) respond(r *request, body any, err error) {
	c.mu.Lock()
	if c.pending[r.Seq] == r {
		delete(c.pending, r.Seq)
	}
	c.mu.Unlock()
	if err != nil {
		c.out.fail(r, asRequestError(r, err))
	} else {
		c.out.respond(r, body)
	}
	r.cancel()
	if r.after != nil {
		r.after()
	}
}

// handle calls a handler. A panic is an error: the program outlives our mistakes.
func (c *client) handle(r *request, h handler) (body any, err error) {
	defer func() {
		if v := recover(); v != nil {
			c.log.Error("panic", "request", r.Command, "value", v, "stack", string(debug.Stack()))
			body, err = nil, fmt.Errorf("internal error: %v", v)
		}
	}()
	if err := r.ctx.Err(); err != nil {
		return nil, err
	}
	if _, ok := urgent[r.Command]; !ok && !c.inited && r.Command != "initialize" && r.Command != "disconnect" {
		return nil, notNow("initialize comes first")
	}
	// What is urgent does not look at what belongs to the worker.
	if d := c.session.Load(); looks[r.Command] && d != nil && c.run.running() {
		return c.glance(d, r, h)
	}
	return h(c, r)
}

// cancelRequest cancels a request or what shows a progress.
func (c *client) cancelRequest(_ *request, a *dap.CancelArguments) (any, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p := c.pending[a.RequestId]; p != nil {
		p.cancel()
	}
	for _, p := range c.pending {
		if a.ProgressId != "" && progressID(p) == a.ProgressId {
			p.cancel()
		}
	}
	return nil, nil
}
