package dap_test

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	godap "github.com/google/go-dap"
	"golang.org/x/sys/unix"

	"github.com/tinydbg/tinydbg/internal/service/dap"
	. "github.com/tinydbg/tinydbg/internal/service/dap/daptest"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// Lines of testdata/programs/editor_deeds.
const (
	lineTick    = 17
	lineTickEnd = 18
)

// output collects what the program prints until it ends.
func (e *editor) output(category string) (text string, status int) {
	e.TB.Helper()
	for _, m := range Until[*godap.TerminatedEvent](e.Client) {
		switch m := m.(type) {
		case *godap.OutputEvent:
			if m.Body.Category == category {
				text += m.Body.Output
			}
		case *godap.ExitedEvent:
			status = m.Body.ExitCode
		}
	}
	return text, status
}

func TestLaunchPassesEverythingOn(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "env")
	os.WriteFile(file, []byte("# note\nDEED=from the file\nOTHER=\"x\\ny\"\n"), 0o600)
	e := launched(t, "editor_deeds", M{"args": []string{"print", "two words"}, "cwd": dir, "envFile": file})
	e.configured()
	out, status := e.output("stdout")
	for _, want := range []string{"to stdout from the file [print two words]", "in " + dir} {
		if !strings.Contains(out, want) {
			t.Errorf("%q: no %q", out, want)
		}
	}
	if status != 0 {
		t.Error(status)
	}
	e.gone()
	e = launched(t, "editor_deeds", M{"args": `print "two words"`, "envFile": []string{file}, "env": M{"DEED": "said", "OTHER": nil}})
	e.configured()
	if out, _ := e.output("stdout"); !strings.Contains(out, "to stdout said [print two words]") {
		t.Errorf("%q", out)
	}
	Do[*godap.RestartResponse](e.Client, "restart", M{"arguments": M{"args": []string{"print", "anew"}}})
	if out, _ := e.output("stderr"); out != "to stderr\n" {
		t.Errorf("%q", out)
	}
	Do[*godap.RestartResponse](e.Client, "restart", nil)
	if out, _ := e.output("stdout"); !strings.Contains(out, "[print anew]") {
		t.Errorf("%q", out)
	}
	e.gone()
}

func TestRedirects(t *testing.T) {
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in"), filepath.Join(dir, "out")
	os.WriteFile(in, []byte("hello\n"), 0o600)
	e := launched(t, "editor_deeds", M{"args": []string{"read"}, "stdin": in, "stdout": out})
	e.configured()
	e.output("stdout")
	if data, _ := os.ReadFile(out); string(data) != "read \"hello\\n\" <nil>\n" {
		t.Errorf("%q", data)
	}
	e.gone()
}

func TestExitStatusAndExceptions(t *testing.T) {
	e := launched(t, "editor_deeds", M{"args": []string{"exit"}})
	e.configured()
	if _, status := e.output("stdout"); status != 3 {
		t.Error(status)
	}
	e.gone()
	e = launched(t, "editor_deeds", M{"args": []string{"panic"}})
	r := Do[*godap.SetExceptionBreakpointsResponse](e.Client, "setExceptionBreakpoints", M{
		"filters": []string{"unrecovered-panic"}, "filterOptions": []M{{"filterId": "panic"}, {"filterId": "nosuch"}},
	})
	if b := r.Body.Breakpoints; len(b) != 3 || !b[0].Verified || !b[1].Verified || b[2].Verified {
		t.Errorf("%+v", r.Body)
	}
	e.configured()
	for _, want := range []struct{ id, text string }{{"panic", "caught"}, {"panic", "uncaught"}, {"unrecovered panic", "uncaught"}} {
		s := e.stopped("exception")
		info := Do[*godap.ExceptionInfoResponse](e.Client, "exceptionInfo", M{"threadId": s.Body.ThreadId}).Body
		if info.ExceptionId != want.id || !strings.Contains(info.Description, want.text) || !strings.Contains(info.Details.StackTrace, "main.main") {
			t.Errorf("want %v, got %+v %+v; %+v", want, info, info.Details, s.Body)
		}
		if text := e.Fail("exceptionInfo", M{"threadId": 99999}); text == "" {
			t.Error("another thread")
		}
		e.do("continue", s.Body.ThreadId)
	}
	if _, status := e.output("stderr"); status != 2 {
		t.Error(status)
	}
	e.gone()
	e = launched(t, "editor_deeds", M{"args": []string{"deadlock"}})
	e.configured()
	if s := e.stopped("exception"); !strings.Contains(s.Body.Text, "deadlock") {
		t.Errorf("%+v", s.Body)
	}
	e.gone()
	e = launched(t, "editor_deeds", M{"args": []string{"panic"}})
	Do[*godap.SetExceptionBreakpointsResponse](e.Client, "setExceptionBreakpoints", M{"filters": []string{}})
	e.configured()
	if _, status := e.output("stderr"); status != 2 {
		t.Error(status)
	}
	e.gone()
}

