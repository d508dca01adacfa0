package listen

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

// maxStrangers is how many connections may be at the gates at once.
const maxStrangers = 64

// Serve lets clients in until the context ends, until a handler wants it to
// end (ErrEnded), or until the client has left (ErrClientLeft) when only one
// is served. Before it returns, all connections are closed and their handlers
// have returned, and a socket is removed.
func (l *Listener) Serve(ctx context.Context, h Handlers) error {
	v := &visit{l: l, h: h, strangers: make(chan struct{}, maxStrangers), open: map[net.Conn]bool{}}
	ctx, v.end = context.WithCancelCause(ctx)
	stop := context.AfterFunc(ctx, v.close)
	defer stop()
	err := v.accept(ctx)
	v.end(err)
	v.close()
	v.all.Wait()
	return context.Cause(ctx)
}

// visit is one run of Serve.
type visit struct {
	l         *Listener
	h         Handlers
	end       context.CancelCauseFunc
	strangers chan struct{} // a token for each connection at the gates
	all       sync.WaitGroup

	// telling is held while Clients is called, so that the numbers come in
	// order. It is taken before mu.
	telling sync.Mutex

	// mu guards what follows.
	mu      sync.Mutex
	closed  bool
	open    map[net.Conn]bool
	clients int
}

func (v *visit) accept(ctx context.Context) error {
	for {
		conn, err := v.l.net.Accept()
		if err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if again(err) {
				v.l.log.Warn("accept", "err", err)
				sleep(ctx, 100*time.Millisecond)
				continue
			}
			return err
		}
		if v.room(ctx) {
			v.all.Go(func() { v.receive(ctx, conn) })
		} else {
			v.l.log.Warn("connection refused", "from", conn.RemoteAddr(), "reason", "too many connections that have not said what they want")
			conn.Close()
		}
	}
}

// room waits a moment for a place at the gates: there may be a crowd that is
// let in or sent away soon.
func (v *visit) room(ctx context.Context) bool {
	select {
	case v.strangers <- struct{}{}:
		return true
	default:
	}
	t := time.NewTimer(time.Second)
	defer t.Stop()
	select {
	case v.strangers <- struct{}{}:
		return true
	case <-t.C:
	case <-ctx.Done():
	}
	return false
}

// again is true for errors that pass, such as running out of file descriptors.
func again(err error) bool {
	var temporary interface{ Temporary() bool }
	return errors.As(err, &temporary) && temporary.Temporary()
}

func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// receive takes one connection through the gates and has it served.
func (v *visit) receive(ctx context.Context, conn net.Conn) {
	defer conn.Close()
	if !v.track(conn) {
		<-v.strangers
		return
	}
	defer v.untrack(conn)
	client, handle, err := v.gates(ctx, conn)
	<-v.strangers
	if err != nil {
		v.l.log.Warn("connection refused", "from", conn.RemoteAddr(), "reason", err.Error())
		return
	}
	if !v.admit() {
		v.l.log.Warn("connection refused", "from", conn.RemoteAddr(), "reason", "there is a client already (--accept-multiclient allows more)")
		return
	}
	v.l.log.Info("client connected", "from", conn.RemoteAddr())
	end := handle(ctx, client)
	client.Close()
	v.l.log.Info("client left", "from", conn.RemoteAddr())
	if end {
		v.end(ErrEnded)
	}
	v.leave()
}

// gates checks who conn is and what it wants.
func (v *visit) gates(ctx context.Context, conn net.Conn) (net.Conn, func(context.Context, net.Conn) bool, error) {
	client, err := v.l.authenticate(ctx, conn)
	if err != nil {
		return nil, nil, err
	}
	protocol, err := recognise(client)
	if err != nil {
		return nil, nil, err
	}
	handle := v.h.JSONRPC
	if protocol == dap {
		handle = v.h.DAP
	}
	if handle == nil {
		return nil, nil, fmt.Errorf("%v is not served here", protocol)
	}
	return client, handle, nil
}

// admit counts one more client, if there may be one more.
func (v *visit) admit() bool {
	v.telling.Lock()
	defer v.telling.Unlock()
	v.mu.Lock()
	if v.closed || v.clients > 0 && !v.l.o.Multiclient {
		v.mu.Unlock()
		return false
	}
	v.clients++
	n := v.clients
	v.mu.Unlock()
	v.tell(n)
	return true
}

func (v *visit) leave() {
	v.telling.Lock()
	defer v.telling.Unlock()
	v.mu.Lock()
	v.clients--
	n := v.clients
	v.mu.Unlock()
	v.tell(n)
	if !v.l.o.Multiclient {
		v.end(ErrClientLeft)
	}
}

// Precondition: telling held.
func (v *visit) tell(n int) {
	if v.h.Clients != nil {
		v.h.Clients(n)
	}
}

func (v *visit) track(conn net.Conn) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.closed {
		return false
	}
	v.open[conn] = true
	return true
}

func (v *visit) untrack(conn net.Conn) {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.open, conn)
}

// close ends everything that is open.
func (v *visit) close() {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.closed {
		return
	}
	v.closed = true
	v.l.net.Close()
	for conn := range v.open {
		conn.Close()
	}
}
