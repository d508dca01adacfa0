package rpc

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/client"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

func TestMain(m *testing.M) { os.Exit(testkit.Main(m)) }

// serve runs a server and returns the client's end of the connection.
func serve(t *testing.T, b Backend, cfg Config) (net.Conn, <-chan error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	conn, done := Pipe(ctx, b, cfg)
	ended := make(chan error, 1)
	go func() { ended <- <-done }()
	t.Cleanup(func() { conn.Close(); cancel() })
	return conn, ended
}

// TestTalk checks answers to the letter: clients in the field parse them.
func TestTalk(t *testing.T) {
	conn, _ := serve(t, &fakeBackend{}, Config{Multiclient: true})
	answers := bufio.NewReader(conn)
	for _, talk := range []struct{ say, want string }{
		{`{"method":"RPCServer.ProcessPid","params":[{}],"id":0}`, `{"id":0,"result":{"Pid":4711},"error":null}`},
		{`{"method":"RPCServer.ProcessPid","params":[],"id":"a"}`, `{"id":"a","result":{"Pid":4711},"error":null}`},
		{`{"method":"RPCServer.ProcessPid"}`, `{"id":null,"result":{"Pid":4711},"error":null}`},
		{`{"method":"RPCServer.IsMulticlient","params":[{}],"id":1}`, `{"id":1,"result":{"IsMulticlient":true},"error":null}`},
		{`{"method":"RPCServer.SetApiVersion","params":[{"APIVersion":2}],"id":2}`, `{"id":2,"result":{},"error":null}`},
		{`{"method":"RPCServer.SetApiVersion","params":[{"APIVersion":1}],"id":2}`, `{"id":2,"result":null,"error":"unknown API version 1: this server speaks version 2"}`},
		{`{"method":"RPCServer.Nonsense","params":[{}],"id":3}`, `{"id":3,"result":null,"error":"unknown method: RPCServer.Nonsense"}`},
		{`{"method":"ProcessPid","params":[{}],"id":3}`, `{"id":3,"result":null,"error":"unknown method: ProcessPid"}`},
		{`{"method":"RPCServer.ListSources","params":[{"Filter":"\"}{"}],"id":4}`, `{"id":4,"result":{"Sources":[]},"error":null}`},
		{`{"method":"RPCServer.Eval","params":[{"Expr":"x"}],"id":5}`, `{"id":5,"result":null,"error":"could not find symbol value for x"}`},
		{`{"method":"RPCServer.Eval","params":[{"Expr":5}],"id":6}`, `{"id":6,"result":null,"error":"Eval: malformed argument: json: cannot unmarshal number into Go struct field EvalIn.Expr of type string"}`},
		{`{"method":"RPCServer.Eval","params":{},"id":7}`, `{"id":7,"result":null,"error":"Eval: params must be an array with the argument in it"}`},
		{`{"method":"RPCServer.Eval","params":[{},{}],"id":8}`, `{"id":8,"result":null,"error":"Eval: params has 2 elements, not one"}`},
		{`{"method":7,"id":9}`, `{"id":9,"result":null,"error":"malformed request: json: cannot unmarshal number into Go struct field .Method of type string"}`},
		{`{"method":"RPCServer.ExamineMemory","params":[{"Length":65537}],"id":10}`, `{"id":10,"result":null,"error":"len must be less than or equal to 65536"}`},
		{`{"method":"RPCServer.ExamineMemory","params":[{"Length":-1}],"id":11}`, `{"id":11,"result":null,"error":"len must not be negative"}`},
		{`{"method":"RPCServer.Command","params":[{"name":"rewind"}],"id":12}`, `{"id":12,"result":null,"error":"not a recording"}`},
	} {
		if _, err := io.WriteString(conn, talk.say); err != nil {
			t.Fatal(err)
		}
		got, err := answers.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		if strings.TrimSuffix(got, "\n") != talk.want {
			t.Errorf("%s\n got %s\nwant %s", talk.say, got, talk.want)
		}
	}
}