func TestConditionsHitsAndLogs(t *testing.T) {
	e := launched(t, "editor_deeds", M{"args": []string{"count"}})
	b := e.breaks(M{"line": lineTick, "condition": "n == 4"}, M{"line": lineTickEnd, "logMessage": "n is {n}, \\{ {n*2}"}, M{"line": 3}, M{"line": lineTick, "condition": "1 +"})
	if !b[0].Verified || !b[1].Verified || b[2].Verified || b[2].Message == "" || b[3].Verified {
		t.Fatalf("%+v", b)
	}
	e.configured()
	s := e.stopped("breakpoint")
	if got := e.eval(e.at(s.Body.ThreadId, lineTick).Id, "n"); got != "4" {
		t.Error(got)
	}
	again := e.breaks(M{"line": lineTick, "hitCondition": "> 2"}, M{"line": lineTickEnd, "logMessage": "n is {n}, \\{ {n*2}"})
	if again[0].Id != b[0].Id || again[1].Id != b[1].Id {
		t.Errorf("%+v and %+v", b, again)
	}
	e.do("continue", s.Body.ThreadId)
	s = e.stopped("breakpoint")
	if got := e.eval(e.at(s.Body.ThreadId, lineTick).Id, "n"); got != "6" {
		t.Error(got)
	}
	e.breaks(M{"line": lineTickEnd, "logMessage": "n is {n}, \\{ {n*2}"})
	e.do("continue", s.Body.ThreadId)
	out, _ := e.output("stdout")
	if out != "n is 6, { 12\nn is 7, { 14\nn is 8, { 16\nn is 9, { 18\n45\n" {
		t.Errorf("%q", out)
	}
	e.gone()
}

