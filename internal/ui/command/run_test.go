package command

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"testing"

	"github.com/tinydbg/tinydbg/api"
)

const noSource = "\t(no source: stat /src/main.go: no such file or directory)\n"

func TestContinueToBreakpoint(t *testing.T) {
	s, srv, out := newShell(t)
	srv.on("Command", api.CommandOut{State: *atBreakpoint()})
	story(t, s, out, "> [Breakpoint 1] main.work() ./main.go:16 (hits goroutine(1):1 total:1) (PC: 0x4bf464)\n"+noSource, "continue")
	if cmd := last[api.DebuggerCommand](t, srv, "Command"); cmd.Name != api.Continue || cmd.ReturnInfoLoadConfig == nil {
		t.Errorf("asked for %+v", cmd)
	}
}

// The selected goroutine may be parked, when it is in a call that waits: then the
// listing is of that place, as the header is, and not of the thread's.
func TestStopIsWhereTheGoroutineIs(t *testing.T) {
	s, srv, out := newShell(t)
	state := stopped()
	state.SelectedGoroutine.ThreadID = 0
	state.CurrentThread.File, state.CurrentThread.Line, state.CurrentThread.PC = "/src/futex.s", 570, 0x48c083
	srv.on("Command", api.CommandOut{State: *state})
	story(t, s, out, "> main.work() ./main.go:16 (PC: 0x4bf464)\n"+noSource, "continue")
}

func TestContinueToPlaceLeavesNoBreakpoint(t *testing.T) {
	s, srv, out := newShell(t)
	srv.on("FindLocation", api.FindLocationOut{Locations: []api.Location{{PC: 0x10, PCs: []uint64{0x10, 0x20}}}})
	srv.on("CreateBreakpoint", api.CreateBreakpointOut{Breakpoint: api.Breakpoint{ID: 9, Addr: 0x10}})
	srv.on("ClearBreakpoint", api.ClearBreakpointOut{Breakpoint: &api.Breakpoint{ID: 9}})
	srv.on("Command", errors.New("Process 70 has exited with status 3"))
	story(t, s, out, "Process 70 has exited with status 3\n", "c main.work")
	if got := last[api.ClearBreakpointIn](t, srv, "ClearBreakpoint"); got.Id != 9 {
		t.Errorf("cleared %+v", got)
	}
}

func TestTracepointsDoNotStop(t *testing.T) {
	s, srv, out := newShell(t)
	n := 0
	srv.on("Command", func(json.RawMessage) any {
		n++
		state := stopped()
		th := state.CurrentThread
		switch n {
		case 1:
			th.Breakpoint = &api.Breakpoint{ID: 1, Tracepoint: true}
			arg := integerVar("n", "3")
			arg.Flags = api.VariableArgument
			th.BreakpointInfo = &api.BreakpointInfo{Arguments: []api.Variable{arg}}
		case 2:
			th.Breakpoint = &api.Breakpoint{ID: 2, Name: "back", TraceReturn: true}
			ret := integerVar("~r0", "4")
			ret.Flags = api.VariableReturnArgument
			th.BreakpointInfo = &api.BreakpointInfo{Arguments: []api.Variable{ret}}
		default:
			state = &api.DebuggerState{Pid: 70, Exited: true, ExitStatus: 0}
		}
		return api.CommandOut{State: *state}
	})
	story(t, s, out, "> goroutine(1): main.work(3)\n>> goroutine(1): [back] main.work => (4)\nProcess 70 has exited with status 0\n", "continue")
}

func TestStepShowsResults(t *testing.T) {
	s, srv, out := newShell(t)
	state := stopped()
	state.CurrentThread.ReturnValues = []api.Variable{integerVar("out", "3")}
	srv.on("Command", api.CommandOut{State: *state})
	story(t, s, out, "> main.work() ./main.go:16 (PC: 0x4bf464)\nValues returned:\n\tout: 3\n\n"+noSource, "stepout")
}

func TestNextCountsAndStopsEarly(t *testing.T) {
	s, srv, out := newShell(t)
	srv.on("Command", api.CommandOut{State: *stopped()})
	out.Reset()
	if err := s.Exec(context.Background(), "next 3"); err != nil {
		t.Fatal(err)
	}
	if n := len(srv.calls("Command")); n != 3 {
		t.Errorf("%d steps were made", n)
	}
	srv.on("Command", api.CommandOut{State: *atBreakpoint()})
	if err := s.Exec(context.Background(), "next 3"); err != nil {
		t.Fatal(err)
	}
	if n := len(srv.calls("Command")); n != 4 {
		t.Errorf("a breakpoint did not end the steps: %d", n-3)
	}
	fails(t, s, "next x", "not a number")
}

func TestStepNeedsTopmostFrame(t *testing.T) {
	s, srv, _ := newShell(t)
	if err := s.Exec(context.Background(), "frame 1"); err != nil {
		t.Fatal(err)
	}
	fails(t, s, "next", "topmost frame")
	if len(srv.calls("Command")) != 0 {
		t.Error("the program ran")
	}
}

