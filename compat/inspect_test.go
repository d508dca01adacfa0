package compat

import (
	"bytes"
	"reflect"
	"slices"
	"strings"
	"testing"

	peer "github.com/go-delve/delve/service/api"
)

func (o *tour) variables(t *testing.T) {
	args := must(o.c.ListFunctionArgs(here, loads))(t)
	var names []string
	for _, v := range args {
		names = append(names, v.Name)
	}
	check(t, "arguments", slices.Equal(names, []string{"n", "label", "sum", "err"}), names)
	for expr, want := range map[string]string{
		"n":                "3",
		"label":            `"turn"`,
		"n + 4":            "7",
		"version":          `"tour 1"`,
		"main.version":     `"tour 1"`,
		`names["two"]`:     "2",
		"len(label)":       "4",
		"label[1:3]":       `"ur"`,
		"n == 3 && true":   "true",
		"float64(n) / 2":   "1.5",
		"nonsense":         "",
		"n +":              "",
		"label.nonsense":   "",
		"*(*int)(0x10)":    "",
		"names[\"three\"]": "",
	} {
		v, err := o.c.EvalVariable(here, expr, loads)
		if want == "" {
			check(t, expr+" has a value", err != nil || v.Unreadable != "", v)
			continue
		}
		if expr == "err" && err != nil && strings.Contains(err.Error(), "not set yet") {
			continue // the peer shows what was in its place before
		}
		if err != nil {
			t.Errorf("%s: %v", expr, err)
			continue
		}
		check(t, expr, v.SinglelineString() == want, v.SinglelineString())
	}
	_, err := o.c.EvalVariable(here, "nonsense", loads)
	check(t, "unknown symbol", err != nil && err.Error() == "could not find symbol value for nonsense", err)

	if err := o.c.SetVariable(here, "n", "4"); err != nil {
		t.Fatal(err)
	}
	n := must(o.c.EvalVariable(here, "n", loads))(t)
	check(t, "set", n.Value == "4" && n.Kind == reflect.Int && n.Type == "int", *n)
	if err := o.c.SetVariable(here, "n", "3"); err != nil {
		t.Fatal(err)
	}
	refused(t, "set nothing", o.c.SetVariable(here, "nonsense", "4"))
	refused(t, "set to a wrong type", o.c.SetVariable(here, "n", `"x"`))

	globals := must(o.c.ListPackageVariables(`^main\.`, loads))(t)
	check(t, "package variables", slices.ContainsFunc(globals, func(v peer.Variable) bool {
		return v.Name == "main.names" && v.Kind == reflect.Map && v.Len == 2 && len(v.Children) == 4
	}), globals)
}

func (o *tour) stack(t *testing.T) {
	frames := must(o.c.Stacktrace(-1, 50, 0, 0, &loads))(t)
	var funcs []string
	for _, f := range frames {
		funcs = append(funcs, f.Function.Name())
	}
	check(t, "frames", slices.Equal(funcs, []string{"main.work", "main.main", "runtime.main", "runtime.goexit"}), funcs)
	check(t, "bottom", frames[len(frames)-1].Bottom && !frames[0].Bottom)
	i := frames[1].Var("i")
	check(t, "local of the caller", i != nil && i.Value == "3", i)
	skipped := must(o.c.Stacktrace(-1, 1, 1, 0, nil))(t)
	check(t, "skip", len(skipped) >= 1 && skipped[0].Function.Name() == "main.main", skipped)
	v := must(o.c.EvalVariable(peer.EvalScope{GoroutineID: -1, Frame: 1}, "i", loads))(t)
	check(t, "eval in a frame", v.Value == "3", *v)
	locals := must(o.c.ListLocalVariables(peer.EvalScope{GoroutineID: 1, Frame: 1}, loads))(t)
	check(t, "locals of a frame", slices.ContainsFunc(locals, func(v peer.Variable) bool { return v.Name == "quit" && v.Kind == reflect.Chan }), locals)
	_, err := o.c.EvalVariable(peer.EvalScope{GoroutineID: -1, Frame: 1000}, "i", loads)
	refused(t, "eval in no frame", err)
	_, err = o.c.Stacktrace(987654, 50, 0, 0, nil)
	refused(t, "stack of no goroutine", err)
	// Without GODEBUG=tracebackancestors there are none; some Go versions let
	// a debugger know, others do not.
	if ancestors, err := o.c.Ancestors(1, 5, 5); err == nil {
		check(t, "ancestors", len(ancestors) == 0, ancestors)
	}
}

