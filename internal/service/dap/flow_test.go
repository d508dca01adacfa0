package dap_test

import (
	"strings"
	"testing"

	godap "github.com/google/go-dap"

	. "github.com/tinydbg/tinydbg/internal/service/dap/daptest"
)

// TestEditorFlow is what a user does in an editor: set a breakpoint, run, hit,
// look, step, edit a value, restart, stop.
func TestEditorFlow(t *testing.T) {
	e := launched(t, "step_lines", nil)
	if b := e.breakAt(16)[0]; !b.Verified || b.Line != 16 || b.Source.Path != e.main {
		t.Fatalf("%+v", b)
	}
	e.configured()
	s := e.stopped("breakpoint")
	if len(s.Body.HitBreakpointIds) != 1 {
		t.Errorf("%+v", s.Body)
	}
	th := s.Body.ThreadId
	f := e.at(th, 16)
	if f.Name != "main.add" || f.Source.Path != e.main {
		t.Errorf("%+v", f)
	}
	args := e.vars(e.scope(f.Id, "Arguments"))
	if args["a"].Value != "0" || args["b"].Value != "0" || args["a"].Type != "int" {
		t.Errorf("%+v", args)
	}
	e.do("next", th)
	e.stopped("step")
	f = e.at(th, 17)
	e.do("stepOut", th)
	e.stopped("step")
	f = e.at(th, 51)
	for _, v := range e.vars(e.scope(f.Id, "Return values")) {
		if v.Value != "0" || v.Name != "~r0" {
			t.Errorf("returned %+v", v)
		}
	}
	e.breakAt()
	e.do("next", th)
	e.stopped("step")
	f = e.at(th, 50)
	set := Do[*godap.SetVariableResponse](e.Client, "setVariable", M{
		"variablesReference": e.scope(f.Id, "Locals"), "name": "sum", "value": "40",
	})
	if set.Body.Value != "40" {
		t.Errorf("%+v", set.Body)
	}
	if got := e.eval(e.top(th).Id, "sum + 1"); got != "41" {
		t.Error(got)
	}
	e.breakAt(16)
	Do[*godap.RestartResponse](e.Client, "restart", M{})
	th = e.stopped("breakpoint").Body.ThreadId
	if got := e.eval(e.at(th, 16).Id, "a"); got != "0" {
		t.Error(got)
	}
	e.breakAt()
	e.do("continue", th)
	out := EventWhere(e.Client, func(o *godap.OutputEvent) bool { return o.Body.Category == "stdout" })
	if !strings.HasSuffix(out.Body.Output, " oh\n") {
		t.Errorf("%q", out.Body.Output)
	}
	if x := Event[*godap.ExitedEvent](e.Client); x.Body.ExitCode != 0 {
		t.Errorf("%+v", x.Body)
	}
	Event[*godap.TerminatedEvent](e.Client)
	e.gone()
}
