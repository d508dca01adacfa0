package term

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/client"
	"github.com/tinydbg/tinydbg/internal/config"
	"github.com/tinydbg/tinydbg/internal/ui/command"
)

// terminal returns a terminal that reads input, over a server that answers
// Eval with 5 and lets a process that was attached to go.
func terminal(t *testing.T, input io.Reader) (*Terminal, *bytes.Buffer, *[]string) {
	t.Helper()
	here, there := net.Pipe()
	asked := &[]string{}
	var serving sync.WaitGroup
	serving.Go(func() { serve(there, asked) })
	c := client.New(here)
	t.Cleanup(func() {
		c.Close()
		there.Close()
		serving.Wait()
	})
	out := &bytes.Buffer{}
	return &Terminal{Shell: command.New(c, config.Default(), out), In: NewPlain(input, out), Out: out}, out, asked
}

func serve(conn net.Conn, asked *[]string) {
	answers := map[string]any{
		"Eval":                      api.EvalOut{Variable: &api.Variable{Kind: 2, Value: "5", Addr: 1}},
		"State":                     api.StateOut{State: &api.DebuggerState{Pid: 1}},
		"IsMulticlient":             api.IsMulticlientOut{},
		"AttachedToExistingProcess": api.AttachedToExistingProcessOut{Answer: true},
		"Detach":                    api.DetachOut{},
	}
	dec, enc := json.NewDecoder(conn), json.NewEncoder(conn)
	for {
		var req struct {
			Method string          `json:"method"`
			Params json.RawMessage `json:"params"`
			ID     json.RawMessage `json:"id"`
		}
		if dec.Decode(&req) != nil {
			return
		}
		method := strings.TrimPrefix(req.Method, "RPCServer.")
		*asked = append(*asked, method+string(req.Params))
		reply := map[string]any{"id": req.ID, "result": answers[method], "error": nil}
		if answers[method] == nil {
			reply["error"] = "the test has no answer for " + method
		}
		if enc.Encode(reply) != nil {
			return
		}
	}
}

func TestEmptyLinesRepeat(t *testing.T) {
	term, out, asked := terminal(t, strings.NewReader("p n\n\nnosuch\nexit -d\n"))
	if err := term.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	want := "(tinydbg) 5\n(tinydbg) 5\n(tinydbg) Command failed: \"nosuch\" is no command: type help for a list\n(tinydbg) "
	if out.String() != want {
		t.Errorf("got\n%s", out)
	}
	if last := (*asked)[len(*asked)-1]; last != `Detach[{"Kill":false}]` {
		t.Errorf("left with %s", last)
	}
}

func TestEndOfInputLeavesTheProcessRunning(t *testing.T) {
	term, out, asked := terminal(t, strings.NewReader(""))
	if err := term.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	if last := (*asked)[len(*asked)-1]; last != `Detach[{"Kill":false}]` || !strings.HasPrefix(out.String(), "(tinydbg) exit\n") {
		t.Errorf("left with %s\n%s", last, out)
	}
}

func TestQuitAsks(t *testing.T) {
	term, out, asked := terminal(t, strings.NewReader("quit\nmaybe\nYes\n"))
	term.In = struct{ Reader }{term.In} // somebody who sees the question
	if err := term.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	question := "Would you like to kill the process? [y/N] "
	if last := (*asked)[len(*asked)-1]; last != `Detach[{"Kill":true}]` || out.String() != "(tinydbg) "+question+question {
		t.Errorf("left with %s\n%s", last, out)
	}
}

func TestQuestionsEndWithoutAnAnswer(t *testing.T) {
	term, _, asked := terminal(t, strings.NewReader("quit\n1\n2\n3\n4\n"))
	if err := term.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	if last := (*asked)[len(*asked)-1]; last != `Detach[{"Kill":false}]` {
		t.Errorf("left with %s", last)
	}
}

// A question that a script did not expect does not take its next command.
func TestQuestionsLeaveCommandsAlone(t *testing.T) {
	term, _, _ := terminal(t, strings.NewReader("print n\nno\nnext\n"))
	ctx := context.Background()
	ask := func() {
		t.Helper()
		if got, err := term.ask(ctx, "Is it?", "yN"); got != 'n' || err != nil {
			t.Errorf("answer %q, %v", got, err)
		}
	}
	command := func(want string) {
		t.Helper()
		if line, err := term.In.Line(ctx, ""); line != want || err != nil {
			t.Errorf("the next command is %q, %v", line, err)
		}
	}
	ask()
	command("print n")
	ask() // no
	ask()
	command("next")
}

func TestSignalEndsATerminalThatWaits(t *testing.T) {
	in, keep := io.Pipe()
	defer keep.Close()
	term, _, _ := terminal(t, in)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- term.Run(ctx) }()
	cancel()
	select {
	case err := <-done:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	case <-time.After(time.Minute):
		t.Fatal("the terminal waits for ever")
	}
}

func TestServerThatGoesEndsTheTerminal(t *testing.T) {
	in, keep := io.Pipe()
	term, _, _ := terminal(t, in)
	done := make(chan error)
	go func() { done <- term.Run(context.Background()) }()
	term.Shell.Client.Close()
	if _, err := io.WriteString(keep, "p n\n"); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err == nil || !strings.Contains(err.Error(), "the server has gone") {
		t.Errorf("got %v", err)
	}
	keep.Close()
}

func TestPlainRefusesEndlessLines(t *testing.T) {
	p := NewPlain(io.LimitReader(endless{}, 2*maxLine), io.Discard)
	if _, err := p.Line(context.Background(), ""); err == nil || errors.Is(err, io.EOF) {
		t.Errorf("got %v", err)
	}
}

type endless struct{}

func (endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 'x'
	}
	return len(b), nil
}

// Whoever sits at the prompt hears at once that the server has gone.
func TestServerGoesWhileIdle(t *testing.T) {
	here, there := net.Pipe()
	input, typing := io.Pipe()
	defer typing.Close()
	c := client.New(here)
	defer c.Close()
	out := &bytes.Buffer{}
	term := &Terminal{Shell: command.New(c, config.Default(), out), In: NewPlain(input, out), Out: out}
	there.Close()
	err := term.Run(t.Context())
	if err == nil || !strings.HasPrefix(err.Error(), "the server has gone") {
		t.Errorf("it ends with %v", err)
	}
	if !strings.HasSuffix(out.String(), "\n") {
		t.Errorf("the message would stand behind %q", out)
	}
}
