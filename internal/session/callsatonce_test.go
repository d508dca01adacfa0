package session

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// callsAtOnce attaches to a program and makes two calls in it, on different
// goroutines, that do not return yet.
func callsAtOnce(t *testing.T, optimized bool) (*story, *testkit.Proc) {
	t.Helper()
	s, p := attached(t, "calls_at_once", testkit.Options{Optimized: optimized})
	s.breakAt("main.visit")
	s.command(api.Continue)
	for n := range 2 {
		if got := s.call(fmt.Sprintf("slow(%d)", n)); got != "stopped: breakpoint" {
			t.Fatalf("call %d: %s", n, got)
		}
	}
	s.clearAll()
	return s, p
}

func (s *story) clearAll() {
	s.Helper()
	list, err := s.ListBreakpoints(context.Background(), false)
	if err != nil {
		s.Fatal(err)
	}
	for _, b := range list {
		if b.ID > 0 {
			if _, err := s.ClearBreakpoint(context.Background(), b.ID, ""); err != nil {
				s.Fatal(err)
			}
		}
	}
}

// open lets a call return.
func (s *story) open(n int) {
	s.Helper()
	if err := s.Set(context.Background(), api.EvalScope{GoroutineID: -1}, fmt.Sprintf("gates[%d]", n), "1"); err != nil {
		s.Fatal(err)
	}
}

func allWell(t *testing.T, p *testkit.Proc) {
	t.Helper()
	p.Stdin.Close()
	if out := p.WaitOutput(t, "of all"); !strings.Contains(out, "bad 0") {
		t.Error(out)
	}
}

// Calls on different goroutines return in any order, each to who made it.
func TestCallsAtOnce(t *testing.T) {
	for _, optimized := range []bool{false, true} {
		for _, order := range [][]int{{0, 1}, {1, 0}} {
			t.Run(fmt.Sprintf("optimized=%v/%v", optimized, order), func(t *testing.T) {
				s, p := callsAtOnce(t, optimized)
				for _, n := range order {
					s.open(n)
					if got, want := returned(s.command(api.Continue)), fmt.Sprintf("~r0=%d", 100+n); got != want {
						t.Errorf("call %d returned %s", n, got)
					}
				}
				if err := s.Detach(context.Background(), false); err != nil {
					t.Error(err)
				}
				allWell(t, p)
			})
		}
	}
}

// Calls that end while the process is let go do so by the way; those that do not end
// go on without us.
func TestDetachInCallsAtOnce(t *testing.T) {
	for _, open := range []bool{true, false} {
		t.Run(fmt.Sprintf("open=%v", open), func(t *testing.T) {
			s, p := callsAtOnce(t, true)
			for n := range 2 {
				if open {
					s.open(n)
				}
			}
			err := s.Detach(context.Background(), false)
			switch {
			case open && err != nil && !strings.Contains(err.Error(), "injected calls have not ended"): // a busy machine
				t.Error(err)
			case !open && (err == nil || !strings.Contains(err.Error(), "2 injected calls have not ended")):
				t.Errorf("error %v", err)
			}
			fmt.Fprintln(p.Stdin)
			allWell(t, p)
		})
	}
}
