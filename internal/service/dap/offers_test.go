package dap_test

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	godap "github.com/google/go-dap"
	"golang.org/x/sys/unix"

	"github.com/tinydbg/tinydbg/internal/service/dap"
	. "github.com/tinydbg/tinydbg/internal/service/dap/daptest"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// TestSingleThread: one goroutine goes on while the others are held, and they
// are let go when it waits for them.
func TestSingleThread(t *testing.T) {
	e := launched(t, "one_runs_alone", nil)
	e.breakAt(40, 44)
	e.configured()
	th := e.stopped("breakpoint").Body.ThreadId
	before := e.eval(e.top(th).Id, "counted.v")
	for _, step := range []struct {
		command string
		line    int
	}{{"stepIn", 28}, {"next", 29}, {"stepOut", 40}, {"next", 41}, {"next", 42}, {"next", 43}} {
		if r := e.Response(e.Send(step.command, M{"threadId": th, "singleThread": true})).(godap.ResponseMessage).GetResponse(); !r.Success {
			t.Fatalf("%s: %s", step.command, r.Message)
		}
		e.stopped("step")
		e.at(th, step.line)
	}
	if after := e.eval(e.top(th).Id, "counted.v"); after != before {
		t.Errorf("others have run: %s, then %s", before, after)
	}
	r := Do[*godap.ContinueResponse](e.Client, "continue", M{"threadId": th, "singleThread": true})
	if r.Body.AllThreadsContinued {
		t.Errorf("%+v", r.Body)
	}
	EventWhere(e.Client, func(o *godap.OutputEvent) bool { return strings.Contains(o.Body.Output, "waits for others") })
	e.stopped("breakpoint")
	e.at(th, 44)
	e.gone()
}

func TestRestartFrameRequest(t *testing.T) {
	e := launched(t, "frames_to_restart", nil)
	set := func(name string) {
		Do[*godap.SetFunctionBreakpointsResponse](e.Client, "setFunctionBreakpoints", M{"breakpoints": []M{{"name": name}}})
	}
	set("main.leaf")
	e.configured()
	th := e.stopped("function breakpoint").Body.ThreadId
	outer := Do[*godap.StackTraceResponse](e.Client, "stackTrace", M{"threadId": th}).Body.StackFrames[1]
	set("main.mixed")
	Do[*godap.RestartFrameResponse](e.Client, "restartFrame", M{"frameId": outer.Id})
	if s := e.stopped("restart"); s.Body.ThreadId != th {
		t.Errorf("%+v", s.Body)
	}
	if f := e.top(th); f.Name != "main.mixed" {
		t.Errorf("%+v", f)
	}
	e.do("continue", th)
	e.stopped("function breakpoint")
	if got := e.eval(e.top(th).Id, "s"); got != `"text"` {
		t.Error(got)
	}
	set("main.deferring")
	e.do("continue", th)
	e.stopped("function breakpoint")
	set("main.leaf")
	e.do("continue", th)
	e.stopped("function breakpoint")
	outer = Do[*godap.StackTraceResponse](e.Client, "stackTrace", M{"threadId": th}).Body.StackFrames[1]
	if text := e.Fail("restartFrame", M{"frameId": outer.Id}); !strings.Contains(text, "deferred") {
		t.Error(text)
	}
	e.Fail("restartFrame", M{"frameId": 1})
	e.gone()
}

func TestSignals(t *testing.T) {
	e := launched(t, "editor_deeds", M{"args": []string{"signal"}})
	set := func(conds ...string) []godap.Breakpoint {
		list := []M{}
		for _, c := range conds {
			list = append(list, M{"filterId": "signal", "condition": c})
		}
		return Do[*godap.SetExceptionBreakpointsResponse](e.Client, "setExceptionBreakpoints", M{"filters": []string{}, "filterOptions": list}).Body.Breakpoints
	}
	for _, bad := range []string{"NOSUCH", "SIGKILL", "SIGUSR1 9"} {
		if b := set(bad); b[0].Verified || b[0].Message == "" {
			t.Errorf("%s: %+v", bad, b)
		}
	}
	if b := set("usr1, SIGHUP"); !b[0].Verified {
		t.Errorf("%+v", b)
	}
	e.configured()
	s := e.stopped("exception")
	if s.Body.Text != "user defined signal 1" {
		t.Errorf("%+v", s.Body)
	}
	if info := Do[*godap.ExceptionInfoResponse](e.Client, "exceptionInfo", M{"threadId": s.Body.ThreadId}).Body; info.ExceptionId != "signal" {
		t.Errorf("%+v", info)
	}
	set("") // any
	e.do("continue", s.Body.ThreadId)
	if s = e.stopped("exception"); s.Body.Text != "user defined signal 2" {
		t.Errorf("%+v", s.Body)
	}
	e.do("continue", s.Body.ThreadId)
	if out, status := e.output("stdout"); !strings.HasSuffix(out, "got user defined signal 2\n") || status != 0 {
		t.Errorf("%q, %d", out, status)
	}
	e.gone()
}

