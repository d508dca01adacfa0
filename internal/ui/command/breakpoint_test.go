package command

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/api"
)

// made answers CreateBreakpoint with what was asked for, as number 1.
func made(raw json.RawMessage) any {
	var in api.CreateBreakpointIn
	if err := json.Unmarshal(raw, &in); err != nil {
		return err
	}
	in.Breakpoint.ID = 1
	in.Breakpoint.FunctionName, in.Breakpoint.File, in.Breakpoint.Line = "main.work", "/src/main.go", 16
	return api.CreateBreakpointOut{Breakpoint: in.Breakpoint}
}

func TestBreak(t *testing.T) {
	s, srv, out := newShell(t)
	srv.on("CreateBreakpoint", made)
	srv.on("FindLocation", func(raw json.RawMessage) any {
		var in api.FindLocationIn
		_ = json.Unmarshal(raw, &in)
		if in.Loc != "main.work" {
			return errors.New("location \"" + in.Loc + "\" not found")
		}
		return api.FindLocationOut{Locations: []api.Location{{PC: 0x4bf464, PCs: []uint64{0x4bf464, 0x4bf480}}}}
	})
	srv.on("FollowExecEnabled", api.FollowExecEnabledOut{})
	story(t, s, out, "Breakpoint 1 set at 0x4bf464,0x4bf480 for main.work() ./main.go:16\n", "break main.work")
	story(t, s, out, "Breakpoint hot set at 0x4bf464,0x4bf480 for main.work() ./main.go:16\n", "b hot main.work if n > 3 && s == \"if x\"")
	in := last[api.CreateBreakpointIn](t, srv, "CreateBreakpoint")
	if in.Breakpoint.Cond != `n > 3 && s == "if x"` || in.LocExpr != "main.work" || len(in.Breakpoint.Addrs) != 2 {
		t.Errorf("asked for %+v", in)
	}
	fails(t, s, "break nosuch", `location "nosuch" not found`)
	fails(t, s, "break hot nosuch", `location "nosuch" not found`)
	fails(t, s, "break main.work if", "not found")
	fails(t, s, "break 12*3 main.work", "not found")
}

func TestBreakHere(t *testing.T) {
	s, srv, out := newShell(t)
	srv.on("CreateBreakpoint", made)
	story(t, s, out, "Breakpoint 1 set at 0x4bf464 for main.work() ./main.go:16\n", "break")
	if err := s.Exec(context.Background(), "frame 1 break"); err != nil {
		t.Fatal(err)
	}
	if in := last[api.CreateBreakpointIn](t, srv, "CreateBreakpoint"); in.Breakpoint.Line != 30 || in.Breakpoint.File != "/src/main.go" {
		t.Errorf("asked for %+v", in.Breakpoint)
	}
}

func TestTraceReportsReturns(t *testing.T) {
	s, srv, out := newShell(t)
	srv.on("CreateBreakpoint", made)
	srv.on("FindLocation", api.FindLocationOut{Locations: []api.Location{{PC: 0x10, PCs: []uint64{0x10}}}})
	srv.on("FunctionReturnLocations", api.FunctionReturnLocationsOut{Addrs: []uint64{0x18, 0x20, 0x30}})
	srv.on("Disassemble", func(raw json.RawMessage) any {
		var in api.DisassembleIn
		_ = json.Unmarshal(raw, &in)
		text := map[uint64]string{0x18: "call runtime.deferreturn", 0x20: "ret", 0x30: "ret"}[in.StartPC]
		return api.DisassembleOut{Disassemble: api.AsmInstructions{{Text: text}}}
	})
	story(t, s, out, "Tracepoint 1 set at 0x10 for main.work() ./main.go:16\n", "trace main.work")
	calls := srv.calls("CreateBreakpoint")
	if len(calls) != 3 || !strings.Contains(calls[2], `"traceReturn":true`) || !strings.Contains(calls[2], `"addr":48`) {
		t.Errorf("asked for %v", calls)
	}
}