func TestLongLogMessage(t *testing.T) {
	e := launched(t, "editor_deeds", M{"args": []string{"count"}})
	e.breaks(M{"line": lineTickEnd, "condition": "n == 3", "logMessage": "n is {n}\ntwice {n*2}\nand over"})
	e.configured()
	var got []godap.OutputEventBody
	for _, m := range Until[*godap.TerminatedEvent](e.Client) {
		if m, ok := m.(*godap.OutputEvent); ok && m.Body.Category == "stdout" && m.Body.Output != "45\n" {
			m.Body.Source = nil
			got = append(got, m.Body)
		}
	}
	want := []godap.OutputEventBody{
		{Category: "stdout", Output: "n is 3\n", Group: "startCollapsed", Line: lineTickEnd},
		{Category: "stdout", Output: "twice 6\nand over\n"},
		{Category: "stdout", Group: "end"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
	e.gone()
}

func TestOtherBreakpoints(t *testing.T) {
	e := launched(t, "editor_deeds", M{"args": []string{"count"}})
	set := Do[*godap.SetFunctionBreakpointsResponse](e.Client, "setFunctionBreakpoints", M{"breakpoints": []M{
		{"name": "main.tick", "condition": "n == 2"}, {"name": "main.nosuch"}, {"name": ""},
	}}).Body.Breakpoints
	if !set[0].Verified || set[0].Line != 16 && set[0].Line != 17 || set[1].Verified || set[2].Verified {
		t.Fatalf("%+v", set)
	}
	e.configured()
	th := e.stopped("function breakpoint").Body.ThreadId
	f := e.top(th)
	insts := Do[*godap.DisassembleResponse](e.Client, "disassemble", M{
		"memoryReference": f.InstructionPointerReference, "instructionOffset": -40, "instructionCount": 120, "resolveSymbols": true,
	}).Body.Instructions
	if len(insts) != 120 || insts[40].Address != f.InstructionPointerReference {
		t.Fatalf("%d: %+v", len(insts), insts[40])
	}
	ib := Do[*godap.SetInstructionBreakpointsResponse](e.Client, "setInstructionBreakpoints", M{"breakpoints": []M{
		{"instructionReference": insts[43].Address}, {"instructionReference": "x"}, {"instructionReference": insts[43].Address, "offset": 1},
	}}).Body.Breakpoints
	if !ib[0].Verified || ib[1].Verified || ib[2].Verified {
		t.Fatalf("%+v", ib)
	}
	e.do("continue", th)
	e.stopped("instruction breakpoint")
	if got := e.top(th).InstructionPointerReference; got != insts[43].Address {
		t.Errorf("%s, not %s", got, insts[43].Address)
	}
	Do[*godap.SetInstructionBreakpointsResponse](e.Client, "setInstructionBreakpoints", M{"breakpoints": []M{}})
	Do[*godap.SetFunctionBreakpointsResponse](e.Client, "setFunctionBreakpoints", M{"breakpoints": []M{}})
	info := Do[*godap.DataBreakpointInfoResponse](e.Client, "dataBreakpointInfo", M{"name": "counter", "frameId": e.top(th).Id})
	id, _ := info.Body.DataId.(string)
	if id == "" || len(info.Body.AccessTypes) == 0 {
		t.Fatalf("%+v", info.Body)
	}
	data := Do[*godap.SetDataBreakpointsResponse](e.Client, "setDataBreakpoints", M{"breakpoints": []M{
		{"dataId": id, "accessType": "write"}, {"dataId": "x"},
	}}).Body.Breakpoints
	if !data[0].Verified || data[1].Verified {
		t.Fatalf("%+v", data)
	}
	e.do("continue", th)
	s := e.stopped("data breakpoint")
	if len(s.Body.HitBreakpointIds) != 1 || s.Body.HitBreakpointIds[0] != data[0].Id {
		t.Errorf("%+v", s.Body)
	}
	if none := Do[*godap.DataBreakpointInfoResponse](e.Client, "dataBreakpointInfo", M{"name": "nosuch"}); none.Body.DataId != nil {
		t.Errorf("%+v", none.Body)
	}
	Do[*godap.SetDataBreakpointsResponse](e.Client, "setDataBreakpoints", M{"breakpoints": []M{}})
	e.do("continue", th)
	e.output("stdout")
	e.gone()
}

func TestBreakpointLocations(t *testing.T) {
	e := launched(t, "editor_deeds", nil)
	r := Do[*godap.BreakpointLocationsResponse](e.Client, "breakpointLocations", M{"source": M{"path": e.main}, "line": 14, "endLine": 20})
	var lines []int
	for _, b := range r.Body.Breakpoints {
		lines = append(lines, b.Line)
	}
	if fmt.Sprint(lines) != "[16 17 18]" {
		t.Error(lines)
	}
	e.gone()
}

func TestStepsAndGoto(t *testing.T) {
	e := launched(t, "step_lines", M{"stopOnEntry": true})
	e.configured()
	th := e.stopped("entry").Body.ThreadId
	e.breakAt(54)
	if f := e.top(th); f.Name != "main.main" {
		t.Fatalf("%+v", f)
	}
	e.do("continue", th)
	e.stopped("breakpoint")
	f := e.top(th)
	targets := Do[*godap.StepInTargetsResponse](e.Client, "stepInTargets", M{"frameId": f.Id}).Body.Targets
	_ = targets // the call goes by an interface: its target may not be known yet
	e.do("stepIn", th)
	e.stopped("step")
	if f := e.top(th); f.Name != "main.square.area" {
		t.Errorf("%+v", f)
	}
	e.do("stepOut", th)
	e.stopped("step")
	e.do("next", th)
	e.stopped("step")
	f = e.at(th, 55)
	targets = Do[*godap.StepInTargetsResponse](e.Client, "stepInTargets", M{"frameId": f.Id}).Body.Targets
	if len(targets) != 1 || targets[0].Label != "main.fact" {
		t.Fatalf("%+v", targets)
	}
	Do[*godap.StepInResponse](e.Client, "stepIn", M{"threadId": th, "targetId": targets[0].Id})
	e.stopped("step")
	if f := e.top(th); f.Name != "main.fact" {
		t.Errorf("%+v", f)
	}
	pc := e.top(th).InstructionPointerReference
	for _, cmd := range []string{"next", "stepIn"} {
		Do[godap.ResponseMessage](e.Client, cmd, M{"threadId": th, "granularity": "instruction"})
		e.stopped("step")
		if now := e.top(th).InstructionPointerReference; now == pc {
			t.Errorf("%s: still at %s", cmd, now)
		}
	}
	e.Fail("next", M{"threadId": th, "granularity": "word"})
	e.Fail("next", M{"threadId": 99999})
	at := Do[*godap.GotoTargetsResponse](e.Client, "gotoTargets", M{"source": M{"path": e.main}, "line": 24}).Body.Targets
	if len(at) != 1 {
		t.Fatalf("%+v", at)
	}
	Do[*godap.GotoResponse](e.Client, "goto", M{"threadId": th, "targetId": at[0].Id})
	e.stopped("goto")
	e.at(th, 24)
	far := Do[*godap.GotoTargetsResponse](e.Client, "gotoTargets", M{"source": M{"path": e.main}, "line": 16}).Body.Targets
	e.Fail("goto", M{"threadId": th, "targetId": far[0].Id})
	e.gone()
}

func TestPauseWhileRunning(t *testing.T) {
	e := launched(t, "editor_deeds", M{"args": []string{"spin"}})
	e.configured()
	for _, cmd := range []string{"scopes", "continue", "next", "setVariable", "goto", "restartFrame"} {
		if text := e.Fail(cmd, M{"threadId": 1, "expression": "1"}); !strings.Contains(text, "running") {
			t.Errorf("%s: %s", cmd, text)
		}
	}
	if b := e.breakAt(lineTick); !b[0].Verified {
		t.Errorf("%+v", b)
	}
	e.stopped("breakpoint")
	e.breakAt()
	e.do("continue", 1)
	Do[*godap.PauseResponse](e.Client, "pause", M{"threadId": 1})
	s := e.stopped("pause")
	list := Do[*godap.ThreadsResponse](e.Client, "threads", nil).Body.Threads
	if list[0].Id != s.Body.ThreadId || !strings.HasPrefix(list[0].Name, "* [Go ") || len(list) < 3 {
		t.Errorf("%+v; stopped %+v", list, s.Body)
	}
	// The pause comes right behind a continue that logs at every turn.
	e.breaks(M{"line": lineTick, "logMessage": "tick"})
	for range 3 {
		e.Send("continue", M{"threadId": 1})
		e.Send("pause", M{"threadId": 1})
		e.stopped("pause")
	}
	e.gone()
}

func TestTerminate(t *testing.T) {
	e := launched(t, "editor_deeds", M{"args": []string{"term"}})
	e.breakAt(lineTick)
	e.configured()
	e.stopped("breakpoint")
	e.breakAt()
	Do[*godap.TerminateResponse](e.Client, "terminate", nil)
	if out, status := e.output("stdout"); status != 7 || !strings.Contains(out, "got terminated") {
		t.Errorf("status %d: %q", status, out)
	}
	e.gone()
	e = launched(t, "editor_deeds", M{"args": []string{"spin"}})
	e.configured()
	Do[*godap.TerminateResponse](e.Client, "terminate", M{})
	if _, status := e.output("stdout"); status != -int(unix.SIGTERM) {
		t.Error(status)
	}
	e.gone()
}

func TestAttach(t *testing.T) {
	// A name of its own: waitFor looks at all processes, those of other tests too.
	path := filepath.Join(t.TempDir(), "attached_deeds")
	if err := os.Link(testkit.Build(t, "editor_deeds", testkit.Options{}), path); err != nil {
		t.Fatal(err)
	}
	p := testkit.Start(t, path, "spin")
	e := initialized(t, dap.Config{})
	e.Fail("attach", M{"mode": "local"})
	e.Fail("attach", M{"mode": "remote"})
	e.Fail("attach", M{"mode": "local", "processId": "no such process name"})
	Do[*godap.AttachResponse](e.Client, "attach", M{"mode": "local", "processId": fmt.Sprint(p.PID)})
	if m := Event[*godap.ProcessEvent](e.Client); m.Body.SystemProcessId != p.PID || m.Body.StartMethod != "attach" {
		t.Errorf("%+v", m.Body)
	}
	Event[*godap.InitializedEvent](e.Client)
	standing := func() bool { return testkit.Status(p.PID)["State"] == "t (tracing stop)" }
	testkit.Eventually(t, func() bool { return !standing() }, "the process runs while it is configured")
	e.main = e.sourceFile("main.go")
	e.breakAt(lineTick)
	testkit.Eventually(t, standing, "the breakpoint, before the end of the configuration")
	e.configured()
	th := e.stopped("breakpoint").Body.ThreadId
	e.at(th, lineTick)
	e.Fail("restart", nil)
	e.gone()
	if p.Exited() || testkit.Status(p.PID)["TracerPid"] != "0" {
		t.Error("the process is not as it was")
	}
	e = initialized(t, dap.Config{})
	Do[*godap.AttachResponse](e.Client, "attach", M{"mode": "local", "waitFor": path, "stopOnEntry": true})
	Event[*godap.InitializedEvent](e.Client)
	e.configured()
	e.stopped("entry")
	Do[*godap.DisconnectResponse](e.Client, "disconnect", M{"terminateDebuggee": true})
	<-e.served
	testkit.Eventually(t, p.Exited, "the process is killed")
}

func TestThreadsAreBounded(t *testing.T) {
	e := launched(t, "many_goroutines", M{"args": []string{"3000"}})
	e.breakAt(21)
	e.configured()
	s := e.stopped("breakpoint")
	list := Do[*godap.ThreadsResponse](e.Client, "threads", nil).Body.Threads
	if len(list) > 1000 || len(list) < 3 || list[0].Id != s.Body.ThreadId {
		t.Errorf("%d threads, the first %+v", len(list), list[0])
	}
	seen := map[int]bool{}
	for _, th := range list {
		if seen[th.Id] {
			t.Errorf("%+v twice", th)
		}
		seen[th.Id] = true
	}
	e.gone()
}