// TestExceptionOptions: the tree of exceptions, by filter and by type.
func TestExceptionOptions(t *testing.T) {
	e := launched(t, "editor_deeds", M{"args": []string{"panic"}})
	set := func(options ...M) []godap.Breakpoint {
		return Do[*godap.SetExceptionBreakpointsResponse](e.Client, "setExceptionBreakpoints", M{"filters": []string{}, "exceptionOptions": options}).Body.Breakpoints
	}
	panics := func(mode string, more ...M) M {
		return M{"breakMode": mode, "path": append([]M{{"names": []string{"panic"}}}, more...)}
	}
	b := set(panics("always", M{"names": []string{"string"}}), M{"breakMode": "never", "path": []M{{"names": []string{"signal"}}}},
		M{"breakMode": "sometimes"}, panics("unhandled", M{"names": []string{"string"}, "negate": true}))
	if len(b) != 4 || !b[0].Verified || b[1].Verified || b[2].Verified || !b[3].Verified {
		t.Errorf("%+v", b)
	}
	e.configured()
	s := e.stopped("exception") // not at the one that is caught, which is an error
	if s.Body.Text != "uncaught" {
		t.Errorf("%+v", s.Body)
	}
	set(M{"breakMode": "always"})
	e.do("continue", s.Body.ThreadId)
	if s = e.stopped("exception"); s.Body.Description != "Paused on unrecovered panic" {
		t.Errorf("%+v", s.Body)
	}
	e.do("continue", s.Body.ThreadId)
	if _, status := e.output("stderr"); status != 2 {
		t.Error(status)
	}
	e.gone()
}

// TestSuspendDebuggee leaves a process behind that stands still, until it is
// told to go on.
func TestSuspendDebuggee(t *testing.T) {
	for _, running := range []bool{false, true} {
		p := testkit.Start(t, testkit.Build(t, "editor_deeds", testkit.Options{}), "spin")
		e := initialized(t, dap.Config{})
		Do[*godap.AttachResponse](e.Client, "attach", M{"processId": p.PID, "stopOnEntry": !running})
		c := EventWhere(e.Client, func(c *godap.CapabilitiesEvent) bool { return true })
		if c.Body.Capabilities.SupportsRestartRequest {
			t.Errorf("%+v", c.Body)
		}
		Event[*godap.InitializedEvent](e.Client)
		e.configured()
		if !running {
			e.stopped("entry")
		}
		Do[*godap.DisconnectResponse](e.Client, "disconnect", M{"suspendDebuggee": true})
		<-e.served
		state := func() string { return testkit.Status(p.PID)["State"] }
		testkit.Eventually(t, func() bool { return strings.HasPrefix(state(), "T") }, "the process is suspended")
		if tracer := testkit.Status(p.PID)["TracerPid"]; tracer != "0" {
			t.Error(tracer)
		}
		unix.Kill(p.PID, unix.SIGCONT)
		testkit.Eventually(t, func() bool { return !strings.HasPrefix(state(), "T") }, "the process goes on")
	}
}

func TestBreakpointModes(t *testing.T) {
	e := launched(t, "editor_deeds", M{"args": []string{"count"}})
	b := e.breaks(M{"line": lineTick, "mode": "software"}, M{"line": lineTickEnd, "mode": "hardware"}, M{"line": lineTickEnd, "mode": "x"})
	if !b[0].Verified || b[1].Verified || !strings.Contains(b[1].Message, "only software") || b[2].Verified {
		t.Errorf("%+v", b)
	}
	e.configured()
	th := e.stopped("breakpoint").Body.ThreadId
	id := Do[*godap.DataBreakpointInfoResponse](e.Client, "dataBreakpointInfo", M{"name": "counter", "frameId": e.top(th).Id}).Body.DataId
	data := Do[*godap.SetDataBreakpointsResponse](e.Client, "setDataBreakpoints", M{"breakpoints": []M{
		{"dataId": id, "accessType": "write", "mode": "software"}, {"dataId": id, "accessType": "write", "mode": "hardware"},
	}}).Body.Breakpoints
	if data[0].Verified || !data[1].Verified {
		t.Errorf("%+v", data)
	}
	e.gone()
}

