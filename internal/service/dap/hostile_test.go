package dap_test

import (
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	godap "github.com/google/go-dap"

	"github.com/tinydbg/tinydbg/internal/service/dap"
	. "github.com/tinydbg/tinydbg/internal/service/dap/daptest"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

func frame(body string) string {
	return fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body)
}

// TestMalformedMessages: what makes no sense is answered by an error, and the
// session goes on.
func TestMalformedMessages(t *testing.T) {
	e := launched(t, "editor_deeds", M{"args": []string{"spin"}})
	e.breakAt(lineTick)
	e.configured()
	th := e.stopped("breakpoint").Body.ThreadId
	e.Write(frame(`{"seq": 9001, "type": "request", "command": "nosuch"}`))
	if text := e.Failure(9001); !strings.Contains(text, "not supported") {
		t.Error(text)
	}
	for i, body := range []string{
		`not JSON`, ``, `[]`, `null`, `{"seq": "x"}`, `{"seq": 1, "type": "event"}`, `{"seq": 1}`,
	} {
		e.Write(frame(body))
		e.Write(frame(fmt.Sprintf(`{"seq": %d, "type": "request", "command": "threads"}`, 9100+i)))
		e.Response(9100 + i)
	}
	e.Write("content-length: 61\r\nContent-Type: x\r\n\r\n" + `{"seq": 9002, "type": "request", "command": "threads"}       `)
	e.Response(9002)
	e.Write(frame(`{"seq": 9003, "type": "request", "command": "stackTrace", "arguments": {"threadId": "x"}}`))
	e.Failure(9003)
	e.Write(frame(`{"seq": 9004, "type": "request", "command": "variables", "arguments": [1]}`))
	e.Failure(9004)
	e.Write(frame(`{"seq": 9005, "type": "response", "request_seq": 77, "success": true}`))
	long := strings.Repeat("x", 17<<20)
	e.Write(frame(long))
	e.Write(frame(`{"seq": 9006, "type": "request", "command": "evaluate", "arguments": {"expression": "` + long[:1<<20] + `"}}`))
	e.Failure(9006)
	if text := e.Fail("initialize", M{"adapterID": "x"}); !strings.Contains(text, "has been done") {
		t.Error(text)
	}
	e.Fail("launch", M{"program": "x"})
	e.Fail("attach", M{"processId": 1})
	e.Fail("configurationDone", nil)
	e.at(th, lineTick)
	e.gone()
}

// TestOutOfOrder: nothing works before initialize and launch, and nothing breaks.
func TestOutOfOrder(t *testing.T) {
	e := connect(t, dap.Config{})
	for _, cmd := range []string{"launch", "threads", "continue", "configurationDone", "setBreakpoints", "pause", "evaluate", "restart"} {
		if e.Fail(cmd, M{}) == "" {
			t.Error(cmd)
		}
	}
	Do[*godap.CancelResponse](e.Client, "cancel", M{"requestId": 12345})
	e.Fail("initialize", M{"adapterID": "x", "pathFormat": "uri"})
	Do[*godap.InitializeResponse](e.Client, "initialize", M{"adapterID": "x"})
	for _, cmd := range []string{"threads", "continue", "configurationDone", "setBreakpoints", "pause", "evaluate", "restart", "terminate", "readMemory"} {
		if e.Fail(cmd, M{}) == "" {
			t.Error(cmd)
		}
	}
	for _, bad := range []M{
		{}, {"program": "/no/such/file", "mode": "exec"}, {"program": "x", "mode": "fly"}, {"program": "x", "mode": "core"},
		{"program": "/bin/true", "mode": "exec", "cwd": "/no/such"}, {"program": "/bin/true", "mode": "exec", "envFile": "/no/such"},
		{"program": "/bin/true", "mode": "exec", "backend": "rr"}, {"program": "/bin/true", "mode": "exec", "console": "x"},
		{"program": "x", "buildFlags": `"open`}, {"program": "/bin/true", "mode": "exec", "env": M{"A=B": "x"}},
		{"program": "/bin/true", "mode": "exec", "substitutePath": []M{{}}},
	} {
		e.Fail("launch", bad)
	}
	e.gone()
}

// TestGarbage ends the connection: where the next message begins is not known.
func TestGarbage(t *testing.T) {
	for _, garbage := range []string{
		"GET / HTTP/1.1\r\n\r\n", "Content-Length: x\r\n\r\n", "Content-Length: -1\r\n\r\n", strings.Repeat("A", 10_000),
		strings.Repeat("X: y\r\n", 2000), "Content-Length: 99999999999999\r\n\r\n",
	} {
		e := connect(t, dap.Config{})
		go e.TryWrite(garbage)
		select {
		case <-e.served:
		case <-time.After(Patience):
			t.Fatalf("%.40q: still served", garbage)
		}
	}
}

// TestClientThatVanishes: a program that was started is killed, one that was
// attached to runs on.
func TestClientThatVanishes(t *testing.T) {
	for _, state := range []string{"running", "stopped", "unconfigured"} {
		ours, theirs := net.Pipe()
		served := make(chan struct{})
		go func() { defer close(served); dap.Serve(t.Context(), theirs, dap.Config{}) }()
		e := &editor{Client: New(t, ours), served: served}
		Do[*godap.InitializeResponse](e.Client, "initialize", M{"adapterID": "x", "linesStartAt1": true})
		Do[*godap.LaunchResponse](e.Client, "launch", M{
			"mode": "exec", "program": testkit.Build(t, "editor_deeds", testkit.Options{}), "args": []string{"spin"},
		})
		pid := Event[*godap.ProcessEvent](e.Client).Body.SystemProcessId
		if state != "unconfigured" {
			e.configured()
		}
		if state == "stopped" {
			Do[*godap.PauseResponse](e.Client, "pause", M{"threadId": 1})
			e.stopped("pause")
		}
		ours.Close()
		<-served
		testkit.Eventually(t, func() bool { return testkit.Status(pid) == nil }, "the program is gone")
	}
}

