package session

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

func TestConditionsAndCounts(t *testing.T) {
	for _, v := range testkit.Versions() {
		t.Run(v, func(t *testing.T) {
			cfg := quiet()
			cfg.Args = []string{"8", "100"}
			s := launched(t, "hit_counter", testkit.Options{Go: v}, cfg)
			b := s.breakIf("main.work", "i == 42 && g % 2 == 1")
			every := s.breakAt("main.go:19")
			if _, err := s.ToggleBreakpoint(context.Background(), every.ID, ""); err != nil {
				t.Fatal(err)
			}
			seen := map[int64]bool{}
			st := s.command(api.Continue)
			for ; !st.Exited; st = s.command(api.Continue) {
				if st.CurrentThread.Breakpoint == nil || st.CurrentThread.Breakpoint.ID != b.ID || at(st) != "main.go:16" {
					t.Fatalf("stopped at %s, breakpoint %+v", at(st), st.CurrentThread.Breakpoint)
				}
				seen[st.SelectedGoroutine.ID] = true
			}
			now, err := s.GetBreakpoint(context.Background(), b.ID, "")
			if err == nil && now.TotalHitCount != 4 || len(seen) != 4 {
				t.Errorf("%d hits on %d goroutines, want 4 on 4", now.TotalHitCount, len(seen))
			}
		})
	}
}

func TestConditionThatFailsStops(t *testing.T) {
	cfg := quiet()
	cfg.Args = []string{"1", "5"}
	s := launched(t, "hit_counter", testkit.Options{}, cfg)
	s.breakIf("main.work", "nosuch == 1")
	st, err := s.Command(context.Background(), api.DebuggerCommand{Name: api.Continue})
	if err == nil || !strings.Contains(err.Error(), "nosuch") || at(st) != "main.go:16" {
		t.Errorf("at %s: %v", at(st), err)
	}
}

func TestBreakpointVerbs(t *testing.T) {
	ctx := context.Background()
	cfg := quiet()
	cfg.Args = []string{"1", "100"} // two goroutines may be there at once, and both be counted
	s := launched(t, "hit_counter", testkit.Options{}, cfg)
	b := s.breakAt("main.work")
	if _, err := s.CreateBreakpoint(ctx, api.CreateBreakpointIn{LocExpr: "main.work"}); err == nil || !strings.Contains(err.Error(), "Breakpoint exists") {
		t.Errorf("twice at one place: %v", err)
	}
	if _, err := s.CreateBreakpoint(ctx, api.CreateBreakpointIn{LocExpr: "main.nowhere"}); err == nil {
		t.Error("a breakpoint nowhere")
	}
	if _, err := s.CreateBreakpoint(ctx, api.CreateBreakpointIn{LocExpr: "main.go:19", Breakpoint: api.Breakpoint{Name: "12"}}); err == nil {
		t.Error("a number for a name")
	}
	if _, err := s.ClearBreakpoint(ctx, 77, ""); err == nil || err.Error() != "no breakpoint with id 77" {
		t.Errorf("clear: %v", err)
	}
	list, _ := s.ListBreakpoints(ctx, true)
	if len(list) != 3 || list[0].Name != "runtime-fatal-throw" || list[1].Name != "unrecovered-panic" || list[2].ID != b.ID {
		t.Errorf("list: %+v", list)
	}
	b.HitCond = "> 98"
	if err := s.AmendBreakpoint(ctx, *b); err != nil {
		t.Fatal(err)
	}
	for want := uint64(99); want <= 100; want++ {
		st := s.command(api.Continue)
		if st.Exited || st.CurrentThread.Breakpoint.TotalHitCount != want {
			t.Fatalf("%s, want hit %d", at(st), want)
		}
	}
	if st := s.command(api.Continue); !st.Exited || st.ExitStatus != 0 {
		t.Errorf("at %s, want the end", at(st))
	}
	if st := s.command(api.Continue); !st.Exited {
		t.Errorf("after the end: %s", at(st))
	}
}

