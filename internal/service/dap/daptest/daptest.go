// Package daptest is a small editor for tests of the debug adapter: it sends
// requests, decodes every message by go-dap's types, and keeps the events.
package daptest

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-dap"
)

// Patience is how long a message is waited for, with a program that has to be built
// first, and Go's standard library with it, on a machine that does other things too.
const Patience = 4 * time.Minute

// Client is one editor. It is made by New, Connect or Dial.
type Client struct {
	TB   testing.TB
	conn net.Conn

	mu        sync.Mutex // guards what follows
	arrived   *sync.Cond
	seq       int
	responses map[int]dap.Message
	// transcript names every message, in the order they came.
	transcript []string
	events     []dap.Message
	// asked are the requests of the server.
	asked []dap.RequestMessage
	err   error
}

// New speaks over conn, and closes it at the end of the test.
func New(t testing.TB, conn net.Conn) *Client {
	c := &Client{TB: t, conn: conn, responses: map[int]dap.Message{}}
	c.arrived = sync.NewCond(&c.mu)
	done := make(chan struct{})
	go func() { defer close(done); c.read() }()
	t.Cleanup(func() { conn.Close(); <-done })
	return c
}

// Dial connects to a server.
func Dial(t testing.TB, addr string) *Client {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	return New(t, conn)
}

func (c *Client) read() {
	r := bufio.NewReader(c.conn)
	for {
		data, err := dap.ReadBaseMessage(r)
		if err == nil {
			err = c.take(data)
		}
		if err != nil {
			c.mu.Lock()
			c.err = err
			c.arrived.Broadcast()
			c.mu.Unlock()
			return
		}
	}
}

func (c *Client) take(data []byte) error {
	m, err := dap.DecodeProtocolMessage(data)
	var unknown *dap.DecodeProtocolMessageFieldError
	if errors.As(err, &unknown) { // an error response to a request nobody knows
		r := &dap.ErrorResponse{}
		if err = json.Unmarshal(data, r); err == nil && !r.Success {
			m = r
		}
	}
	if err != nil {
		return fmt.Errorf("%s: %w", data, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch m := m.(type) {
	case dap.ResponseMessage:
		c.responses[m.GetResponse().RequestSeq] = m
		c.transcript = append(c.transcript, m.GetResponse().Command)
	case dap.EventMessage:
		c.events = append(c.events, m)
		c.transcript = append(c.transcript, "("+m.GetEvent().Event+")")
	case dap.RequestMessage:
		c.asked = append(c.asked, m)
	}
	c.arrived.Broadcast()
	return nil
}

// Write sends bytes as they are.
func (c *Client) Write(data string) {
	c.TB.Helper()
	if err := c.TryWrite(data); err != nil {
		c.TB.Fatal(err)
	}
}

// TryWrite is Write to a server that may be gone.
func (c *Client) TryWrite(data string) error {
	_, err := c.conn.Write([]byte(data))
	return err
}

// Send sends a request and returns its number.
func (c *Client) Send(command string, args any) int {
	c.TB.Helper()
	c.mu.Lock()
	c.seq++
	seq := c.seq
	c.mu.Unlock()
	c.SendAs(seq, command, args)
	return seq
}

// SendAs sends a request with any number.
func (c *Client) SendAs(seq int, command string, args any) {
	c.TB.Helper()
	data, err := json.Marshal(map[string]any{"seq": seq, "type": "request", "command": command, "arguments": args})
	if err != nil {
		c.TB.Fatal(err)
	}
	c.Write(fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(data), data))
}

// Reply answers a request of the server.
func (c *Client) Reply(to dap.RequestMessage, body any) {
	c.TB.Helper()
	data, err := json.Marshal(map[string]any{
		"seq": 0, "type": "response", "request_seq": to.GetSeq(), "success": true,
		"command": to.GetRequest().Command, "body": body,
	})
	if err != nil {
		c.TB.Fatal(err)
	}
	c.Write(fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(data), data))
}

