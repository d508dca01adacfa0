package client

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

func TestMain(m *testing.M) { os.Exit(testkit.Main(m)) }

// server is the other end of a client, played by the test.
type server struct {
	net.Conn
	dec *json.Decoder
}

func pipe(t *testing.T) (*Client, *server) {
	t.Helper()
	near, far := net.Pipe()
	c := New(near)
	t.Cleanup(func() { c.Close(); far.Close() })
	return c, &server{far, json.NewDecoder(far)}
}

func (s *server) next(t *testing.T) (method string, id json.RawMessage) {
	t.Helper()
	var req struct {
		Method string
		ID     json.RawMessage
	}
	if err := s.dec.Decode(&req); err != nil {
		t.Fatal(err)
	}
	return req.Method, req.ID
}

func (s *server) say(t *testing.T, text string) {
	t.Helper()
	if _, err := io.WriteString(s, text); err != nil {
		t.Fatal(err)
	}
}

func TestAnswersOutOfOrder(t *testing.T) {
	c, s := pipe(t)
	ctx := t.Context()
	var wg sync.WaitGroup
	wg.Go(func() {
		if pid, err := c.ProcessPid(ctx); pid != 42 || err != nil {
			t.Errorf("ProcessPid: %d, %v", pid, err)
		}
	})
	method, first := s.next(t)
	if method != "RPCServer.ProcessPid" {
		t.Fatal(method)
	}
	wg.Go(func() {
		_, err := c.Eval(ctx, api.EvalScope{GoroutineID: -1}, "x", nil)
		var answered *ServerError
		if !errors.As(err, &answered) || err.Error() != "could not find symbol value for x" || answered.Method != "Eval" {
			t.Errorf("Eval: %v", err)
		}
	})
	_, second := s.next(t)
	s.say(t, `{"id":`+string(second)+`,"result":null,"error":"could not find symbol value for x"}{"id":99,"result":{},"error":null}`)
	s.say(t, `{"id":`+string(first)+`,"result":{"Pid":42},"error":null}`)
	wg.Wait()
}

func TestCancelledCallLeavesTheConnectionUsable(t *testing.T) {
	c, s := pipe(t)
	ctx, cancel := context.WithCancel(t.Context())
	result := make(chan error)
	go func() {
		_, err := c.Command(ctx, api.DebuggerCommand{Name: api.Continue})
		result <- err
	}()
	_, id := s.next(t)
	cancel()
	if err := <-result; !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	s.say(t, `{"id":`+string(id)+`,"result":{"State":{}},"error":null}`)

	go func() {
		_, err := c.BuildID(t.Context())
		result <- err
	}()
	_, id = s.next(t)
	s.say(t, `{"id":`+string(id)+`,"result":{"BuildID":"b"},"error":null}`)
	if err := <-result; err != nil {
		t.Fatal(err)
	}
}

// A server that does not read must not hold up a call whose context ends.
func TestCancelWhileWriting(t *testing.T) {
	c, _ := pipe(t)
	ctx, cancel := context.WithCancel(t.Context())
	result := make(chan error)
	for range 2 { // one writes, one waits for its turn
		go func() { result <- c.CancelNext(ctx) }()
	}
	cancel()
	for range 2 {
		if err := <-result; !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	}
	if c.Err() != nil {
		t.Fatalf("nothing was written, but the connection ended: %v", c.Err())
	}
}

func TestServerGone(t *testing.T) {
	c, s := pipe(t)
	result := make(chan error)
	go func() {
		_, err := c.State(t.Context(), false)
		result <- err
	}()
	s.next(t)
	s.Close()
	err := <-result
	if err == nil || err.Error() != "State: the server closed the connection" || !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	<-c.Done()
	if err := c.CancelNext(t.Context()); !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
}

func TestNotADebugger(t *testing.T) {
	for _, test := range []struct{ said, want string }{
		{"SSH-2.0-OpenSSH\r\n", "does not speak the debugger's protocol"},
		{"tinydbg: wrong token\n", "wrong token"},
	} {
		c, s := pipe(t)
		go io.WriteString(s, test.said)
		<-c.Done()
		if err := c.CancelNext(t.Context()); !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q: %v", test.said, err)
		}
	}
}

func TestEvents(t *testing.T) {
	c, s := pipe(t)
	type result struct {
		kinds []api.EventKind
		state *api.DebuggerState
		err   error
	}
	results := make(chan result)
	go func() {
		var r result
		r.state, r.err = c.CommandWithEvents(t.Context(), api.DebuggerCommand{Name: api.Next},
			func(ev api.Event) { r.kinds = append(r.kinds, ev.Kind) })
		results <- r
	}()
	ids := map[string]string{}
	for range 2 {
		method, id := s.next(t)
		ids[method] = string(id)
	}
	s.say(t, `{"id":`+ids["RPCServer.GetEvents"]+`,"result":{"Events":[{"Kind":0},{"Kind":4,"PID":7}]},"error":null}`)
	_, id := s.next(t)
	s.say(t, `{"id":`+ids["RPCServer.Command"]+`,"result":{"State":{"Pid":5}},"error":null}`)
	s.say(t, `{"id":`+string(id)+`,"result":{"Events":[{"Kind":1}]},"error":null}`)
	r := <-results
	if r.err != nil || r.state.Pid != 5 || len(r.kinds) != 3 || r.kinds[2] != api.EventStopped {
		t.Fatalf("%+v", r)
	}
}