func TestHaltAndStateBesideContinue(t *testing.T) {
	conn, _ := serve(t, &fakeBackend{}, Config{})
	c := client.New(conn)
	var wg sync.WaitGroup
	wg.Go(func() {
		if st, err := c.Command(t.Context(), api.DebuggerCommand{Name: api.Continue}); err != nil || st.Pid != 4711 {
			t.Errorf("continue: %+v, %v", st, err)
		}
	})
	testkit.Eventually(t, func() bool {
		st, err := c.State(t.Context(), true)
		return err == nil && st.Running
	}, "running")
	wg.Go(func() {
		if st, err := c.State(t.Context(), false); err != nil || st.Running {
			t.Errorf("state: %+v, %v", st, err)
		}
	})
	if _, err := c.Eval(t.Context(), api.EvalScope{}, "y", nil); err != nil {
		t.Error(err)
	}
	if _, err := c.Command(t.Context(), api.DebuggerCommand{Name: api.Continue}); err == nil {
		t.Error("a second continue was accepted")
	}
	if _, err := c.Command(t.Context(), api.DebuggerCommand{Name: api.Halt}); err != nil {
		t.Error(err)
	}
	wg.Wait()
}

// A halt sent right after a continue stops it, however the two are scheduled.
func TestHaltDoesNotOvertakeContinue(t *testing.T) {
	for range 100 {
		conn, _ := serve(t, &fakeBackend{}, Config{})
		answers := json.NewDecoder(conn)
		io.WriteString(conn, `{"method":"RPCServer.Eval","params":[{"Expr":"y"}],"id":0}`+
			`{"method":"RPCServer.Command","params":[{"name":"continue"}],"id":1}`+
			`{"method":"RPCServer.Command","params":[{"name":"halt"}],"id":2}`)
		for range 3 {
			var a struct{ Error any }
			if err := answers.Decode(&a); err != nil || a.Error != nil {
				t.Fatal(a.Error, err)
			}
		}
		conn.Close()
	}
}

// A client may send its requests without waiting for answers, and leave.
func TestOrderAndLeaving(t *testing.T) {
	b := &fakeBackend{}
	conn, done := serve(t, b, Config{})
	go io.Copy(io.Discard, conn)
	for i := range 100 {
		fmt.Fprintf(conn, `{"method":"RPCServer.Eval","params":[{"Expr":"%d"}],"id":%d}`, i, i)
	}
	io.WriteString(conn, `{"method":"RPCServer.Command","params":[{"name":"continue"}],"id":null}`)
	conn.Close()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	testkit.Eventually(t, func() bool { return slices.Contains(b.notes(), "continue") }, "continue has begun")
	for i, note := range b.notes() {
		if i < 100 && note != fmt.Sprint("eval ", i) {
			t.Fatalf("%d: %s", i, note)
		}
	}
	if st, _ := b.State(t.Context(), true); !st.Running {
		t.Error("the client's leaving stopped the process")
	}
	b.stop()
}

func TestLeavingEndsWaiting(t *testing.T) {
	b := &fakeBackend{}
	if _, err := b.run(); err != nil {
		t.Fatal(err)
	}
	conn, done := serve(t, b, Config{})
	io.WriteString(conn, `{"method":"RPCServer.State","params":[{}],"id":1}{"method":"RPCServer.GetEvents","params":[{}],"id":2}`)
	testkit.Eventually(t, func() bool { return slices.Contains(b.notes(), "waiting for state") }, "waiting")
	conn.Close()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(b.notes(), "state given up") {
		t.Error("State still waits")
	}
}

