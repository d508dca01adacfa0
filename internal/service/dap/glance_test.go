package dap_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	godap "github.com/google/go-dap"

	"github.com/tinydbg/tinydbg/internal/service/dap"
	. "github.com/tinydbg/tinydbg/internal/service/dap/daptest"
	"github.com/tinydbg/tinydbg/internal/session"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// patient is a configuration whose glances end only when they are done.
func patient() dap.Config {
	return dap.Config{Session: session.Config{GlanceLimit: time.Minute}}
}

// TestLooksWhileRunning: goroutines, stacks, values and memory of a program that
// runs, which nobody is told has stopped.
func TestLooksWhileRunning(t *testing.T) {
	e := initialized(t, patient()).launch("editor_deeds", M{"args": []string{"spin"}})
	e.configured()
	value := func(expr string) godap.EvaluateResponseBody {
		return Do[*godap.EvaluateResponse](e.Client, "evaluate", M{"expression": expr, "context": "watch"}).Body
	}
	testkit.Eventually(t, func() bool { n, _ := strconv.Atoi(value("main.counter").Result); return n > 3 }, "the program counts")
	if got := value("deed"); got.Result != `"spin"` {
		t.Errorf("a local variable of main: %+v", got)
	}
	args := value("os.Args")
	if args.VariablesReference == 0 || args.MemoryReference == "" {
		t.Fatalf("%+v", args)
	}
	if v := e.vars(args.VariablesReference)["[1]"]; v.Value != `"spin"` {
		t.Errorf("%+v", v)
	}
	mem := Do[*godap.ReadMemoryResponse](e.Client, "readMemory", M{"memoryReference": args.MemoryReference, "count": 32}).Body
	if mem.Data == "" || mem.UnreadableBytes != 0 {
		t.Errorf("%+v", mem)
	}
	threads := Do[*godap.ThreadsResponse](e.Client, "threads", nil).Body.Threads
	if len(threads) < 3 || strings.HasPrefix(threads[0].Name, "*") {
		t.Errorf("%+v", threads)
	}
	frames := Do[*godap.StackTraceResponse](e.Client, "stackTrace", M{"threadId": 1}).Body.StackFrames
	names := ""
	for _, f := range frames {
		names += f.Name + " "
	}
	if !strings.Contains(names, "main.spin main.main ") {
		t.Error(names)
	}
	for cmd, args := range map[string]M{
		"scopes": {"frameId": frames[0].Id}, "setVariable": {"variablesReference": args.VariablesReference, "name": "[1]", "value": `"x"`},
		"evaluate": {"expression": "call main.tick(1)"}, "dataBreakpointInfo": {"name": "main.counter"},
	} {
		if text := e.Fail(cmd, args); !strings.Contains(text, "running") {
			t.Errorf("%s: %s", cmd, text)
		}
	}
	e.breakAt(lineTick)
	s := e.stopped("breakpoint") // the first stop there is
	e.at(s.Body.ThreadId, lineTick)
	if text := e.Fail("variables", M{"variablesReference": args.VariablesReference}); !strings.Contains(text, "not known") {
		t.Error(text)
	}
	e.gone()
}
