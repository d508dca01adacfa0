package dap_test

import (
	"context"
	"testing"

	godap "github.com/google/go-dap"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/service/dap"
	. "github.com/tinydbg/tinydbg/internal/service/dap/daptest"
	"github.com/tinydbg/tinydbg/internal/session"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// shared is a session that editors join, as a headless server has it.
func shared(t *testing.T, multi bool) (*session.Session, dap.Config) {
	s, err := session.Launch(context.Background(), testkit.Build(t, "editor_deeds", testkit.Options{}), session.Config{Args: []string{"spin"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s, dap.Config{Backend: s, Multiclient: multi}
}

func joined(t *testing.T, cfg dap.Config, more M) *editor {
	e := initialized(t, cfg)
	args := M{"mode": "remote"}
	for k, v := range more {
		args[k] = v
	}
	Do[*godap.AttachResponse](e.Client, "attach", args)
	Event[*godap.InitializedEvent](e.Client)
	e.main = e.sourceFile("main.go")
	return e
}

// TestTwoEditors share a session: each sees what the other does, and the program
// runs on when they have left.
func TestTwoEditors(t *testing.T) {
	s, cfg := shared(t, true)
	one := joined(t, cfg, nil)
	one.Fail("launch", M{"program": "x"})
	one.breakAt(lineTick)
	one.configured()
	th := one.stopped("breakpoint").Body.ThreadId
	two := joined(t, cfg, M{"stopOnEntry": true})
	two.configured()
	two.stopped("entry")
	if b := two.breakAt(lineTick); !b[0].Verified {
		t.Errorf("the other's breakpoint: %+v", b)
	}
	two.at(th, lineTick)
	one.do("continue", th)
	Event[*godap.ContinuedEvent](two.Client)
	two.stopped("breakpoint")
	one.stopped("breakpoint")
	one.breakAt()
	two.breakAt()
	two.do("continue", th)
	Event[*godap.ContinuedEvent](one.Client)
	three := joined(t, cfg, nil) // joins a program that runs
	three.configured()
	if st, err := s.State(context.Background(), true); err != nil || !st.Running {
		t.Errorf("%+v, %v", st, err)
	}
	three.do("pause", 1)
	three.stopped("pause")
	one.stopped("pause")
	two.stopped("pause")
	Do[*godap.DisconnectResponse](one.Client, "disconnect", M{"suspendDebuggee": true})
	if st, err := s.State(context.Background(), true); err != nil || st.Running {
		t.Errorf("%+v, %v", st, err)
	}
	two.gone()
	if st, err := s.State(context.Background(), true); err != nil || !st.Running {
		t.Errorf("left behind: %+v, %v", st, err)
	}
	three.gone()
}

// TestRemoteEnds: the only client's way to leave decides about the program.
func TestRemoteEnds(t *testing.T) {
	s, cfg := shared(t, true)
	e := joined(t, cfg, nil)
	e.configured()
	Do[*godap.DisconnectResponse](e.Client, "disconnect", M{"terminateDebuggee": true})
	if _, err := s.Command(context.Background(), api.DebuggerCommand{Name: api.Continue}); err == nil {
		t.Error("the session goes on")
	}
	s, cfg = shared(t, false)
	e = joined(t, cfg, nil)
	e.gone()
	if st, err := s.State(context.Background(), true); err != nil || st.Running {
		t.Errorf("it is the server's to end the session: %+v, %v", st, err)
	}
}

// TestBreakpointsOfOthers are told of as they come, change and go, and so is what
// others do to the editor's own.
func TestBreakpointsOfOthers(t *testing.T) {
	ctx := context.Background()
	s, cfg := shared(t, true)
	before, err := s.CreateBreakpoint(ctx, api.CreateBreakpointIn{LocExpr: "main.recovered"})
	if err != nil {
		t.Fatal(err)
	}
	e := joined(t, cfg, nil)
	own := e.breakAt(lineTick)
	e.configured()
	e.stopped("breakpoint")
	changed := func(reason string, id int) godap.Breakpoint {
		t.Helper()
		ev := Event[*godap.BreakpointEvent](e.Client)
		if ev.Body.Reason != reason || id != 0 && ev.Body.Breakpoint.Id != id {
			t.Errorf("%+v, want %s of %d", ev.Body, reason, id)
		}
		return ev.Body.Breakpoint
	}
	if _, err := s.ClearBreakpoint(ctx, before.ID, ""); err != nil { // the editor never knew of it
		t.Fatal(err)
	}
	b, err := s.CreateBreakpoint(ctx, api.CreateBreakpointIn{LocExpr: "main.go:34"})
	if err != nil {
		t.Fatal(err)
	}
	at := changed("new", 0)
	if at.Line != b.Line || at.Source == nil || at.Source.Path != b.File || !at.Verified || at.Id == own[0].Id {
		t.Errorf("%+v for %s:%d", at, b.File, b.Line)
	}
	toggle := func(id int) {
		t.Helper()
		if _, err := s.ToggleBreakpoint(ctx, id, ""); err != nil {
			t.Fatal(err)
		}
	}
	toggle(b.ID)
	if off := changed("changed", at.Id); off.Verified {
		t.Errorf("%+v is disabled", off)
	}
	toggle(b.ID)
	changed("changed", at.Id)
	// Editors repeat what they have been told.
	changedCond := *b
	changedCond.Cond = "false"
	if err := s.AmendBreakpoint(ctx, changedCond); err != nil {
		t.Fatal(err)
	}
	both := e.breakAt(lineTick, b.Line)
	if !both[1].Verified {
		t.Errorf("%+v", both)
	}
	if now, err := s.GetBreakpoint(ctx, b.ID, ""); err != nil || now.Cond != "false" {
		t.Errorf("%+v, %v", now, err)
	}
	if _, err := s.ClearBreakpoint(ctx, b.ID, ""); err != nil {
		t.Fatal(err)
	}
	changed("removed", both[1].Id)
	list, err := s.ListBreakpoints(ctx, false)
	if err != nil || list[len(list)-1].Line != lineTick {
		t.Fatalf("%+v, %v", list, err)
	}
	mine := list[len(list)-1].ID
	toggle(mine)
	if off := changed("changed", own[0].Id); off.Verified || off.Line != lineTick {
		t.Errorf("%+v is disabled", off)
	}
	toggle(mine)
	if on := changed("changed", own[0].Id); !on.Verified {
		t.Errorf("%+v is enabled", on)
	}
	if _, err := s.ClearBreakpoint(ctx, mine, ""); err != nil {
		t.Fatal(err)
	}
	changed("removed", own[0].Id)
	if again := e.breakAt(lineTick); !again[0].Verified {
		t.Errorf("%+v", again)
	}
	e.gone()
}