func TestEventsOverTheWire(t *testing.T) {
	b := &fakeBackend{}
	conn, _ := serve(t, b, Config{})
	c := client.New(conn)
	var kinds []api.EventKind
	resumed := make(chan struct{})
	go func() {
		<-resumed
		c.Command(t.Context(), api.DebuggerCommand{Name: api.Halt})
	}()
	if _, err := c.CommandWithEvents(t.Context(), api.DebuggerCommand{Name: api.Continue}, func(ev api.Event) {
		if kinds = append(kinds, ev.Kind); ev.Kind == api.EventResumed {
			close(resumed)
		}
	}); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(kinds, []api.EventKind{api.EventResumed, api.EventStopped}) {
		t.Errorf("%v", kinds)
	}
	kinds = nil
	if _, err := c.CommandWithEvents(t.Context(), api.DebuggerCommand{Name: api.Rewind}, func(ev api.Event) {
		kinds = append(kinds, ev.Kind)
	}); err == nil {
		t.Fatal("rewind worked")
	}
	if !slices.Equal(kinds, []api.EventKind{api.EventStopped}) {
		t.Errorf("a client that waits for the end of a refused command sees %v", kinds)
	}
}

func TestDetachEndsTheConnection(t *testing.T) {
	b := &fakeBackend{}
	conn, done := serve(t, b, Config{})
	c := client.New(conn)
	if err := c.Detach(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	<-c.Done()
	if err := <-done; !errors.Is(err, ErrDetached) {
		t.Fatal(err)
	}
}

func TestPanicIsAnAnswer(t *testing.T) {
	var log bytes.Buffer
	conn, _ := serve(t, &fakeBackend{}, Config{Errors: slog.New(slog.NewTextHandler(&log, nil))})
	c := client.New(conn)
	_, err := c.BuildID(t.Context())
	if err == nil || !strings.HasPrefix(err.Error(), "internal error in BuildID: ") {
		t.Fatal(err)
	}
	if _, err := c.ProcessPid(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(log.String(), "methods_process.go") {
		t.Errorf("no stack in the log: %s", &log)
	}
}

func TestGarbageIsDropped(t *testing.T) {
	for name, text := range map[string]string{
		"http":     "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"post":     "POST / HTTP/1.1\r\n\r\n{\"method\":\"RPCServer.Detach\"}",
		"words":    "{foo}",
		"number":   "7",
		"too long": `{"method":"` + strings.Repeat("x", 2000),
		"too deep": `{"params":` + strings.Repeat("[", 200),
	} {
		t.Run(name, func(t *testing.T) {
			b := &fakeBackend{}
			conn, done := serve(t, b, Config{maxRequest: 1000})
			go io.WriteString(conn, text)
			answer, _ := io.ReadAll(conn)
			if len(answer) > 0 {
				t.Errorf("answered %q", answer)
			}
			if err := <-done; err == nil {
				t.Error("no reason given")
			}
			if len(b.notes()) > 0 {
				t.Error(b.notes())
			}
		})
	}
}

func TestSlowReaderIsDropped(t *testing.T) {
	var log bytes.Buffer
	conn, done := serve(t, &fakeBackend{}, Config{
		writeTimeout: 20 * time.Millisecond,
		Errors:       slog.New(slog.NewTextHandler(&log, nil)),
	})
	io.WriteString(conn, `{"method":"RPCServer.ListFunctions","params":[{}],"id":1}`)
	err := <-done
	if err == nil || err.Error() != "it did not read its answers for 20ms" {
		t.Fatal(err)
	}
	if !strings.Contains(log.String(), "client dropped") {
		t.Error(log.String())
	}
}

func TestTooManyInProgress(t *testing.T) {
	conn, _ := serve(t, &fakeBackend{}, Config{})
	go func() {
		for range MaxInProgress + 1 {
			io.WriteString(conn, `{"method":"RPCServer.GetEvents","params":[{}],"id":1}`)
		}
	}()
	var a struct{ Error string }
	if err := json.NewDecoder(conn).Decode(&a); err != nil || a.Error != "too many requests in progress (64)" {
		t.Fatalf("%q, %v", a.Error, err)
	}
}

func TestServerEnds(t *testing.T) {
	ctx, cancel := context.WithCancelCause(context.Background())
	conn, done := Pipe(ctx, &fakeBackend{}, Config{})
	c := client.New(conn)
	if _, err := c.ProcessPid(t.Context()); err != nil {
		t.Fatal(err)
	}
	reason := errors.New("the other client detached")
	cancel(reason)
	<-c.Done()
	if err := <-done; !errors.Is(err, reason) {
		t.Fatal(err)
	}
}