// TestCancel cancels a build, and a request that waits.
func TestCancel(t *testing.T) {
	e := initialized(t, dap.Config{})
	seq := e.Send("launch", M{"program": testkit.Root(t) + "/testdata/programs/editor_deeds", "buildFlags": []string{"-a"}})
	p := Event[*godap.ProgressStartEvent](e.Client)
	waiting := e.Send("threads", nil)
	Do[*godap.CancelResponse](e.Client, "cancel", M{"requestId": waiting})
	Do[*godap.CancelResponse](e.Client, "cancel", M{"progressId": p.Body.ProgressId})
	for _, seq := range []int{seq, waiting} {
		if text := e.Failure(seq); !strings.Contains(text, "cancelled") {
			t.Error(text)
		}
	}
	Event[*godap.ProgressEndEvent](e.Client)
	e.gone()
}

// TestRandomRequests: whatever comes in whatever order, there is an answer to
// everything but what follows the end, and no tracee is left.
func TestRandomRequests(t *testing.T) {
	rounds, each := 25, 40
	if n, err := strconv.Atoi(os.Getenv("TINYDBG_RANDOM")); err == nil {
		rounds = n // make random
	} else if testing.Short() {
		rounds = 4
	}
	path := testkit.Build(t, "editor_deeds", testkit.Options{})
	for seed := range rounds {
		rnd := rand.New(rand.NewPCG(uint64(seed), 1))
		e := initialized(t, dap.Config{})
		deed := []string{"spin", "print", "panic", "count", "signal"}[rnd.IntN(5)]
		Do[*godap.LaunchResponse](e.Client, "launch", M{"mode": "exec", "program": path, "args": []string{deed}})
		Event[*godap.InitializedEvent](e.Client)
		e.main = e.sourceFile("main.go")
		var sent []int
		for range each {
			cmd, args := randomRequest(rnd, e.main)
			seq := e.Send(cmd, args)
			if a, _ := args.(M); cmd != "evaluate" || a["expression"] != "next" && a["expression"] != "continue" {
				sent = append(sent, seq) // those two are answered at a stop, if there is one
			}
		}
		for _, seq := range sent {
			e.Response(seq)
		}
		if rnd.IntN(2) == 0 {
			e.gone()
		}
	}
}

func randomRequest(rnd *rand.Rand, main string) (string, any) {
	all := []string{
		"configurationDone", "setBreakpoints", "setFunctionBreakpoints", "setExceptionBreakpoints", "setDataBreakpoints",
		"dataBreakpointInfo", "continue", "continue", "next", "stepIn", "stepOut", "pause", "pause", "threads", "stackTrace", "scopes",
		"variables", "setVariable", "evaluate", "completions", "exceptionInfo", "modules", "source", "disassemble", "readMemory",
		"restart", "cancel", "gotoTargets", "stepInTargets", "breakpointLocations", "initialize", "nosuch", "setInstructionBreakpoints",
		"restartFrame", "locations", "goto", "setExpression", "writeMemory", "loadedSources",
	}
	cmd := all[rnd.IntN(len(all))]
	if rnd.IntN(8) == 0 {
		return cmd, nil
	}
	lines := []M{}
	for range rnd.IntN(4) {
		b := M{"line": rnd.IntN(70)}
		switch rnd.IntN(4) {
		case 0:
			b["logMessage"] = "{n}"
		case 1:
			b["condition"] = "n == 3"
		}
		lines = append(lines, b)
	}
	args := M{
		"source": M{"path": main}, "line": rnd.IntN(70), "endLine": rnd.IntN(70), "threadId": rnd.IntN(3), "frameId": 1000 + rnd.IntN(40),
		"variablesReference": 1000 + rnd.IntN(40), "name": "n", "value": "1", "expression": "n", "text": "n", "column": 2,
		"memoryReference": "0x400000", "count": 16, "instructionCount": 10, "requestId": rnd.IntN(50), "granularity": "line",
		"filters": []string{"panic"}, "filterOptions": []M{{"filterId": "signal"}}, "exceptionOptions": []M{{"breakMode": "unhandled"}},
		"singleThread": rnd.IntN(3) == 0, "targetId": 1000 + rnd.IntN(40), "locationReference": 1000 + rnd.IntN(40), "data": "AA==",
		"context": []string{"watch", "repl", "hover"}[rnd.IntN(3)],
	}
	switch cmd {
	case "evaluate":
		args["expression"] = []string{"n", "goroutines", "stack", "locals", "next", "continue", "call main.tick(1)", "os.Args"}[rnd.IntN(8)]
	case "writeMemory":
		args["memoryReference"] = "0x10"
	case "setBreakpoints":
		args["breakpoints"] = lines
	case "setFunctionBreakpoints":
		args["breakpoints"] = []M{{"name": "main.tick"}}
	case "setDataBreakpoints", "setInstructionBreakpoints":
		args["breakpoints"] = []M{{"dataId": "x", "instructionReference": "0x400000"}}
	case "restart":
		args = nil
	}
	return cmd, args
}
