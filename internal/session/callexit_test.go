package session

import (
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/api"
)

// A function that ends its goroutine by runtime.Goexit ends the call, and not the
// program: the goroutine that the runtime makes for a call may not exit.
func TestCallThatExits(t *testing.T) {
	eachBuild(t, "functions_that_exit", func(s *story) {
		const here = "main.go:56"
		s.breakAt(here)
		if st := s.command(api.Continue); at(st) != here {
			s.Fatalf("stopped at %s: %s", at(st), st.StopReason)
		}
		for range 2 {
			for _, expr := range []string{"exit()", "result()", "panics()", "grows(2000)", "add(1, result())"} {
				if got := s.call(expr); !strings.Contains(got, "it called runtime.Goexit") {
					s.Errorf("%s: %s", expr, got)
				}
				if got := s.call("add(40, 2)"); got != "~r0=42" {
					s.Errorf("after %s: %s", expr, got)
				}
			}
			if st := s.command(api.Continue); at(st) != here {
				s.Fatalf("continue stopped at %s: %s", at(st), st.StopReason)
			}
		}
		if got := s.eval("main.deferred"); got != "{result <nil> result result <nil> result}" {
			s.Errorf("deferred functions: %s", got)
		}
		s.command(api.Continue)
		if st := s.command(api.Continue); !st.Exited || st.ExitStatus != 0 {
			s.Errorf("the program has not come to its end: %+v", st)
		}
	})
}
