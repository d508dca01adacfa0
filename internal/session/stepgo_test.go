package session

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// A step at a go statement leads to the goroutine that it makes, and to no other.
func TestStepIntoGoStatement(t *testing.T) {
	names := []string{"main.plain", "main.named", "main.plain", "main.(*thing).work",
		"main.(*thing).work", "main.generic", "main.main.func1", "main.small", "main.empty"}
	lines := goLines(t, "goroutines_started")
	for _, v := range testkit.Versions() {
		for _, optimized := range []bool{false, true} {
			o := testkit.Options{Go: v, Optimized: optimized}
			t.Run(o.String(), func(t *testing.T) {
				s := launched(t, "goroutines_started", o, quiet())
				for i, want := range names {
					if optimized && i == 2 {
						continue // the compiler sees what f is, and makes this the line of go plain()
					}
					st := s.intoGoStatement(fmt.Sprint("main.go:", lines[i]), "")
					if fn := st.CurrentThread.Function; fn == nil || !strings.HasPrefix(fn.Name(), want) {
						t.Errorf("line %d led to %s, not to %s", lines[i], at(st), want)
					}
				}
				st := s.intoGoStatement(fmt.Sprint("main.go:", lines[len(names)]), "n == 1")
				if got := s.eval("n"); st.CurrentThread.Function.Name() != "main.named" || got != "1" {
					t.Errorf("the loop led to %s with %s", at(st), got)
				}
				if st = s.command(api.Continue); !st.Exited || st.ExitStatus != 0 {
					t.Errorf("at %s", at(st))
				}
			})
		}
	}
}

// intoGoStatement goes to a go statement and steps.
func (s *story) intoGoStatement(loc, cond string) *api.DebuggerState {
	s.Helper()
	b := s.breakIf(loc, cond)
	st := s.command(api.Continue)
	from := st.SelectedGoroutine.ID
	s.clear(b)
	st = s.command(api.Step)
	if st.Exited || st.StopReason != "next finished" || st.SelectedGoroutine.ID == from {
		s.Fatalf("%s: a step led to %s (%s)", loc, at(st), st.StopReason)
	}
	return st
}