func TestRestart(t *testing.T) {
	ctx := context.Background()
	cfg := quiet()
	cfg.Args = []string{"1", "5"}
	s := launched(t, "hit_counter", testkit.Options{}, cfg)
	b := s.breakAt("main.work")
	first := s.command(api.Continue)
	for range 2 {
		discarded, err := s.Restart(ctx, api.RestartIn{ResetArgs: true, NewArgs: []string{"1", "3"}, NewRedirects: cfg.Redirects})
		if err != nil || len(discarded) != 0 {
			t.Fatalf("%v, discarded %v", err, discarded)
		}
		hits := 0
		st := s.command(api.Continue)
		for ; !st.Exited; st = s.command(api.Continue) {
			hits++
			if got := st.CurrentThread.Breakpoint; got == nil || got.ID != b.ID || st.Pid == first.Pid {
				t.Fatalf("state %+v", st)
			}
		}
		if hits != 3 {
			t.Errorf("%d hits after restart, want 3", hits)
		}
	}
}

func TestHaltAndBreakWhileRunning(t *testing.T) {
	ctx := context.Background()
	s, _ := attached(t, "hit_counter", testkit.Options{}, "4", "1000000000000")
	for i := range 20 {
		states := make(chan *api.DebuggerState, 1)
		go func() {
			st, _ := s.Command(ctx, api.DebuggerCommand{Name: api.Continue})
			states <- st
		}()
		testkit.Eventually(t, func() bool { st, err := s.State(ctx, true); return err == nil && st.Running }, "running")
		if _, err := s.ListThreads(ctx); err == nil {
			t.Error("threads of a running process")
		}
		if i%2 == 0 {
			if st, err := s.Command(ctx, api.DebuggerCommand{Name: api.Halt}); err != nil || st.Running {
				t.Fatalf("halt: %+v, %v", st, err)
			}
			<-states
			continue
		}
		b := s.breakAt("main.go:18")
		st := <-states
		if st == nil || st.CurrentThread.Breakpoint == nil || st.CurrentThread.Breakpoint.ID != b.ID {
			t.Fatalf("state %+v", st)
		}
		if _, err := s.ClearBreakpoint(ctx, b.ID, ""); err != nil {
			t.Fatal(err)
		}
	}
}

// A trap is only put where an instruction begins: elsewhere it would change what
// the program does.
func TestBreakpointsOnlyOnInstructions(t *testing.T) {
	s := launched(t, "watched_total", testkit.Options{}, quiet())
	b := s.breakAt("main.main")
	for _, c := range []struct{ place, want string }{
		{fmt.Sprintf("*%#x", b.Addr+1), fmt.Sprintf("in the middle of the instruction at %#x", b.Addr)},
		{fmt.Sprintf("*%s", s.mustEval("uint64(uintptr(&main.total))")), "that is no code"},
	} {
		_, err := s.CreateBreakpoint(context.Background(), api.CreateBreakpointIn{LocExpr: c.place})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("at %s: %v, want %q", c.place, err, c.want)
		}
	}
}

func BenchmarkFalseCondition(b *testing.B) {
	cfg := quiet()
	cfg.Args = []string{"1", fmt.Sprint(b.N)}
	s := launched(b, "hit_counter", testkit.Options{}, cfg)
	s.breakIf("main.work", "i == -1")
	b.ResetTimer()
	if st := s.command(api.Continue); !st.Exited {
		b.Fatalf("at %s", at(st))
	}
}

// The breakpoint where panics begin is off, and stops at recovered ones when on.
func TestBreakOnPanic(t *testing.T) {
	ctx := context.Background()
	s := launched(t, "watched_stack", testkit.Options{}, quiet())
	list, err := s.ListBreakpoints(ctx, true)
	if err != nil || len(list) != 2 {
		t.Fatalf("%d breakpoints are listed, %v", len(list), err)
	}
	if b, err := s.ToggleBreakpoint(ctx, 0, "panic"); err != nil || b.Disabled {
		t.Fatalf("%+v, %v", b, err)
	}
	if _, err := s.Restart(ctx, api.RestartIn{}); err != nil {
		t.Fatal(err)
	}
	st := s.command(api.Continue)
	if st.Exited || st.CurrentThread.Breakpoint == nil || st.CurrentThread.Breakpoint.Name != "panic" {
		t.Fatalf("at %s: %+v", at(st), st.CurrentThread)
	}
	if info := st.CurrentThread.BreakpointInfo; info == nil || len(info.Variables) != 1 || info.Variables[0].Children[0].Value != "left" {
		t.Errorf("the panic's value: %+v", info)
	}
	if st = s.command(api.Continue); !st.Exited || st.ExitStatus != 0 {
		t.Errorf("at %s", at(st))
	}
}
