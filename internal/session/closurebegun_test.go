package session

import (
	"context"
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// Where a closure begins it has not fetched what it has captured: that is read from
// the closure, or said not to be set yet, but never shown as something else.
func TestCapturedWhereClosuresBegin(t *testing.T) {
	eachBuild(t, "closures_begun", func(s *story) {
		s.breakAt("main.main.func1")
		s.breakAt("main.keep[...].func1")
		stops := 0
		for ; ; stops++ {
			st := s.command(api.Continue)
			if st.Exited {
				break
			}
			s.checkCaptured(strings.Contains(s.Name(), "go1.22") || strings.Contains(s.Name(), "optimized"))
		}
		if stops != 6 {
			s.Errorf("%d stops", stops)
		}
	})
}

// checkCaptured compares expressions with what the program says that they are. Values
// may be missing where the compiler does not tell enough of them.
func (s *story) checkCaptured(missing bool) {
	s.Helper()
	cfg := *callConfig
	cfg.MaxStringLen = 200
	truth, err := s.Eval(context.Background(), api.EvalScope{GoroutineID: -1}, "main.truth", &cfg)
	if err != nil {
		s.Fatal(err)
	}
	for _, claim := range strings.Fields(truth.Value) {
		expr, want, _ := strings.Cut(claim, "=")
		v, err := s.Eval(context.Background(), api.EvalScope{GoroutineID: -1}, expr, callConfig)
		switch {
		case err == nil && v.Unreadable == "" && v.Value != want:
			s.Errorf("%s is %s, the program says %s", expr, v.Value, want)
		case err != nil && !missing:
			s.Errorf("%s: %v", expr, err)
		case err == nil && v.Unreadable != "" && !missing:
			s.Errorf("%s: %s", expr, v.Unreadable)
		}
	}
}

// A condition where a closure begins is about what it has captured, too.
func TestConditionWhereClosureBegins(t *testing.T) {
	s := launched(t, "closures_begun", testkit.Options{}, quiet())
	s.breakIf("main.main.func1", `total == 113 && name == "captured!"`)
	if st := s.command(api.Continue); st.StopReason != "breakpoint" || s.value("step") != "8" || s.value("d") != "1" {
		t.Fatal(st.StopReason, s.value("step"))
	}
	s.command(api.StepOut)
}

// A result that is to be on the heap is not there where its function begins, nor
// while that is being made.
func TestResultThatIsToEscape(t *testing.T) {
	eachBuild(t, "closures_begun", func(s *story) {
		s.breakAt("main.boxed")
		s.command(api.Continue)
		for range 6 {
			v, err := s.Eval(context.Background(), api.EvalScope{GoroutineID: -1}, "r.n", callConfig)
			if err == nil && v.Unreadable == "" && v.Value != "0" {
				s.Fatalf("r.n is %s", v.Value)
			}
			s.command(api.StepInstruction)
		}
		s.breakAt("main.go:" + markedLine(s, "return r, nil"))
		s.command(api.Continue)
		v, err := s.Eval(context.Background(), api.EvalScope{GoroutineID: -1}, "r.n", callConfig)
		if err == nil && v.Unreadable == "" && v.Value != "3" || err != nil && !strings.HasSuffix(s.Name(), "-optimized") {
			s.Errorf("r.n is %+v, %v", v, err)
		}
	})
}
