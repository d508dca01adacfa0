package session

import (
	"context"
	"fmt"
	"testing"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

func (s *story) watch(text string, kind api.WatchType) *api.Breakpoint {
	s.Helper()
	w, err := s.CreateWatchpoint(context.Background(), api.EvalScope{GoroutineID: -1}, text, kind)
	if err != nil {
		s.Fatal(err)
	}
	return w
}

// A watched variable is followed when its stack moves, tells what it was and is,
// and is watched no more when its function has returned.
func TestWatchFollowsStack(t *testing.T) {
	for _, goVersion := range testkit.Versions() {
		t.Run(goVersion, func(t *testing.T) {
			s := launched(t, "watched_stack", testkit.Options{Go: goVersion}, quiet())
			s.breakAt("main.go:20")
			s.command(api.Continue)
			w := s.watch("sum", api.WatchWrite)
			if _, err := s.ClearBreakpoint(context.Background(), w.ID-1, ""); err != nil {
				t.Fatal(err)
			}
			got, places := "", map[uint64]bool{}
			st := s.command(api.Continue)
			for ; !st.Exited && len(st.WatchOutOfScope) == 0; st = s.command(api.Continue) {
				b, info := st.CurrentThread.Breakpoint, st.CurrentThread.BreakpointInfo
				if b == nil || b.ID != w.ID || len(info.Variables) != 2 {
					t.Fatalf("at %s, %s: %+v", at(st), st.StopReason, info)
				}
				places[b.Addr] = true
				got += fmt.Sprintf("%s=%s %s=%s; ", info.Variables[0].Name, info.Variables[0].Value, info.Variables[1].Name, info.Variables[1].Value)
			}
			if got != "sum before=0 sum=1; sum before=1 sum=3; sum before=3 sum=6; sum before=6 sum=10; " {
				t.Errorf("accesses %s", got)
			}
			if len(places) < 2 {
				t.Errorf("it was at %v only", places)
			}
			if st.Exited || st.WatchOutOfScope[0].ID != w.ID {
				t.Errorf("at %s, out of scope %v", at(st), st.WatchOutOfScope)
			}
			if st = s.command(api.Continue); !st.Exited || st.ExitStatus != 0 {
				t.Errorf("at %s (%s), want the end", at(st), st.StopReason)
			}
		})
	}
}

// Variables of the same name in two frames are watched at once.
func TestWatchInTwoFrames(t *testing.T) {
	s := launched(t, "watched_stack", testkit.Options{}, quiet())
	b := s.breakAt("main.go:10")
	s.command(api.Continue)
	s.command(api.Continue)
	first := s.watch("n", api.WatchRead|api.WatchWrite)
	second, err := s.CreateWatchpoint(context.Background(), api.EvalScope{GoroutineID: -1, Frame: 1}, "n", api.WatchRead|api.WatchWrite)
	if err != nil {
		t.Fatal(err)
	}
	if first.Name != "n" || second.Name != "" || second.WatchExpr != "n" || first.Addr == second.Addr {
		t.Errorf("they are %+v and %+v", first, second)
	}
	if _, err := s.ClearBreakpoint(context.Background(), b.ID, ""); err != nil {
		t.Fatal(err)
	}
	hits := map[int]bool{}
	for !hits[first.ID] || !hits[second.ID] {
		st := s.command(api.Continue)
		if st.Exited {
			t.Fatalf("only %v were hit", hits)
		}
		if b := st.CurrentThread.Breakpoint; b != nil {
			hits[b.ID] = true
		}
	}
}

// A frame that a panic left takes its watchpoint along when somebody else uses
// its memory.
func TestWatchEndsWithPanic(t *testing.T) {
	s := launched(t, "watched_stack", testkit.Options{}, quiet())
	b := s.breakAt("main.go:29")
	s.command(api.Continue)
	w := s.watch("left", api.WatchWrite)
	if _, err := s.ClearBreakpoint(context.Background(), b.ID, ""); err != nil {
		t.Fatal(err)
	}
	if st := s.command(api.Continue); st.StopReason != "watchpoint" || len(st.WatchOutOfScope) != 0 {
		t.Fatalf("at %s (%s)", at(st), st.StopReason)
	}
	st := s.command(api.Continue)
	if st.Exited || len(st.WatchOutOfScope) != 1 || st.WatchOutOfScope[0].ID != w.ID {
		t.Fatalf("at %s (%s), out of scope %v", at(st), st.StopReason, st.WatchOutOfScope)
	}
	if st = s.command(api.Continue); !st.Exited || st.ExitStatus != 0 {
		t.Errorf("at %s (%s), want the end", at(st), st.StopReason)
	}
}