func TestBreakpointsList(t *testing.T) {
	s, srv, out := newShell(t)
	srv.on("ListBreakpoints", api.ListBreakpointsOut{Breakpoints: []*api.Breakpoint{
		{ID: 1, Addrs: []uint64{0x1}, File: "/src/a.go", Line: 3, FunctionName: "main.f", TotalHitCount: 2, Cond: "x > 1", HitCond: "> 2",
			Stacktrace: 3, Goroutine: true, Variables: []string{"n"}, LoadLocals: &api.LoadConfig{FollowPointers: true}, LoadArgs: &api.LoadConfig{}},
		{ID: 2, Name: "off", ExprString: "a.go:4", Disabled: true, HitCond: "% 5", HitCondPerG: true},
		{ID: 3, Name: "total", WatchExpr: "total", Addrs: []uint64{0xc0}},
		{ID: 6, WatchExpr: "total", Addrs: []uint64{0xc8}},
		{ID: 4, Tracepoint: true, Addrs: []uint64{2}, File: "/src/a.go", Line: 9, CustomCommands: []string{"list"}},
		{ID: 5, ExprString: "plugin.go:1"},
		{ID: -1, Name: "unrecovered-panic", Addrs: []uint64{0x5}, File: "/go/panic.go", Line: 7, FunctionName: "runtime.fatalpanic"},
	}})
	story(t, s, out, `Breakpoint unrecovered-panic (enabled) at 0x5 for runtime.fatalpanic() /go/panic.go:7 (0)
Breakpoint 1 (enabled) at 0x1 for main.f() ./a.go:3 (2)
	cond x > 1
	cond -hitcount > 2
	stack 3
	goroutine
	args
	locals -v
	print n
Breakpoint off (disabled) at a.go:4
	cond -per-g-hitcount % 5
Watchpoint total (enabled) at 0xc0 (0)
Tracepoint 4 (enabled) at 0x2 for ./a.go:9 (0)
	list
Breakpoint 5 (suspended) at plugin.go:1
Watchpoint 6 on [total] (enabled) at 0xc8 (0)
`, "bp")
}

func TestAmending(t *testing.T) {
	for _, c := range []struct {
		line  string
		check func(bp api.Breakpoint) bool
	}{
		{"cond 1 n == 2", func(bp api.Breakpoint) bool { return bp.Cond == "n == 2" }},
		{"cond -hitcount 1 % 10", func(bp api.Breakpoint) bool { return bp.HitCond == "% 10" && !bp.HitCondPerG }},
		{"cond -per-g-hitcount 1 > 10", func(bp api.Breakpoint) bool { return bp.HitCond == "> 10" && bp.HitCondPerG }},
		{"cond -clear 1", func(bp api.Breakpoint) bool { return bp.Cond == "" && bp.HitCond == "" }},
		{"on 1 print %x n", func(bp api.Breakpoint) bool { return bp.Variables[0] == "%x n" }},
		{"on 1 stack 5", func(bp api.Breakpoint) bool { return bp.Stacktrace == 5 }},
		{"on 1 goroutine", func(bp api.Breakpoint) bool { return bp.Goroutine }},
		{"on 1 args", func(bp api.Breakpoint) bool { return bp.LoadArgs != nil && !bp.LoadArgs.FollowPointers }},
		{"on 1 locals -v", func(bp api.Breakpoint) bool { return bp.LoadLocals.FollowPointers }},
		{"on 1 cond x", func(bp api.Breakpoint) bool { return bp.Cond == "x" }},
		{"on 1 trace", func(bp api.Breakpoint) bool { return bp.Tracepoint }},
		{"on 1 list", func(bp api.Breakpoint) bool { return bp.CustomCommands[0] == "list" }},
	} {
		s, srv, _ := newShell(t)
		srv.on("GetBreakpoint", api.GetBreakpointOut{Breakpoint: api.Breakpoint{ID: 1, Cond: "old"}})
		srv.on("AmendBreakpoint", api.AmendBreakpointOut{})
		if err := s.Exec(context.Background(), c.line); err != nil {
			t.Errorf("%s: %v", c.line, err)
			continue
		}
		if in := last[api.AmendBreakpointIn](t, srv, "AmendBreakpoint"); !c.check(in.Breakpoint) {
			t.Errorf("%s: amended to %+v", c.line, in.Breakpoint)
		}
	}
	s, srv, _ := newShell(t)
	srv.on("GetBreakpoint", api.GetBreakpointOut{Breakpoint: api.Breakpoint{ID: 1}})
	fails(t, s, "cond -hitcount 1 bad", "unable to parse")
	fails(t, s, "on 1 continue", "cannot be carried out")
	fails(t, s, "on 1 stack x", "not a number")
	fails(t, s, "on 1", "usage")
	fails(t, s, "cond 1", "usage")
	if len(srv.calls("AmendBreakpoint")) != 0 {
		t.Error("a mistake changed a breakpoint")
	}
}

