package session

import (
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

func TestOwnBreakpointAndPanic(t *testing.T) {
	for _, v := range testkit.Versions() {
		t.Run(v, func(t *testing.T) {
			s := launched(t, "own_breakpoint", testkit.Options{Go: v}, quiet())
			st := s.command(api.Continue)
			b := st.CurrentThread.Breakpoint
			if at(st) != "main.go:8" || b == nil || b.Name != "hardcoded-breakpoint" || st.StopReason != "hardcoded breakpoint" {
				t.Fatalf("at %s, %q, breakpoint %+v", at(st), st.StopReason, b)
			}
			if st = s.command(api.Next); at(st) != "main.go:9" {
				t.Errorf("next: at %s", at(st))
			}
			st = s.command(api.Continue)
			b = st.CurrentThread.Breakpoint
			if b == nil || b.Name != "unrecovered-panic" || b.ID != -1 || st.CurrentThread.Function.Name() != "runtime.fatalpanic" {
				t.Fatalf("at %s, breakpoint %+v", at(st), b)
			}
			vars := st.CurrentThread.BreakpointInfo.Variables
			if len(vars) != 1 || len(vars[0].Children) != 1 || vars[0].Children[0].Value != "done" {
				t.Errorf("variables %+v", vars)
			}
			if st = s.command(api.Continue); !st.Exited || st.ExitStatus != 2 {
				t.Errorf("at %s", at(st))
			}
		})
	}
}

// Where the compiler has inlined runtime.Breakpoint, the stop is in its caller, too.
func TestOwnBreakpointInlined(t *testing.T) {
	for _, v := range testkit.Versions() {
		t.Run(v, func(t *testing.T) {
			s := launched(t, "own_breakpoint", testkit.Options{Go: v, Optimized: true}, quiet())
			st := s.command(api.Continue)
			if name := st.CurrentThread.Function.Name(); !strings.HasPrefix(name, "main.") || st.StopReason != "hardcoded breakpoint" {
				t.Errorf("at %s in %s, %q", at(st), name, st.StopReason)
			}
		})
	}
}

func TestExecAndFork(t *testing.T) {
	other := testkit.Build(t, "hit_counter", testkit.Options{})
	cfg := quiet()
	cfg.Args = []string{other, "1", "3"}
	s := launched(t, "exec_other", testkit.Options{}, cfg)
	first := s.breakAt("main.main")
	waits, err := s.CreateBreakpoint(context.Background(), api.CreateBreakpointIn{LocExpr: "main.work", Suspended: true})
	if err != nil || len(waits.Addrs) != 0 {
		t.Fatalf("%+v, %v", waits, err)
	}
	spawned := make(chan int, 8)
	cancel := s.Subscribe(func(ev api.Event) {
		if ev.Kind == api.EventProcessSpawned {
			spawned <- ev.ProcessSpawnedEventDetails.PID
		}
	})
	defer cancel()
	var got []int
	st := s.command(api.Continue)
	for ; !st.Exited; st = s.command(api.Continue) {
		if st.CurrentThread.Breakpoint == nil {
			t.Fatalf("at %s: %s", at(st), st.StopReason)
		}
		got = append(got, st.CurrentThread.Breakpoint.ID)
	}
	if len(got) != 5 || got[0] != first.ID || got[1] != first.ID || got[4] != waits.ID {
		t.Errorf("hits %v of %d and %d", got, first.ID, waits.ID)
	}
	if st.ExitStatus != 0 || len(spawned) != 0 {
		t.Errorf("status %d, %d children that nobody follows were announced", st.ExitStatus, len(spawned))
	}
}

func TestWatchpoints(t *testing.T) {
	ctx := context.Background()
	s := launched(t, "watched_total", testkit.Options{}, quiet())
	s.breakAt("main.main")
	s.command(api.Continue)
	w, err := s.CreateWatchpoint(ctx, api.EvalScope{GoroutineID: -1}, "main.total", api.WatchWrite)
	if err != nil {
		t.Fatal(err)
	}
	for i := 1; i <= 3; i++ {
		st := s.command(api.Continue)
		if b := st.CurrentThread.Breakpoint; b == nil || b.ID != w.ID || b.TotalHitCount != uint64(i) || st.StopReason != "watchpoint" {
			t.Fatalf("at %s (%s): %+v", at(st), st.StopReason, b)
		}
	}
	if _, err := s.ClearBreakpoint(ctx, w.ID, ""); err != nil {
		t.Fatal(err)
	}
	s.breakAt("main.go:10")
	s.command(api.Continue)
	if w, err = s.CreateWatchpoint(ctx, api.EvalScope{GoroutineID: -1}, "sum", api.WatchWrite); err != nil {
		t.Fatal(err)
	}
	if _, err := s.CreateWatchpoint(ctx, api.EvalScope{GoroutineID: -1}, "sum+1", api.WatchWrite); err == nil {
		t.Error("a watchpoint on what is no variable")
	}
	over := false
	st := s.command(api.Continue)
	for ; !st.Exited && len(st.WatchOutOfScope) == 0; st = s.command(api.Continue) {
	}
	over = len(st.WatchOutOfScope) == 1 && st.WatchOutOfScope[0].ID == w.ID
	if !over {
		t.Errorf("at %s, out of scope: %+v", at(st), st.WatchOutOfScope)
	}
	if st = s.command(api.Continue); !st.Exited {
		t.Errorf("at %s (%s), want the end", at(st), st.StopReason)
	}
}

// A program that isn't Go's can be stopped, stepped and let go.
func TestNotGo(t *testing.T) {
	ctx := context.Background()
	p := testkit.StartCmd(t, exec.Command("/bin/sleep", "1000"))
	s, err := Attach(ctx, p.PID, Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	st, err := s.State(ctx, false)
	if err != nil || st.CurrentThread == nil || st.SelectedGoroutine != nil {
		t.Fatalf("%+v, %v", st, err)
	}
	if _, err := s.Command(ctx, api.DebuggerCommand{Name: api.SwitchGoroutine, GoroutineID: 3}); err == nil || !strings.Contains(err.Error(), "no Go runtime") {
		t.Errorf("goroutine 3: %v", err)
	}
	go s.Command(ctx, api.DebuggerCommand{Name: api.Continue})
	testkit.Eventually(t, func() bool { st, err := s.State(ctx, true); return err == nil && st.Running }, "running")
	if _, err := s.Command(ctx, api.DebuggerCommand{Name: api.Halt}); err != nil {
		t.Fatal(err)
	}
	if err := s.Detach(ctx, false); err != nil {
		t.Fatal(err)
	}
	checkRuns(t, p.PID)
	p.Signal(t, syscall.SIGTERM)
}

// An instruction that a breakpoint is on, so that a copy of it runs, and one that
// touches what two watchpoints watch.
func TestWatchedInstructions(t *testing.T) {
	ctx := context.Background()
	s := launched(t, "watched_pair", testkit.Options{}, quiet())
	s.breakAt("main.main")
	s.command(api.Continue)
	watch := func(what string) *api.Breakpoint {
		w, err := s.CreateWatchpoint(ctx, api.EvalScope{GoroutineID: -1}, what, api.WatchWrite)
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	total := watch("main.total")
	total.Cond = "total == 2"
	if err := s.AmendBreakpoint(ctx, *total); err != nil {
		t.Fatal(err)
	}
	s.breakIf("main.go:17", "false")
	s.breakIf("main.go:18", "false")
	st := s.command(api.Continue)
	if b := st.CurrentThread.Breakpoint; b == nil || b.ID != total.ID || b.TotalHitCount != 1 {
		t.Errorf("at %s (%s), breakpoint %+v", at(st), st.StopReason, b)
	}
	for _, w := range []*api.Breakpoint{watch("main.both[0]"), watch("main.both[1]")} {
		st := s.command(api.Continue)
		if b := st.CurrentThread.Breakpoint; b == nil || b.ID != w.ID || at(st) != "main.go:14" {
			t.Errorf("at %s (%s), breakpoint %+v; want that of %s", at(st), st.StopReason, b, w.WatchExpr)
		}
	}
	if st := s.command(api.Continue); !st.Exited {
		t.Errorf("at %s (%s)", at(st), st.StopReason)
	}
}

// A step over an instruction that touches what is watched ends behind that, whether
// the watchpoint stops or not, and whether it has a copy or not.
func TestStepOverWatchedInstruction(t *testing.T) {
	for _, cond := range []string{"false", "true"} {
		s := launched(t, "watched_total", testkit.Options{}, quiet())
		s.breakAt("main.go:19")
		st := s.command(api.Continue)
		w, err := s.CreateWatchpoint(context.Background(), api.EvalScope{GoroutineID: -1}, "main.total", api.WatchWrite)
		if err != nil {
			t.Fatal(err)
		}
		w.Cond = cond
		if err := s.AmendBreakpoint(context.Background(), *w); err != nil {
			t.Fatal(err)
		}
		line := st.CurrentThread.Line
		for st.CurrentThread.Line == line {
			code, err := s.Disassemble(context.Background(), api.DisassembleIn{Scope: api.EvalScope{GoroutineID: -1}})
			if err != nil {
				t.Fatal(err)
			}
			pc := st.CurrentThread.PC
			i := slices.IndexFunc(code, func(in api.AsmInstruction) bool { return in.Loc.PC == pc })
			if st = s.command(api.StepInstruction); st.CurrentThread.PC != code[i+1].Loc.PC {
				t.Fatalf("condition %s: a step from %#x led to %#x", cond, pc, st.CurrentThread.PC)
			}
			if cond == "true" {
				s.breakIf(fmt.Sprintf("*%#x", st.CurrentThread.PC), "false") // it is copied
			}
		}
		if cond == "true" && st.StopReason != "watchpoint" {
			t.Errorf("at %s for %s", at(st), st.StopReason)
		}
	}
}

// Threads that write at once are each reported, with what their own write was seen
// to change: where one leaves off, the next one begins.
func TestWritesAtOnce(t *testing.T) {
	s := launched(t, "written_at_once", testkit.Options{}, quiet())
	s.breakAt("main.main")
	s.command(api.Continue)
	w, err := s.CreateWatchpoint(context.Background(), api.EvalScope{GoroutineID: -1}, "main.shared", api.WatchWrite)
	if err != nil {
		t.Fatal(err)
	}
	hits, last := 0, "0"
	st := s.command(api.Continue)
	for ; !st.Exited; st = s.command(api.Continue) {
		b, info := st.CurrentThread.Breakpoint, st.CurrentThread.BreakpointInfo
		if b == nil || b.ID != w.ID || info == nil || len(info.Variables) != 2 {
			t.Fatalf("at %s (%s)", at(st), st.StopReason)
		}
		if before := info.Variables[0].Value; before != last {
			t.Errorf("hit %d was of %s, the one before it left %s", hits, before, last)
		}
		hits, last = hits+1, info.Variables[1].Value
	}
	if hits != 40 {
		t.Errorf("%d hits of 40 writes", hits)
	}
}
