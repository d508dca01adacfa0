package compat

import (
	"testing"

	"github.com/tinydbg/tinydbg/internal/testkit"
)

// TestSameInterruptions plays to both servers what happens when a step is
// interrupted, a watched variable goes out of scope, deferred calls are looked
// into, and little is to be loaded.
func TestSameInterruptions(t *testing.T) {
	t.Setenv("GOMAXPROCS", "1")
	bin := testkit.BuildDir(t, "testdata/session", testkit.Options{})
	said := map[string][]saying{}
	for name, binary := range map[string]func(*testing.T) string{"peer": peerBinary, "ours": oursBinary} {
		s := speak(t, headless(t, binary(t), "exec", bin))
		playInterruptions(s, testkit.Source(bin, "main.go"), lineFinder(t, "testdata/session/main.go"))
		said[name] = s.said
	}
	for _, d := range differences(said["peer"], said["ours"]) {
		if !d.known() {
			t.Error(d)
		}
	}
}

func playInterruptions(s *speaker, file string, at func(string) int) {
	s.note("to the hard-coded breakpoint", "Command", dict{"name": "continue"})
	s.note("targets", "ListTargets", dict{})
	s.note("over it", "Command", dict{"name": "next"})
	s.note("to the call", "Command", dict{"name": "next"})
	s.note("break in the call", "CreateBreakpoint", dict{"Breakpoint": dict{"file": file, "line": at("counter++"), "HitCond": "== 1", "HitCondPerG": true}})
	s.note("to the call again", "Command", dict{"name": "next"})
	s.note("next is interrupted", "Command", dict{"name": "next", "ReturnInfoLoadConfig": loadAll})
	s.note("state then", "State", dict{"NonBlocking": true})
	here := dict{"GoroutineID": -1, "Frame": 0}
	for n := range 4 {
		scope := dict{"GoroutineID": -1, "Frame": 0, "DeferredCall": n}
		s.note(nth("arguments of deferred call", n), "ListFunctionArgs", dict{"Scope": scope, "Cfg": loadAll})
		s.note(nth("locals of deferred call", n), "ListLocalVars", dict{"Scope": scope, "Cfg": loadAll})
	}
	little := []dict{
		{"FollowPointers": false, "MaxVariableRecurse": 0, "MaxStringLen": 1, "MaxArrayValues": 1, "MaxStructFields": 1},
		{"FollowPointers": true, "MaxVariableRecurse": 0, "MaxStringLen": 0, "MaxArrayValues": 0, "MaxStructFields": 0},
		{"FollowPointers": true, "MaxVariableRecurse": 1, "MaxStringLen": 1, "MaxArrayValues": 1, "MaxStructFields": -1},
	}
	for i, cfg := range little {
		s.note(nth("little of locals", i), "ListLocalVars", dict{"Scope": here, "Cfg": cfg})
		for _, e := range []string{"words", "r", "p", "s", "words[1]", "&r"} {
			s.note(nth("little of "+e, i), "Eval", dict{"Scope": here, "Expr": e, "Cfg": cfg})
		}
	}
	s.note("another step", "Command", dict{"name": "step"})
	s.note("cancel", "CancelNext", dict{})
	s.note("state after that", "State", dict{})
	s.note("watch what goes out of scope", "CreateWatchpoint", dict{"Scope": here, "Expr": "out", "Type": 2})
	s.note("watched", "ListBreakpoints", dict{})
	for i := range 5 {
		st, _ := s.ask("Command", dict{"name": "continue"})
		state, _ := st["State"].(map[string]any)
		if over, _ := state["WatchOutOfScope"].([]any); len(over) > 0 {
			s.flatten("out of scope", ".WatchOutOfScope", over)
			break
		}
		if i == 4 || state["exited"] == true {
			s.keep("out of scope", "error", "never")
			break
		}
	}
	s.note("not watched", "ListBreakpoints", dict{})
	s.note("step out with results", "Command", dict{"name": "stepOut", "ReturnInfoLoadConfig": loadAll})
	s.note("detach", "Detach", dict{"Kill": true})
}