// TestDataBreakpointBytes watches ranges of memory that no register can watch
// alone.
func TestDataBreakpointBytes(t *testing.T) {
	e := launched(t, "editor_deeds", M{"args": []string{"count"}})
	e.breakAt(lineTick)
	e.configured()
	th := e.stopped("breakpoint").Body.ThreadId
	e.breakAt()
	ref := Do[*godap.EvaluateResponse](e.Client, "evaluate", M{"expression": "counter", "frameId": e.top(th).Id}).Body.MemoryReference
	at, _ := strconv.ParseUint(ref, 0, 64)
	info := func(at uint64, n int) godap.DataBreakpointInfoResponseBody {
		return Do[*godap.DataBreakpointInfoResponse](e.Client, "dataBreakpointInfo", M{"name": fmt.Sprintf("%#x", at), "asAddress": true, "bytes": n}).Body
	}
	set := func(id any) godap.Breakpoint {
		return Do[*godap.SetDataBreakpointsResponse](e.Client, "setDataBreakpoints", M{"breakpoints": []M{{"dataId": id, "accessType": "write"}}}).Body.Breakpoints[0]
	}
	for _, n := range []int{1, 3, 8, 12, 32} {
		b := set(info(at, n).DataId)
		if !b.Verified {
			t.Fatalf("%d bytes: %+v", n, b)
		}
		e.do("continue", th)
		if s := e.stopped("data breakpoint"); len(s.Body.HitBreakpointIds) != 1 || s.Body.HitBreakpointIds[0] != b.Id {
			t.Errorf("%d bytes: %+v", n, s.Body)
		}
	}
	if b := set(info(at-3, 5).DataId); !b.Verified { // beginning before it
		t.Errorf("%+v", b)
	}
	e.do("continue", th)
	e.stopped("data breakpoint")
	for _, n := range []int{33, -1, 1 << 40} {
		if got := info(at, n); got.DataId != nil {
			t.Errorf("%d bytes: %+v", n, got)
		}
	}
	named := Do[*godap.DataBreakpointInfoResponse](e.Client, "dataBreakpointInfo", M{"name": "counter", "frameId": e.top(th).Id, "bytes": 2}).Body
	if b := set(named.DataId); !b.Verified {
		t.Errorf("%+v", b)
	}
	Do[*godap.SetDataBreakpointsResponse](e.Client, "setDataBreakpoints", M{"breakpoints": []M{}})
	e.do("continue", th)
	e.output("stdout")
	e.gone()
}

// TestCore shows what a core file has left.
func TestCore(t *testing.T) {
	e := launched(t, "editor_views", nil)
	e.breakAt(48)
	e.configured()
	e.stopped("breakpoint")
	core := t.TempDir() + "/core"
	e.dump(core)
	e.gone()
	path := testkit.Build(t, "editor_views", testkit.Options{})
	e = initialized(t, dap.Config{})
	e.Fail("launch", M{"mode": "core", "program": path})
	e.Fail("launch", M{"mode": "core", "program": path, "coreFilePath": "/no/such"})
	Do[*godap.LaunchResponse](e.Client, "launch", M{"mode": "core", "program": path, "coreFilePath": core})
	if c := Event[*godap.CapabilitiesEvent](e.Client); c.Body.Capabilities.SupportsSetVariable {
		t.Errorf("%+v", c.Body)
	}
	Event[*godap.InitializedEvent](e.Client)
	e.main = e.sourceFile("main.go")
	if b := e.breakAt(48); b[0].Verified || b[0].Message == "" {
		t.Errorf("%+v", b)
	}
	e.configured()
	s := Event[*godap.StoppedEvent](e.Client)
	f := e.at(s.Body.ThreadId, 48)
	if got := e.eval(f.Id, "text"); got != `"wörld"` {
		t.Error(got)
	}
	if len(Do[*godap.ThreadsResponse](e.Client, "threads", nil).Body.Threads) == 0 || len(e.vars(e.scope(f.Id, "Locals"))) < 5 {
		t.Error("too little is left")
	}
	for cmd, args := range map[string]M{
		"continue": {"threadId": 1}, "next": {"threadId": 1}, "terminate": {}, "restart": nil, "restartFrame": {"frameId": f.Id},
		"setExpression": {"expression": "n", "value": `"x"`, "frameId": f.Id},
	} {
		if text := e.Fail(cmd, args); text == "" {
			t.Error(cmd)
		}
	}
	e.gone()
}

// dump has the program's memory written to a core file by the terminal's command.
func (e *editor) dump(path string) {
	e.TB.Helper()
	Do[*godap.EvaluateResponse](e.Client, "evaluate", M{"expression": "dump " + path, "context": "repl"})
	if data, err := os.ReadFile(path); err != nil || !bytes.HasPrefix(data, []byte("\x7fELF")) {
		e.TB.Fatalf("%.4q, %v", data, err)
	}
}
