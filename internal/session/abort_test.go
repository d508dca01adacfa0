package session

import (
	"context"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// hang calls a function that does not return, and lets it turn round a few times.
func (s *story) hang(loop, expr string) {
	s.Helper()
	bp := s.breakAt("main.go:" + markedLine(s, loop+" turns"))
	if got := s.call(expr); got != "stopped: breakpoint" {
		s.Fatalf("%s: %s", expr, got)
	}
	for range 3 {
		if st := s.command(api.Continue); st.StopReason != "breakpoint" {
			s.Fatalf("%s: %s", expr, st.StopReason)
		}
	}
	s.clear(bp)
}

func (s *story) clear(bp *api.Breakpoint) {
	s.Helper()
	if _, err := s.ClearBreakpoint(context.Background(), bp.ID, ""); err != nil {
		s.Fatal(err)
	}
}

// haltIn lets the program run and halts it, until the stacks fit.
func (s *story) haltIn(fits func() bool) {
	s.Helper()
	testkit.Eventually(s.TB, func() bool {
		wait := s.background()
		if _, err := s.Command(context.Background(), api.DebuggerCommand{Name: api.Halt}); err != nil {
			s.Fatal(err)
		}
		if st := wait(); st == nil || st.StopReason != "manual" {
			s.Fatalf("%+v", st)
		}
		return fits()
	}, "it gets there")
}

// park calls a function that waits for ever, and halts the program when it does.
func (s *story) park(function string) {
	s.Helper()
	s.breakAt("main.go:" + markedLine(s, "the debugger calls here"))
	s.command(api.Continue)
	s.breakAt("main." + function)
	s.callAndPark(function)
}

// callAndPark is what park does behind the breakpoints.
func (s *story) callAndPark(function string) {
	s.Helper()
	if got := s.call(function + "()"); got != "stopped: breakpoint" {
		s.Fatal(got)
	}
	s.haltIn(func() bool {
		calls, err := s.ListCalls(context.Background())
		return err == nil && len(calls) == 1 && calls[0].Waits != ""
	})
}

// parkedIn tells whether a goroutine is on no thread that is in a function.
func (s *story) parkedIn(function string) bool {
	s.Helper()
	list, err := s.ListGoroutines(context.Background(), api.ListGoroutinesIn{})
	if err != nil {
		s.Fatal(err)
	}
	return slices.ContainsFunc(list.Goroutines, func(g *api.Goroutine) bool {
		return g.ThreadID == 0 && g.UserCurrentLoc.Function.Name() == function
	})
}

func (s *story) abort() string {
	s.Helper()
	return s.callWith(api.DebuggerCommand{Name: api.AbortCall, ReturnInfoLoadConfig: callConfig})
}

const interrupted = "~panic={SIGINT: interrupt}"

// TestAbortCall gives calls up that do not return. The goroutine is what it was,
// deferred calls have run, and the program is well.
func TestAbortCall(t *testing.T) {
	rounds := 1
	if n, err := strconv.Atoi(os.Getenv("TINYDBG_STRESS_ABORTS")); err == nil {
		rounds = n
	}
	eachBuild(t, "functions_that_hang", func(s *story) {
		here := s.breakAt("main.go:" + markedLine(s, "the debugger calls here"))
		if st := s.command(api.Continue); st.StopReason != "breakpoint" {
			s.Fatal(st.StopReason)
		}
		if got := s.abort(); got != "error: no call is in progress" {
			s.Error(got)
		}
		for range rounds {
			s.abortAll()
		}
		// Those of spin that were aborted where they turn.
		if got, want := s.eval("main.cleaned"), strconv.Itoa(4*rounds); got != want {
			s.Errorf("%s deferred functions have run, want %s", got, want)
		}
		s.clear(here)
		if st := s.command(api.Continue); !st.Exited || st.ExitStatus != 0 {
			s.Errorf("the program ends with %s, status %d", st.StopReason, st.ExitStatus)
		}
	})
}

func (s *story) abortAll() {
	s.Helper()
	inRuntime := func() {
		alloc := s.breakAt("runtime.mallocgc")
		for !strings.Contains(s.frames(), "debugCall") || !strings.HasPrefix(s.frames(), "runtime.mallocgc") {
			s.command(api.Continue)
		}
		s.clear(alloc)
	}
	asleep := func() { s.haltIn(func() bool { return s.parkedIn("time.Sleep") }) }
	anywhere := func() { s.haltIn(func() bool { return true }) }
	before, stack := s.allRegisters(), s.frames()
	for _, f := range []struct {
		loop, call, want string
		then             func()
	}{
		{"spin", "spin(build(3))", interrupted, nil},
		{"spin", "spin(build(3))", interrupted, anywhere},
		{"allocate", "add(allocate(1), spin(build(2)))", interrupted, inRuntime},
		{"format", "format()", interrupted, inRuntime},
		{"format", "format()", interrupted, anywhere},
		{"nap", "nap()", interrupted, asleep},
		{"spin", "add(nested(20), add(1, 2))", interrupted, anywhere},
		{"spin", "stubborn()", "text=SIGINT: interrupt", anywhere},
	} {
		s.hang(f.loop, f.call)
		if f.then != nil {
			f.then()
		}
		if got := s.abort(); strings.Replace(got, "runtime error: ", "", 1) != f.want {
			s.Fatalf("%s, aborted: %s, want %s", f.call, got, f.want)
		}
		if got := s.frames(); got != stack {
			s.Fatalf("%s: stack afterwards: %s, was %s", f.call, got, stack)
		}
		if got := s.allRegisters(); got != before {
			s.Fatalf("%s: registers afterwards:\n%s\nwere\n%s", f.call, got, before)
		}
	}
	if got := s.call("add(20, 22)"); got != "~r0=42" {
		s.Fatal(got)
	}
}

// TestAbortOfWaiting: a function that waits cannot be made to panic, and nobody has
// to wait for it. When it wakes it is aborted, unless that was called off.
func TestAbortOfWaiting(t *testing.T) {
	s := launched(t, "functions_that_hang", testkit.Options{}, quiet())
	s.park("forever")
	s.inProgress(false)
	s.abortWaiting()
	s.inProgress(true)
	if err := s.Set(context.Background(), api.EvalScope{GoroutineID: -1}, "main.wake", "true"); err != nil {
		t.Fatal(err)
	}
	st := s.command(api.Continue)
	if got := strings.Replace(returned(st), "runtime error: ", "", 1); got != interrupted {
		t.Fatal(got)
	}
	if calls, err := s.ListCalls(context.Background()); len(calls) != 0 || err != nil {
		t.Errorf("%+v %v", calls, err)
	}
	s.callAndPark("forever")
	s.abortWaiting()
	if err := s.CancelNext(context.Background()); err != nil {
		t.Fatal(err)
	}
	s.inProgress(false)
	if err := s.Set(context.Background(), api.EvalScope{GoroutineID: -1}, "main.wake", "true"); err != nil {
		t.Fatal(err)
	}
	if got := returned(s.command(api.Continue)); got != "~r0=1" {
		t.Error(got)
	}
}

// abortWaiting aborts a function that waits, and gives up waiting for that.
func (s *story) abortWaiting() {
	s.Helper()
	done := make(chan string, 1)
	go func() { done <- s.abort() }()
	testkit.Eventually(s.TB, func() bool {
		st, err := s.State(context.Background(), true)
		return err == nil && st.Running
	}, "it waits")
	if _, err := s.Command(context.Background(), api.DebuggerCommand{Name: api.Halt}); err != nil {
		s.Fatal(err)
	}
	if got := <-done; got != "stopped: manual" {
		s.Error(got)
	}
}

// inProgress checks what is told of the call of forever.
func (s *story) inProgress(aborting bool) {
	s.Helper()
	calls, err := s.ListCalls(context.Background())
	if err != nil || len(calls) != 1 {
		s.Fatalf("%v %+v", err, calls)
	}
	c := calls[0]
	if c.Function != "main.forever" || c.CallerID != 1 || c.GoroutineID < 2 || c.Waits != "chan receive" || c.WaitsForEver || c.Aborting != aborting {
		s.Errorf("%+v", c)
	}
	if got := c.String(); !strings.HasSuffix(got, "waits (chan receive) in main.forever at main.go:"+markedLine(s, "return <-never")) {
		s.Error(got)
	}
}

// TestAbortOfBlocked: a function that cannot wake any more is not waited for, and
// what one does then is safe: the rest of the program goes on, other goroutines
// can be looked at and left.
func TestAbortOfBlocked(t *testing.T) {
	for _, kill := range []bool{true, false} {
		s, p := attached(t, "functions_that_hang", testkit.Options{}, "until", "killed")
		s.park("blocked")
		for range 2 {
			if got := s.abort(); !strings.Contains(got, "cannot be aborted: goroutine") || !strings.Contains(got, "waits for ever (select (no cases))") {
				t.Fatal(got)
			}
		}
		before := s.eval("main.rounds.v")
		s.haltIn(func() bool { return s.eval("main.rounds.v") != before })
		if err := s.Detach(context.Background(), kill); err != nil && !strings.Contains(err.Error(), "1 injected calls have not ended: they go on") {
			t.Error(err)
		}
		if kill {
			continue
		}
		at := processorTime(t, p.PID)
		testkit.Eventually(t, func() bool { return processorTime(t, p.PID) > at }, "the program goes on")
	}
}

// processorTime of a process so far, in ticks (proc(5)).
func processorTime(t *testing.T, pid int) int64 {
	t.Helper()
	data, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(string(data[strings.LastIndexByte(string(data), ')')+1:]))
	n, err := strconv.ParseInt(fields[11], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