func TestInterruptedStepIsForgottenByTheNext(t *testing.T) {
	s, srv, _ := newShell(t)
	kept := true
	srv.on("CancelNext", func(json.RawMessage) any { kept = false; return api.CancelNextOut{} })
	srv.on("Command", func(json.RawMessage) any {
		if kept {
			return errors.New("next while nexting: a step is in progress")
		}
		return api.CommandOut{State: *stopped()}
	})
	if err := s.Exec(context.Background(), "next"); err != nil {
		t.Fatal(err)
	}
	if len(srv.calls("CancelNext")) != 1 {
		t.Error("the interrupted step was kept")
	}
}

func TestRestartRequest(t *testing.T) {
	for line, want := range map[string]api.RestartIn{
		"":                  {NewArgs: []string{}},
		"-noargs":           {ResetArgs: true, NewArgs: []string{}},
		`a "b c" >out`:      {ResetArgs: true, NewArgs: []string{"a", "b c"}, NewRedirects: [3]string{"", "out", ""}},
		"x <in 2> err":      {ResetArgs: true, NewArgs: []string{"x"}, NewRedirects: [3]string{"in", "", "err"}},
		`'single "quoted"'`: {ResetArgs: true, NewArgs: []string{`single "quoted"`}},
	} {
		got, err := restartRequest(line)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, %v", line, got, err)
		}
	}
	for _, bad := range []string{"-noargs x", ">a >b", "x >", `"open`} {
		if _, err := restartRequest(bad); err == nil {
			t.Errorf("%s was taken", bad)
		}
	}
}

func TestRestartTellsWhatWasLost(t *testing.T) {
	s, srv, out := newShell(t)
	srv.on("Restart", api.RestartOut{DiscardedBreakpoints: []api.DiscardedBreakpoint{
		{Breakpoint: &api.Breakpoint{ID: 2, Addrs: []uint64{1}, File: "/src/a.go", Line: 3}, Reason: "no such line"}}})
	srv.on("ProcessPid", api.ProcessPidOut{Pid: 71})
	story(t, s, out, "Process restarted with PID 71\nDiscarded Breakpoint 2 at 0x1 for ./a.go:3: no such line\n", "restart")
}

func TestCall(t *testing.T) {
	s, srv, _ := newShell(t)
	srv.on("Command", api.CommandOut{State: *stopped()})
	if err := s.Exec(context.Background(), "call -unsafe f(1, 2)"); err != nil {
		t.Fatal(err)
	}
	if cmd := last[api.DebuggerCommand](t, srv, "Command"); cmd.Name != api.Call || cmd.Expr != "f(1, 2)" || !cmd.UnsafeCall {
		t.Errorf("asked for %+v", cmd)
	}
	fails(t, s, "call", "which function")
	if err := s.Exec(context.Background(), "call -abort"); err != nil {
		t.Fatal(err)
	}
	if cmd := last[api.DebuggerCommand](t, srv, "Command"); cmd.Name != api.AbortCall || cmd.Expr != "" {
		t.Errorf("asked for %+v", cmd)
	}
}

// A stop in a call that waits says so, and aborting that says that it waits too.
func TestCallThatWaits(t *testing.T) {
	s, srv, out := newShell(t)
	state := stopped()
	calls := []api.CallInProgress{{Function: "main.recv", CallerID: 1, GoroutineID: 23, Waits: "chan receive",
		Location: api.Location{File: "/src/main.go", Line: 21, Function: &api.Function{Name_: "main.recv"}}}}
	srv.on("Command", func(json.RawMessage) any { return api.CommandOut{State: *state} })
	srv.on("ListCalls", func(json.RawMessage) any { return api.ListCallsOut{Calls: calls} })
	const here = "> main.work() ./main.go:16 (PC: 0x4bf464)\n" + noSource
	const call = "The call of main.recv on goroutine 1 has not ended: goroutine 23 "
	const waits = "waits (chan receive) in main.recv at main.go:21"
	story(t, s, out, here+call+waits+".\ncontinue goes on with it. call -abort ends it, but not before that goroutine wakes.\n", "call recv()")
	calls[0].Aborting, state.NextInProgress = true, true
	story(t, s, out, "The call of main.recv ends as soon as it wakes: goroutine 23 "+waits+". Ctrl-C gives the prompt back.\n"+
		here+call+waits+".\nIt is aborted as soon as it can be: continue waits for that, cancelnext does without.\n", "call -abort")
	state.NextInProgress = false
	calls[0] = api.CallInProgress{Function: "main.empty", CallerID: 1, GoroutineID: 4, Waits: "select (no cases)", WaitsForEver: true}
	story(t, s, out, here+"The call of main.empty on goroutine 1 has not ended: goroutine 4 waits for ever (select (no cases)).\n"+
		"Nothing can end that. The other goroutines go on with continue; detaching and quitting are safe.\n", "call -abort")
	calls[0] = api.CallInProgress{Function: "main.new", CallerID: 1}
	story(t, s, out, here+"The call of main.new on goroutine 1 has not ended: it has not begun.\ncontinue goes on with it, call -abort ends it.\n", "call new()")
}
