package session

import (
	"context"
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// frameOf is the index of a function's frame on the current stack.
func (s *story) frameOf(function string) int {
	s.Helper()
	frames, err := s.Stacktrace(context.Background(), api.StacktraceIn{Id: -1, Depth: 20})
	if err != nil {
		s.Fatal(err)
	}
	for i := range frames {
		if strings.HasPrefix(frames[i].Function.Name(), function) {
			return i
		}
	}
	s.Fatalf("%s is not on the stack", function)
	return 0
}

func (s *story) restartOf(function string) (*api.DebuggerState, error) {
	s.Helper()
	return s.RestartFrame(context.Background(), api.EvalScope{GoroutineID: -1, Frame: s.frameOf(function)})
}

// A function that is begun anew has the arguments it had, or has now, and does
// all of its work again.
func TestRestartFrame(t *testing.T) {
	for _, version := range testkit.Versions() {
		for _, optimized := range []bool{false, true} {
			testRestartFrame(t, testkit.Options{Go: version, Optimized: optimized})
		}
	}
}

func testRestartFrame(t *testing.T, o testkit.Options) {
	s := launched(t, "frames_to_restart", o, quiet())
	b := s.breakAt("main.leaf")
	s.command(api.Continue)
	out := s.breakAt("main.mixed")
	for range 2 { // from the middle of a call it has made
		st, err := s.restartOf("main.mixed")
		if err != nil {
			if o.Optimized && strings.Contains(err.Error(), "not known any more") {
				return // arguments that nobody needs any more are gone
			}
			t.Fatal(err)
		}
		if name := st.CurrentThread.Function.Name(); name != "main.mixed" {
			t.Fatalf("in %s", name)
		}
		if st := s.command(api.Continue); st.CurrentThread.Breakpoint == nil || st.CurrentThread.Breakpoint.ID != out.ID {
			t.Fatalf("at %s", at(st))
		}
		s.command(api.Continue)
	}
	if !o.Optimized {
		if _, err := s.restartOf("main.mixed"); err != nil {
			t.Fatal(err)
		}
		s.command(api.Continue)
		if err := s.Set(context.Background(), api.EvalScope{GoroutineID: -1}, "a", "50"); err != nil {
			t.Fatal(err)
		}
		if _, err := s.restartOf("main.mixed"); err != nil {
			t.Fatal(err)
		}
		s.command(api.Continue)
		s.command(api.Continue)
	}
	s.command(api.StepOut)
	st := s.command(api.StepOut)
	want := "100 1.5text{pair 7} {[1 2 3 4 5]} [1 2 3] true"
	if o.Optimized {
		want = "10" + want[3:]
	}
	if len(st.CurrentThread.ReturnValues) != 1 || st.CurrentThread.ReturnValues[0].Value != want {
		t.Errorf("%s (optimized: %v): %+v", o.Go, o.Optimized, st.CurrentThread.ReturnValues)
	}
	s.refusals(b)
	if st := s.command(api.Continue); !st.Exited {
		t.Errorf("at %s", at(st))
	}
}

// refusals restarts what cannot be.
func (s *story) refusals(leaf *api.Breakpoint) {
	s.Helper()
	ctx := context.Background()
	for _, test := range []struct{ function, why string }{
		{"main.deferring", "deferred"}, {"main.generic[", "generic"}, {"main.sorted.func1", "literal"}, {"runtime.main", "runtime"},
	} {
		for !s.onStack(test.function) {
			if st := s.command(api.Continue); st.Exited {
				s.Fatalf("%s was not called", test.function)
			}
		}
		if _, err := s.restartOf(test.function); err == nil || !strings.Contains(err.Error(), test.why) {
			s.Errorf("%s: %v", test.function, err)
		}
	}
	if _, err := s.RestartFrame(ctx, api.EvalScope{GoroutineID: -1, Frame: 1000}); err == nil {
		s.Error("a frame that is not there")
	}
	if _, err := s.ClearBreakpoint(ctx, leaf.ID, ""); err != nil {
		s.Error(err)
	}
}

func (s *story) onStack(function string) bool {
	frames, _ := s.Stacktrace(context.Background(), api.StacktraceIn{Id: -1, Depth: 20})
	for i := range frames {
		if strings.HasPrefix(frames[i].Function.Name(), function) {
			return true
		}
	}
	return false
}