func TestClearall(t *testing.T) {
	s, srv, out := newShell(t)
	srv.on("ListBreakpoints", api.ListBreakpointsOut{Breakpoints: []*api.Breakpoint{
		{ID: -1, Addrs: []uint64{5}}, {ID: 1, Addr: 16, Addrs: []uint64{16}}, {ID: 2, Addrs: []uint64{7, 32}}}})
	srv.on("ClearBreakpoint", func(raw json.RawMessage) any {
		var in api.ClearBreakpointIn
		_ = json.Unmarshal(raw, &in)
		return api.ClearBreakpointOut{Breakpoint: &api.Breakpoint{ID: in.Id, Addrs: []uint64{1}, File: "/src/a.go", Line: 1}}
	})
	srv.on("FindLocation", api.FindLocationOut{Locations: []api.Location{{PC: 32}}})
	story(t, s, out, "Breakpoint 2 cleared at 0x1 for ./a.go:1\n", "clearall a.go:1")
	story(t, s, out, "Breakpoint 1 cleared at 0x1 for ./a.go:1\nBreakpoint 2 cleared at 0x1 for ./a.go:1\n", "clearall")
}

func TestWatch(t *testing.T) {
	s, srv, out := newShell(t)
	srv.on("CreateWatchpoint", api.CreateWatchpointOut{Breakpoint: &api.Breakpoint{ID: 1, Name: "totalTimes[0]", WatchExpr: "totalTimes[0]", Addrs: []uint64{0xc0000180e0}}})
	story(t, s, out, "Watchpoint totalTimes[0] set at 0xc0000180e0\n", "watch -rw totalTimes[0]")
	if in := last[api.CreateWatchpointIn](t, srv, "CreateWatchpoint"); in.Type != api.WatchRead|api.WatchWrite || in.Expr != "totalTimes[0]" {
		t.Errorf("asked for %+v", in)
	}
	fails(t, s, "watch -r", "usage")
}

func TestBreakpointInfoIsShown(t *testing.T) {
	s, srv, out := newShell(t)
	state := atBreakpoint()
	bp := state.CurrentThread.Breakpoint
	bp.WatchExpr, bp.Stacktrace = "x", 1
	state.CurrentThread.Function.Optimized = true
	state.CurrentThread.BreakpointInfo = &api.BreakpointInfo{
		Variables: []api.Variable{integerVar("n", "5")}, Locals: []api.Variable{integerVar("l", "6")}, Stacktrace: frames()[:1]}
	srv.on("Command", api.CommandOut{State: *state})
	story(t, s, out, `> watchpoint on [x] main.work() ./main.go:16 (hits goroutine(1):1 total:1) (PC: 0x4bf464)
Warning: debugging optimized function: variables that are assigned to more than once may be out of date
	n: 5
	l: 6
	Stack:
		0  0x00000000004bf464 in main.work
		     at ./main.go:16
		(truncated)
`+noSource, "c")
}
