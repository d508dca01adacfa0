package session

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// frames names the functions on the stack of the selected goroutine.
func (s *story) frames() string {
	s.Helper()
	list, err := s.Stacktrace(context.Background(), api.StacktraceIn{Id: -1, Depth: 10})
	if err != nil {
		s.Fatal(err)
	}
	var names []string
	for _, f := range list {
		names = append(names, f.Function.Name())
	}
	return strings.Join(names, " ")
}

func (s *story) eval(expr string) string {
	s.Helper()
	v, err := s.Eval(context.Background(), api.EvalScope{GoroutineID: -1}, expr, callConfig)
	if err != nil {
		return "error: " + err.Error()
	}
	return shown(v)
}

// allRegisters is all that a call must leave as it was.
func (s *story) allRegisters() string {
	s.Helper()
	regs, err := s.ListRegisters(context.Background(), api.ListRegistersIn{ThreadID: s.selected.thread, IncludeFp: true})
	if err != nil {
		s.Fatal(err)
	}
	var b strings.Builder
	for _, r := range regs {
		b.WriteString(r.Name + "=" + r.Value + "\n")
	}
	return b.String()
}

func TestBreakpointInCall(t *testing.T) {
	eachBuild(t, "functions_to_call", func(s *story) {
		s.toCalls()
		before, stack := s.allRegisters(), s.frames()
		inside := s.breakAt("main.stopHere")
		if got := s.call("add(stopHere(20), stopHere(1))"); got != "stopped: breakpoint" {
			s.Fatal(got)
		}
		if got := s.frames(); !strings.HasPrefix(got, "main.stopHere debugCall32") {
			s.Errorf("stack in the call: %s", got)
		}
		if got := s.call("add(1, 2)"); got != "~r0=3" {
			s.Errorf("call in the call: %s", got)
		}
		s.command(api.Next)
		if st := s.command(api.Continue); st.StopReason != "breakpoint" {
			s.Fatalf("second call: %s", st.StopReason)
		}
		if _, err := s.ClearBreakpoint(context.Background(), inside.ID, ""); err != nil {
			s.Fatal(err)
		}
		if got := returned(s.command(api.Continue)); got != "~r0=44" {
			s.Errorf("at the end: %s", got)
		}
		if got := s.frames(); got != stack {
			s.Errorf("stack afterwards: %s, was %s", got, stack)
		}
		if got := s.allRegisters(); got != before {
			s.Errorf("registers afterwards:\n%s\nwere\n%s", got, before)
		}
		st := s.command(api.Continue)
		if at(st) != stopHere || st.CurrentThread.Breakpoint == nil || st.CurrentThread.Breakpoint.TotalHitCount != 2 {
			s.Errorf("the loop goes on: %s, %s, %+v", at(st), st.StopReason, st.CurrentThread.Breakpoint)
		}
	})
}

func TestHaltEndsTheWaitForACall(t *testing.T) {
	s := launched(t, "functions_to_call", testkit.Options{}, quiet())
	s.toCalls()
	done := make(chan string, 1)
	go func() { done <- s.callWith(api.DebuggerCommand{Name: api.Call, Expr: "forever()"}) }()
	testkit.Eventually(t, func() bool {
		st, err := s.State(context.Background(), true)
		return err == nil && st.Running
	}, "the call runs")
	if _, err := s.Command(context.Background(), api.DebuggerCommand{Name: api.Halt}); err != nil {
		t.Fatal(err)
	}
	select {
	case got := <-done:
		if got != "stopped: manual" {
			t.Error(got)
		}
	case <-time.After(time.Minute):
		t.Fatal("halt did not end the call's wait")
	}
	if st := s.command(api.Halt); st.Running {
		t.Error("still running")
	}
}

func TestExitInCall(t *testing.T) {
	s := launched(t, "functions_to_call", testkit.Options{}, quiet())
	s.toCalls()
	if got := s.call("add(1, 1) + double(2)"); !strings.HasSuffix(got, "=6") {
		t.Error(got)
	}
	if got := s.call("exit(7)"); got != "exited" {
		t.Error(got)
	}
}

func TestCallRefused(t *testing.T) {
	eachBuild(t, "functions_to_call", func(s *story) {
		s.toCalls()
		s.breakAt("runtime.mallocgc")
		s.command(api.Continue)
		got := s.call("main.add(1, 2)")
		if !strings.Contains(got, "the runtime refuses the call: call from within the Go runtime") || !strings.Contains(got, "it is possible when it is back in") {
			s.Error(got)
		}
		list, err := s.ListGoroutines(context.Background(), api.ListGoroutinesIn{})
		if err != nil {
			s.Fatal(err)
		}
		for _, g := range list.Goroutines {
			if g.ThreadID != 0 {
				continue
			}
			got := s.callWith(api.DebuggerCommand{Name: api.Call, Expr: "main.add(1, 2)", GoroutineID: g.ID})
			if !strings.Contains(got, "that needs a running one") {
				s.Errorf("goroutine %d: %s", g.ID, got)
			}
		}
	})
}