// wait waits until found is true; it is called with mu held.
func (c *Client) wait(what string, found func() bool) {
	c.TB.Helper()
	timeout := time.AfterFunc(Patience, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.err = errors.New("it takes too long")
		c.arrived.Broadcast()
	})
	defer timeout.Stop()
	c.mu.Lock()
	defer c.mu.Unlock()
	for !found() {
		if c.err != nil {
			c.TB.Fatalf("wait for %s: %v; events so far: %s", what, c.err, names(c.events))
		}
		c.arrived.Wait()
	}
}

func names(events []dap.Message) (list []string) {
	for _, e := range events {
		list = append(list, e.(dap.EventMessage).GetEvent().Event)
	}
	return list
}

// Response waits for the response to a request.
func (c *Client) Response(seq int) (m dap.Message) {
	c.TB.Helper()
	c.wait(fmt.Sprintf("the response to %d", seq), func() bool {
		m = c.responses[seq]
		return m != nil
	})
	return m
}

// Do sends a request and returns the response, which must be a success of type T.
func Do[T dap.Message](c *Client, command string, args any) T {
	c.TB.Helper()
	m := c.Response(c.Send(command, args))
	got, ok := m.(T)
	if e, isError := m.(*dap.ErrorResponse); isError && !ok {
		c.TB.Fatalf("%s %+v: %s", command, args, e.Body.Error.Format)
	}
	if !ok {
		c.TB.Fatalf("%s: %T", command, m)
	}
	if r := m.(dap.ResponseMessage).GetResponse(); !r.Success || r.Command != command {
		c.TB.Fatalf("%s: %+v", command, r)
	}
	return got
}

// Fail sends a request and returns the text of the error, which must come.
func (c *Client) Fail(command string, args any) string {
	c.TB.Helper()
	return c.Failure(c.Send(command, args))
}

// Failure is the text of the error that a request ends with.
func (c *Client) Failure(seq int) string {
	c.TB.Helper()
	e, ok := c.Response(seq).(*dap.ErrorResponse)
	if !ok || e.Success || e.Body.Error == nil {
		c.TB.Fatalf("request %d did not fail: %+v", seq, c.Response(seq))
	}
	return e.Body.Error.Format
}

// Event waits for an event of type T and takes it, and those before it, off the
// list.
func Event[T dap.Message](c *Client) (event T) {
	c.TB.Helper()
	return EventWhere(c, func(T) bool { return true })
}

// EventWhere is Event for one that fits.
func EventWhere[T dap.Message](c *Client, fits func(T) bool) (event T) {
	c.TB.Helper()
	c.wait(fmt.Sprintf("%T", event), func() bool {
		for i, m := range c.events {
			if e, ok := m.(T); ok && fits(e) {
				event = e
				c.events = c.events[i+1:]
				return true
			}
		}
		return false
	})
	return event
}

// Until waits for an event of type T and takes it, and those before it, off the
// list; it returns all of them.
func Until[T dap.Message](c *Client) (taken []dap.Message) {
	c.TB.Helper()
	c.wait("a certain event", func() bool {
		for i, m := range c.events {
			if _, ok := m.(T); ok {
				taken, c.events = c.events[:i+1:i+1], c.events[i+1:]
				return true
			}
		}
		return false
	})
	return taken
}

// Transcript lists what has come so far: responses by their commands, and events
// in brackets, but for those to be left out.
func (c *Client) Transcript(without ...string) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(c.transcript), func(name string) bool { return slices.Contains(without, name) })
}

// Asked waits for a request of the server.
func (c *Client) Asked() (m dap.RequestMessage) {
	c.TB.Helper()
	c.wait("a request of the server", func() bool {
		if len(c.asked) == 0 {
			return false
		}
		m, c.asked = c.asked[0], c.asked[1:]
		return true
	})
	return m
}

// Closed waits for the server to close the connection.
func (c *Client) Closed() {
	c.TB.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.err == nil {
		c.arrived.Wait()
	}
}

// M is shorthand for the arguments of a request.
type M = map[string]any
