package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/client"
	"github.com/tinydbg/tinydbg/internal/config"
)

// server is the other end of a shell's connection: it answers each method with
// what a test put there, and remembers what it was asked.
type server struct {
	t *testing.T

	// mu guards what follows.
	mu      sync.Mutex
	answers map[string]any // a value, an error, or a func(json.RawMessage) any
	asked   []string       // "Method {json}"
}

// newShell returns a shell whose output goes to out, and the server it talks to.
func newShell(t *testing.T) (s *Shell, srv *server, out *strings.Builder) {
	t.Helper()
	here, there := net.Pipe()
	srv = &server{t: t, answers: map[string]any{
		"State":           api.StateOut{State: stopped()},
		"Stacktrace":      api.StacktraceOut{Locations: frames()},
		"LastModified":    api.LastModifiedOut{},
		"ListBreakpoints": api.ListBreakpointsOut{},
		"GetEvents":       api.GetEventsOut{Events: []api.Event{{Kind: api.EventStopped}}},
	}}
	var serving sync.WaitGroup
	serving.Go(func() { srv.serve(there) })
	c := client.New(here)
	t.Cleanup(func() {
		c.Close()
		there.Close()
		serving.Wait()
	})
	out = &strings.Builder{}
	s = New(c, config.Default(), out)
	s.WorkDir = "/src"
	return s, srv, out
}

func (srv *server) serve(conn net.Conn) {
	dec, enc := json.NewDecoder(conn), json.NewEncoder(conn)
	for {
		var req struct {
			Method string            `json:"method"`
			Params []json.RawMessage `json:"params"`
			ID     json.RawMessage   `json:"id"`
		}
		if dec.Decode(&req) != nil {
			return
		}
		result, err := srv.answer(strings.TrimPrefix(req.Method, "RPCServer."), req.Params)
		reply := map[string]any{"id": req.ID, "result": result, "error": nil}
		if err != nil {
			reply["result"], reply["error"] = nil, err.Error()
		}
		if enc.Encode(reply) != nil {
			return
		}
	}
}

func (srv *server) answer(method string, params []json.RawMessage) (any, error) {
	srv.mu.Lock()
	defer srv.mu.Unlock()
	var arg json.RawMessage
	if len(params) > 0 {
		arg = params[0]
	}
	if method != "GetEvents" {
		srv.asked = append(srv.asked, method+" "+string(arg))
	}
	a, ok := srv.answers[method]
	if f, dynamic := a.(func(json.RawMessage) any); dynamic {
		a = f(arg)
	}
	if err, failed := a.(error); failed {
		return nil, err
	}
	if !ok {
		return nil, fmt.Errorf("the test has no answer for %s", method)
	}
	return a, nil
}

func (srv *server) on(method string, answer any) {
	srv.mu.Lock()
	defer srv.mu.Unlock()
	srv.answers[method] = answer
}

// calls returns the arguments of every call of a method.
func (srv *server) calls(method string) []string {
	srv.mu.Lock()
	defer srv.mu.Unlock()
	var list []string
	for _, a := range srv.asked {
		if name, arg, _ := strings.Cut(a, " "); name == method {
			list = append(list, arg)
		}
	}
	return list
}

// last decodes the argument of the last call of a method.
func last[T any](t *testing.T, srv *server, method string) T {
	t.Helper()
	var v T
	list := srv.calls(method)
	if len(list) == 0 {
		t.Fatalf("%s was not called", method)
	}
	if err := json.Unmarshal([]byte(list[len(list)-1]), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func work() *api.Function { return &api.Function{Name_: "main.work"} }

func thread() *api.Thread {
	return &api.Thread{ID: 7, PC: 0x4bf464, File: "/src/main.go", Line: 16, Function: work(), GoroutineID: 1}
}

func stopped() *api.DebuggerState {
	th := thread()
	loc := api.Location{PC: th.PC, File: th.File, Line: th.Line, Function: th.Function}
	return &api.DebuggerState{Pid: 70, CurrentThread: th, Threads: []*api.Thread{th},
		SelectedGoroutine: &api.Goroutine{ID: 1, ThreadID: 7, CurrentLoc: loc, UserCurrentLoc: loc, GoStatementLoc: loc, StartLoc: loc}}
}

func frames() []api.Stackframe {
	return []api.Stackframe{
		{Location: api.Location{PC: 0x4bf464, File: "/src/main.go", Line: 16, Function: work()}},
		{Location: api.Location{PC: 0x4bf500, File: "/src/main.go", Line: 30, Function: &api.Function{Name_: "main.main"}}, Bottom: true},
	}
}

// at breakpoint 1, hit once.
func atBreakpoint() *api.DebuggerState {
	state := stopped()
	state.CurrentThread.Breakpoint = &api.Breakpoint{ID: 1, HitCount: map[string]uint64{"1": 1}, TotalHitCount: 1}
	return state
}

func integerVar(name, value string) api.Variable {
	return api.Variable{Name: name, Type: "int", RealType: "int", Kind: reflect.Int, Value: value, Addr: 0xc000}
}

// story runs lines and compares everything that was printed; an error is
// printed as the terminal does it.
func story(t *testing.T, s *Shell, out *strings.Builder, want string, lines ...string) {
	t.Helper()
	out.Reset()
	for _, line := range lines {
		if err := s.Exec(context.Background(), line); err != nil && !errors.Is(err, ErrQuit) {
			fmt.Fprintln(s.Out, Report(err))
		}
	}
	if got := out.String(); got != want {
		t.Errorf("%s:\ngot\n%s\nwant\n%s", strings.Join(lines, "; "), got, want)
	}
}

// fails runs a line that must give an error containing text.
func fails(t *testing.T, s *Shell, line, text string) {
	t.Helper()
	err := s.Exec(context.Background(), line)
	if err == nil || !strings.Contains(err.Error(), text) {
		t.Errorf("%s: got %v, want an error with %q", line, err, text)
	}
}

func contains(t *testing.T, list []string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !slices.Contains(list, w) {
			t.Errorf("%v lacks %s", list, w)
		}
	}
}