// TestCallsUnderLoad makes calls in a program that collects garbage all the
// time and finds out when its data is not what it was.
func TestCallsUnderLoad(t *testing.T) {
	calls := 150
	if n, err := strconv.Atoi(os.Getenv("TINYDBG_STRESS_CALLS")); err == nil {
		calls = n
	}
	for _, version := range testkit.Versions() {
		t.Run(version, func(t *testing.T) {
			s, p := attached(t, "called_under_load", testkit.Options{Go: version, Optimized: true})
			s.underLoad(calls)
			if err := s.Detach(context.Background(), false); err != nil {
				t.Error(err)
			}
			p.Stdin.Close()
			p.WaitOutput(t, "all well")
		})
	}
}

func (s *story) underLoad(calls int) {
	s.Helper()
	s.breakAt("main.go:" + markedLine(s, "here is stopped under load"))
	forms := []struct{ expr, want string }{
		{`verify(build(30))`, "~r0=30"},
		{`keep(build(10), "a note that is allocated")`, "~r0=24"},
		{`describe("a", 1, label, 2.5, build(1).Text)`, "~r0=a1label2.5node 0"},
		{`verify(build(verify(build(verify(build(12))))))`, "~r0=12"},
		{`collect() + verify(build(3))`, "=4"},
	}
	for n := 0; n < calls; n++ {
		if n%10 == 0 {
			if st := s.command(api.Continue); st.StopReason != "breakpoint" {
				s.Fatalf("call %d: %s", n, st.StopReason)
			}
		}
		if n%50 == 7 {
			if err := s.Set(context.Background(), api.EvalScope{GoroutineID: -1}, "label", `"label"`); err != nil {
				s.Fatal(err)
			}
		}
		f := forms[n%len(forms)]
		if got := s.call(f.expr); !strings.HasSuffix(got, f.want) {
			s.Fatalf("call %d, %s: %s", n, f.expr, got)
		}
	}
}

// markedLine is the line of the program's source with a comment.
func markedLine(s *story, comment string) string {
	s.Helper()
	text, err := os.ReadFile(filepath.Join(filepath.Dir(s.path), "src", "main.go"))
	if err != nil {
		s.Fatal(err)
	}
	before, _, found := strings.Cut(string(text), comment)
	if !found {
		s.Fatalf("no %q in the source", comment)
	}
	return strconv.Itoa(strings.Count(before, "\n") + 1)
}

func TestSetAllocates(t *testing.T) {
	eachBuild(t, "functions_to_call", func(s *story) {
		s.toCalls()
		for _, c := range []struct{ name, text, want string }{
			{"global", `"a longer string"`, "a longer string"},
			{"global", `global + " still"`, "a longer string still"},
			{"face", `42`, "{42}"},
			{"face", `"text"`, "{text}"},
			{"face", `*heap`, "{{1 2}}"},
			{"stringy", `heap`, "{{{1 2}}}"},
			{"heap.X", `add(3, 4)`, "7"},
			{"words[0]", `greet("you")`, "hello you"},
			{"letters", `[]byte("x\xffyz")`, "{120 255 121 122}"},
			{"runes", `[]rune("yz" + "ü")`, "{121 122 252}"},
			{"letters", `[]byte("")`, ""},
		} {
			if err := s.Set(context.Background(), api.EvalScope{GoroutineID: -1}, c.name, c.text); err != nil {
				s.Errorf("set %s = %s: %v", c.name, c.text, err)
				continue
			}
			if got := s.eval(c.name); got != c.want {
				s.Errorf("after set %s = %s it is %q, want %q", c.name, c.text, got, c.want)
			}
		}
	})
}

// Who detaches in a call has it ended, or left to end by itself.
func TestDetachInCall(t *testing.T) {
	for _, call := range []string{"slow", "wait"} {
		t.Run(call, func(t *testing.T) {
			s, p := attached(t, "called_under_load", testkit.Options{})
			s.breakAt("main." + call)
			s.breakAt("main.go:" + markedLine(s, "here is stopped under load"))
			s.command(api.Continue)
			if got := s.call(call + map[string]string{"slow": "(5)", "wait": "()"}[call]); got != "stopped: breakpoint" {
				t.Fatal(got)
			}
			err := s.Detach(context.Background(), false)
			lasts := err != nil && strings.Contains(err.Error(), "1 injected calls have not ended: they go on")
			if err != nil && !lasts || call == "wait" && !lasts {
				t.Error(err)
			}
			p.Stdin.Close()
			p.WaitOutput(t, "all well")
		})
	}
}