func (o *tour) goroutines(t *testing.T) {
	all, next, err := o.c.ListGoroutines(0, 0)
	check(t, "goroutines", err == nil && next == -1 && len(all) >= 4, len(all), next, err)
	some, next, err := o.c.ListGoroutines(0, 2)
	check(t, "two goroutines", err == nil && next > 0 && len(some) == 2, len(some), next, err)

	byLabel := []peer.ListGoroutinesFilter{{Kind: peer.GoroutineLabel, Arg: "job=park"}}
	parked, _, _, _, err := o.c.ListGoroutinesWithFilter(0, 100, byLabel, nil, &here)
	check(t, "by label", err == nil && len(parked) == 3, parked, err)
	for _, g := range parked {
		check(t, "parked", g.Labels["job"] == "park" && g.UserCurrentLoc.Function.Name() == "main.park", *g)
		check(t, "started by", strings.HasSuffix(g.GoStatementLoc.File, "/main.go") && g.GoStatementLoc.Line == o.at("go pprof"), g.GoStatementLoc)
	}
	byPlace := []peer.ListGoroutinesFilter{{Kind: peer.GoroutineUserLoc, Arg: "main.park"}}
	parked, _, _, _, err = o.c.ListGoroutinesWithFilter(0, 100, byPlace, nil, &here)
	check(t, "by place", err == nil && len(parked) == 3, parked, err)
	byPlace[0].Negated = true
	others, _, _, _, err := o.c.ListGoroutinesWithFilter(0, 100, byPlace, nil, &here)
	check(t, "elsewhere", err == nil && len(others) == len(all)-3, others, err)
	_, groups, _, _, err := o.c.ListGoroutinesWithFilter(0, 100, nil,
		&peer.GoroutineGroupingOptions{GroupBy: peer.GoroutineUserLoc, MaxGroupMembers: 2, MaxGroups: 50}, &here)
	check(t, "groups", err == nil && slices.ContainsFunc(groups, func(g peer.GoroutineGroup) bool {
		return strings.Contains(g.Name, "main.park") && g.Total == 3 && g.Count == 2
	}), groups, err)

	if len(others) == 0 {
		t.Fatal("there are no others")
	}
	st, err := o.c.SwitchGoroutine(others[0].ID)
	check(t, "switch", err == nil && st.SelectedGoroutine.ID == others[0].ID, st, err)
	st, err = o.c.SwitchGoroutine(1)
	check(t, "switch back", err == nil && st.SelectedGoroutine.ID == 1, st, err)
	_, err = o.c.SwitchGoroutine(987654)
	refused(t, "switch to no goroutine", err)
}

func (o *tour) machine(t *testing.T) {
	threads := must(o.c.ListThreads())(t)
	st := must(o.c.GetState())(t)
	check(t, "threads", len(threads) == len(st.Threads) && len(threads) > 1, threads)
	th := must(o.c.GetThread(st.CurrentThread.ID))(t)
	check(t, "thread", th.ID == st.CurrentThread.ID && th.PC == st.CurrentThread.PC, *th)
	_, err := o.c.GetThread(1)
	refused(t, "no thread", err)
	st, err = o.c.SwitchThread(th.ID)
	check(t, "switch", err == nil && st.CurrentThread.ID == th.ID, st, err)

	regs := must(o.c.ListThreadRegisters(th.ID, false))(t)
	vector := must(o.c.ListScopeRegisters(here, true))(t)
	check(t, "registers", len(regs) > 16 && len(vector) > len(regs), len(regs), len(vector))
	check(t, "rip", slices.ContainsFunc(regs, func(r peer.Register) bool {
		return strings.EqualFold(r.Name, "rip") && strings.HasPrefix(r.Value, "0x")
	}), regs)

	code := must(o.c.DisassemblePC(here, th.PC, peer.GNUFlavour))(t)
	at := slices.IndexFunc(code, func(i peer.AsmInstruction) bool { return i.AtPC })
	if at < 0 {
		t.Fatal("no instruction is the current one")
	}
	check(t, "code", code[at].Loc.PC == th.PC && code[at].Breakpoint && len(code) > 50, code[at])
	check(t, "no trap shows", code[at].Bytes[0] != 0xcc, code[at])
	// The peer shows its trap here, so the first byte is left out.
	mem, little, err := o.c.ExamineMemory(th.PC, len(code[at].Bytes))
	check(t, "memory", err == nil && little && bytes.Equal(mem[1:], code[at].Bytes[1:]), mem, err)
	part := must(o.c.DisassembleRange(here, th.PC, th.PC+uint64(len(code[at].Bytes)), peer.IntelFlavour))(t)
	check(t, "range", len(part) == 1 && part[0].Text != "", part)
	_, _, err = o.c.ExamineMemory(16, 8)
	refused(t, "memory that is not there", err)
	_, _, err = o.c.ExamineMemory(th.PC, 1<<20)
	refused(t, "too much memory", err)
}
