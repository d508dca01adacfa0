// Package client talks to a debugging server over its JSON-RPC interface.
//
// A [Client] has one method for each method of the interface. Calls may be
// made from many goroutines at once over the one connection: a halt goes
// through while a continue waits. When a call's context ends, the call returns
// at once; what the server has begun goes on, and its answer is dropped.
package client

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"sync"
	"time"
)

// Client is a connection to a debugging server.
type Client struct {
	conn net.Conn

	// writing is a lock on the writing side of conn, one that a context can
	// end the wait for.
	writing chan struct{}

	// mu guards what follows.
	mu      sync.Mutex
	nextID  uint64
	waiting map[uint64]chan<- answer
	err     error

	done chan struct{}
}

type request struct {
	Method string `json:"method"`
	Params [1]any `json:"params"`
	ID     uint64 `json:"id"`
}

type answer struct {
	ID     *uint64         `json:"id"`
	Result json.RawMessage `json:"result"`
	Error  json.RawMessage `json:"error"`
	in     *store          // nil if it has its own memory
}

// New takes over conn, at whose other end a server listens. Nothing is sent
// before the first call.
func New(conn net.Conn) *Client {
	c := &Client{
		conn:    conn,
		writing: make(chan struct{}, 1),
		waiting: make(map[uint64]chan<- answer),
		done:    make(chan struct{}),
	}
	go c.read()
	return c
}

// Close ends the connection. Calls in progress fail.
func (c *Client) Close() error {
	c.fail(ErrClosed)
	return nil
}

// Done is closed when the connection has ended, for whatever reason.
func (c *Client) Done() <-chan struct{} { return c.done }

// Err says why the connection ended, nil while it has not.
func (c *Client) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// Call calls a method by its name without "RPCServer.". It is what the other
// methods are made of. out is a pointer to the result, or nil to ignore it.
//
// A *ServerError is the server's answer; a *ConnError means that the
// connection has ended.
func (c *Client) Call(ctx context.Context, method string, in, out any) error {
	answered := make(chan answer, 1)
	id, err := c.expect(method, answered)
	if err != nil {
		return err
	}
	defer c.forget(id)
	text, err := json.Marshal(request{"RPCServer." + method, [1]any{in}, id})
	if err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	if err := c.send(ctx, method, append(text, '\n')); err != nil {
		return err
	}
	select {
	case a := <-answered:
		return a.decode(method, out)
	case <-ctx.Done():
		return ctx.Err()
	case <-c.done:
	}
	select {
	case a := <-answered: // it came before the end
		return a.decode(method, out)
	default:
		return &ConnError{method, c.Err()}
	}
}

func call[Out any](ctx context.Context, c *Client, method string, in any) (Out, error) {
	var out Out
	err := c.Call(ctx, method, in, &out)
	return out, err
}

func (c *Client) expect(method string, answered chan<- answer) (id uint64, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return 0, &ConnError{method, c.err}
	}
	id = c.nextID
	c.nextID++
	c.waiting[id] = answered
	return id, nil
}

func (c *Client) forget(id uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.waiting, id)
}

// send writes one request whole, or ends the connection: after a part of one
// the server could make nothing of the rest.
func (c *Client) send(ctx context.Context, method string, text []byte) error {
	select {
	case c.writing <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	case <-c.done:
		return &ConnError{method, c.Err()}
	}
	defer func() { <-c.writing }()
	if err := ctx.Err(); err != nil {
		return err
	}

	interrupted := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(interrupted)
		c.conn.SetWriteDeadline(time.Unix(1, 0))
	})
	n, err := c.conn.Write(text)
	if !stop() {
		<-interrupted
		c.conn.SetWriteDeadline(time.Time{})
	}
	if err == nil {
		return nil
	}
	if n == 0 && ctx.Err() != nil {
		return ctx.Err()
	}
	if ctx.Err() == nil && hungUp(err) {
		c.hearOut()
	}
	c.fail(err)
	return &ConnError{method, c.Err()}
}

// hearOut waits until everything was read that a server said before it hung up: answers,
// or why it did.
func (c *Client) hearOut() {
	t := time.NewTimer(lastWords)
	defer t.Stop()
	select {
	case <-c.done:
	case <-t.C: // it has closed one direction only
	}
}

// lastWords is how long reading what has come may take.
const lastWords = 5 * time.Second

func (c *Client) read() {
	in := &reader{src: c.conn}
	for {
		a, err := in.next()
		if err != nil {
			c.fail(err)
			return
		}
		if a.ID == nil || !c.deliver(a) {
			a.giveBack()
		}
	}
}

// deliver tells whether somebody waits for the answer.
func (c *Client) deliver(a answer) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	answered, ok := c.waiting[*a.ID]
	if ok {
		delete(c.waiting, *a.ID)
		answered <- a
	}
	return ok
}

// fail ends the connection; the first reason given is the one that is kept.
func (c *Client) fail(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return
	}
	c.err = err
	c.conn.Close()
	close(c.done)
}

// decode looks at an answer, once.
func (a *answer) decode(method string, out any) error {
	defer a.giveBack()
	if len(a.Error) > 0 && string(a.Error) != "null" {
		var text string
		if json.Unmarshal(a.Error, &text) != nil {
			text = string(a.Error)
		}
		return &ServerError{method, text}
	}
	if out == nil || len(a.Result) == 0 {
		return nil
	}
	read := func() error { return json.Unmarshal(a.Result, out) }
	if own, ok := out.(json.Unmarshaler); ok {
		read = func() error { return own.UnmarshalJSON(a.Result) } // once is enough
	}
	if err := read(); err != nil {
		return fmt.Errorf("%s: the server's answer: %w", method, err)
	}
	return nil
}
