package session

import (
	"context"
	"testing"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// Signals arrive as often as they would without us, and faults where the
// program made them, with traps on the way of both.
func TestSignalsAndFaults(t *testing.T) {
	for _, inject := range []bool{true, false} {
		cfg := quiet()
		cfg.NoInject = !inject
		s := launched(t, "signals_and_faults", testkit.Options{}, cfg)
		s.trapAll("main.work")
		s.trapAll("main.fault")
		if st := s.command(api.Continue); !st.Exited || st.ExitStatus != 0 {
			t.Errorf("inject=%v: at %s (%s)", inject, at(st), st.StopReason)
		}
	}
}

// trapAll sets a breakpoint that never stops on each instruction of a function.
func (s *story) trapAll(function string) {
	s.Helper()
	img, fn := s.images.FuncNamed(function)
	asm, err := s.Disassemble(context.Background(), api.DisassembleIn{
		Scope: api.EvalScope{GoroutineID: -1}, StartPC: uint64(img.Addr(fn.Entry)), EndPC: uint64(img.Addr(fn.End)),
	})
	if err != nil || len(asm) < 5 {
		s.Fatalf("%d instructions, %v", len(asm), err)
	}
	for _, in := range asm {
		b := api.Breakpoint{Addrs: []uint64{in.Loc.PC}, HitCond: "> 1000000000"}
		if _, err := s.CreateBreakpoint(context.Background(), api.CreateBreakpointIn{Breakpoint: b}); err != nil {
			s.Fatal(err)
		}
	}
}

// A step stays on its goroutine while others run through the same code.
func TestNextAmongOthers(t *testing.T) {
	s := launched(t, "parked_goroutine", testkit.Options{}, quiet())
	s.breakAt("main.go:33")
	s.command(api.Continue)
	st := s.command(api.Step)
	id := st.SelectedGoroutine.ID
	lines := map[string]int{}
	for st = s.command(api.Next); st.CurrentThread.Function.Name() == "main.busy"; st = s.command(api.Next) {
		if st.SelectedGoroutine.ID != id {
			t.Fatalf("on goroutine %d, want %d", st.SelectedGoroutine.ID, id)
		}
		lines[at(st)]++
	}
	if at(st) != "main.go:33" || lines["main.go:14"] != 20 || lines["main.go:13"] != 21 {
		t.Errorf("left to %s, lines %v", at(st), lines)
	}
}

func TestBreakpointElsewhereInterruptsNext(t *testing.T) {
	s := launched(t, "parked_goroutine", testkit.Options{}, quiet())
	s.breakAt("main.go:34")
	s.command(api.Continue)
	elsewhere := s.breakAt("main.step")
	st := s.command(api.Next)
	if !st.NextInProgress {
		t.Skip("no other goroutine came by")
	}
	if st.CurrentThread.Breakpoint == nil || st.CurrentThread.Breakpoint.ID != elsewhere.ID {
		t.Errorf("at %s", at(st))
	}
	if _, err := s.Command(context.Background(), api.DebuggerCommand{Name: api.Next}); err == nil {
		t.Error("next while nexting")
	}
	if err := s.CancelNext(context.Background()); err != nil {
		t.Fatal(err)
	}
	if st, err := s.State(context.Background(), false); err != nil || st.NextInProgress {
		t.Errorf("after cancel: %+v, %v", st, err)
	}
}

// A parked goroutine is stepped where the user left it: the process runs until
// it is there.
func TestNextOnParkedGoroutine(t *testing.T) {
	ctx := context.Background()
	var s *story
	var id int64
	testkit.Eventually(t, func() bool { // it may not have been on a processor yet
		s = launched(t, "parked_goroutine", testkit.Options{}, quiet())
		s.breakAt("main.go:37")
		s.command(api.Continue)
		out, err := s.ListGoroutines(ctx, api.ListGoroutinesIn{})
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range out.Goroutines {
			if g.UserCurrentLoc.Function.Name() == "main.wait" {
				id = g.ID
			}
		}
		return id != 0
	}, "the goroutine waits")
	st, err := s.Command(ctx, api.DebuggerCommand{Name: api.SwitchGoroutine, GoroutineID: id})
	if err != nil || st.SelectedGoroutine.ID != id {
		t.Fatalf("%+v, %v", st, err)
	}
	if st = s.command(api.Next); at(st) != "main.go:7" || st.SelectedGoroutine.ID != id {
		t.Errorf("at %s on goroutine %d", at(st), st.SelectedGoroutine.ID)
	}
}
