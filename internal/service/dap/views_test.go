package dap_test

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"

	godap "github.com/google/go-dap"

	. "github.com/tinydbg/tinydbg/internal/service/dap/daptest"
)

// viewed is stopped in the frame with all kinds of values.
func viewed(t *testing.T) (e *editor, thread int, frame godap.StackFrame) {
	e = launched(t, "editor_views", nil)
	e.breakAt(48)
	e.configured()
	thread = e.stopped("breakpoint").Body.ThreadId
	return e, thread, e.at(thread, 48)
}

func TestVariables(t *testing.T) {
	e, _, f := viewed(t)
	locals := e.vars(e.scope(f.Id, "Locals"))
	for name, want := range map[string]string{
		"text": `"wörld"`, "n": `"shadow"`, "array": `[3]string ["a","b","c"]`, "none": "*main.box nil",
		"ages": `map[string]int ["ann": 31, "bob": 42]`,
	} {
		got := locals[name].Value
		if name == "ages" {
			got = strings.Replace(got, `"bob": 42, "ann": 31`, `"ann": 31, "bob": 42`, 1)
		}
		if got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
	args := e.vars(e.scope(f.Id, "Arguments"))
	if n := args["(n)"]; n.Value != "2" {
		t.Errorf("the shadowed argument: %+v", args)
	}
	if e.eval(f.Id, args["(n)"].EvaluateName) != "2" {
		t.Errorf("%s", args["(n)"].EvaluateName)
	}
	b := e.vars(locals["p"].VariablesReference)
	if b["Name"].Value != `"outer"` || b["Name"].EvaluateName != "p.Name" || b["point"].VariablesReference == 0 {
		t.Errorf("by pointer: %+v", b)
	}
	inner := e.vars(b["Inner"].VariablesReference)
	if inner["Y"].Value != "6" || e.eval(f.Id, inner["Y"].EvaluateName) != "6" {
		t.Errorf("in an interface: %+v", inner)
	}
	if next := e.vars(b["Next"].VariablesReference); next["Name"].Value != `"inner"` {
		t.Errorf("next: %+v", next)
	}
	for _, v := range e.vars(locals["pp"].VariablesReference) {
		if e.vars(v.VariablesReference)["Name"].Value != `"outer"` {
			t.Errorf("by two pointers: %+v", v)
		}
	}
	ages := e.vars(locals["ages"].VariablesReference)
	if v := ages[`"bob"`]; v.Value != "42" || v.EvaluateName != `ages["bob"]` {
		t.Errorf("map: %+v", ages)
	}
	for _, v := range e.vars(locals["where"].VariablesReference) {
		entry := e.vars(v.VariablesReference)
		if entry["value"].Value != `"here"` || e.vars(entry["key"].VariablesReference)["Y"].Value != "2" {
			t.Errorf("map with keys that have parts: %+v", entry)
		}
	}
	if v := e.vars(locals["add"].VariablesReference)["n"]; v.Value != "2" {
		t.Errorf("closure: %+v", v)
	}
	if v := e.vars(locals["pipe"].VariablesReference)["qcount"]; v.Value != "1" {
		t.Errorf("channel: %+v", v)
	}
	e.checkNames(f.Id, locals)
	e.gone()
}

// checkNames evaluates each variable by the name it says it has.
func (e *editor) checkNames(frame int, vars map[string]godap.Variable) {
	for name, v := range vars {
		if v.EvaluateName == "" {
			e.TB.Errorf("%s has no evaluateName", name)
			continue
		}
		if got := e.eval(frame, v.EvaluateName); got != v.Value {
			e.TB.Errorf("%s: %s is %s, want %s", name, v.EvaluateName, got, v.Value)
		}
	}
}

func TestVariablesInPages(t *testing.T) {
	e, _, f := viewed(t)
	locals := e.vars(e.scope(f.Id, "Locals"))
	list := locals["list"]
	if list.IndexedVariables != 5000 || list.NamedVariables != 0 {
		t.Fatalf("%+v", list)
	}
	page := func(args M) []godap.Variable {
		return Do[*godap.VariablesResponse](e.Client, "variables", args).Body.Variables
	}
	got := page(M{"variablesReference": list.VariablesReference, "filter": "indexed", "start": 4990, "count": 100})
	if len(got) != 10 || got[0].Name != "[4990]" || got[9].Value != fmt.Sprint(4999*4999) || got[9].EvaluateName != "list[4999]" {
		t.Errorf("%+v", got)
	}
	if got := page(M{"variablesReference": list.VariablesReference, "filter": "named"}); len(got) != 0 {
		t.Errorf("%+v", got)
	}
	if got := page(M{"variablesReference": list.VariablesReference, "start": 1 << 40, "count": 1 << 40}); len(got) != 0 {
		t.Errorf("%+v", got)
	}
	if got := page(M{"variablesReference": list.VariablesReference}); len(got) != 2001 || got[2000].Value != "+3000 more" {
		t.Errorf("%d: %+v", len(got), got[len(got)-1])
	}
	many := locals["many"]
	seen := map[string]bool{}
	for start := 0; start < many.IndexedVariables; start += 100 {
		for _, v := range page(M{"variablesReference": many.VariablesReference, "start": start, "count": 100}) {
			seen[v.Name] = true
		}
	}
	if len(seen) != 300 {
		t.Errorf("%d of 300 entries", len(seen))
	}
	hex := page(M{"variablesReference": list.VariablesReference, "start": 4, "count": 1, "format": M{"hex": true}})
	if hex[0].Value != "0x10" {
		t.Errorf("%+v", hex)
	}
	if text := e.Fail("variables", M{"variablesReference": 1}); !strings.Contains(text, "not known") {
		t.Error(text)
	}
	e.gone()
}

func TestScopes(t *testing.T) {
	e, th, f := viewed(t)
	globals := e.vars(e.scope(f.Id, "Globals (package main)"))
	if globals["main.total"].Value != "7" {
		t.Errorf("%+v", globals)
	}
	regs := e.vars(e.scope(f.Id, "Registers"))
	pc := regs["Rip"]
	if pc.Value == "" || e.eval(f.Id, pc.EvaluateName) == "" {
		t.Errorf("%+v", regs)
	}
	outer := Do[*godap.StackTraceResponse](e.Client, "stackTrace", M{"threadId": th}).Body.StackFrames[1]
	if e.eval(outer.Id, "total + 0") != "7" {
		t.Error("the frame of main cannot be looked at")
	}
	Do[*godap.ContinueResponse](e.Client, "continue", M{"threadId": th})
	if text := e.Fail("scopes", M{"frameId": f.Id}); text == "" {
		t.Error("a frame of before")
	}
	Event[*godap.TerminatedEvent](e.Client)
	e.gone()
}

func TestSetVariableAndExpression(t *testing.T) {
	e, _, f := viewed(t)
	locals := e.scope(f.Id, "Locals")
	ages := e.vars(locals)["ages"].VariablesReference
	list := e.vars(locals)["list"].VariablesReference
	for _, test := range []struct {
		ref               int
		name, value, want string
	}{
		{locals, "text", `"new"`, `"new"`}, {ages, `"ann"`, "1 + 1", "2"}, {list, "[4999]", "-1", "-1"}, {locals, "none", "p.Next", ""},
	} {
		got := Do[*godap.SetVariableResponse](e.Client, "setVariable", M{"variablesReference": test.ref, "name": test.name, "value": test.value})
		if test.want != "" && got.Body.Value != test.want {
			t.Errorf("%s = %s: %+v", test.name, test.value, got.Body)
		}
		Event[*godap.InvalidatedEvent](e.Client)
	}
	if got := e.eval(f.Id, "none.Name"); got != `"inner"` {
		t.Error(got)
	}
	got := Do[*godap.SetExpressionResponse](e.Client, "setExpression", M{"frameId": f.Id, "expression": "b.point.X", "value": "30"})
	if got.Body.Value != "30" || e.eval(f.Id, "p.X") != "30" {
		t.Errorf("%+v", got.Body)
	}
	for _, bad := range []M{
		{"variablesReference": locals, "name": "nosuch", "value": "1"}, {"variablesReference": locals, "name": "text", "value": "1"},
		{"variablesReference": 5, "name": "x", "value": "1"},
	} {
		if e.Fail("setVariable", bad) == "" {
			t.Error(bad)
		}
	}
	if text := e.Fail("setExpression", M{"expression": "1 +", "value": "1"}); text == "" {
		t.Error("nonsense was set")
	}
	e.gone()
}

func TestEvaluate(t *testing.T) {
	e, _, f := viewed(t)
	eval := func(context, expr string, more M) godap.EvaluateResponseBody {
		args := M{"expression": expr, "frameId": f.Id, "context": context}
		for k, v := range more {
			args[k] = v
		}
		return Do[*godap.EvaluateResponse](e.Client, "evaluate", args).Body
	}
	for _, context := range []string{"watch", "hover", "repl", "clipboard", "variables", ""} {
		if got := eval(context, "b.X * 2", nil); got.Result != "6" {
			t.Errorf("%s: %+v", context, got)
		}
	}
	if got := eval("watch", "list", nil); got.IndexedVariables != 5000 || len(got.Result) > 1100 {
		t.Errorf("%+v", got)
	}
	if got := eval("clipboard", "list", nil); strings.Contains(got.Result, "...") && !strings.Contains(got.Result, "more") || len(got.Result) < 5000 {
		t.Errorf("%d bytes", len(got.Result))
	}
	if got := eval("watch", "b.X + 13", M{"format": M{"hex": true}}); got.Result != "0x10" {
		t.Errorf("%+v", got)
	}
	if got := eval("watch", "p", nil); got.MemoryReference == "" || e.vars(got.VariablesReference)["Name"].Value != `"outer"` {
		t.Errorf("%+v", got)
	}
	for expr, want := range map[string]string{"nosuch": "could not find symbol value for nosuch", "1 +": "", "list[9999]": "", "": ""} {
		if text := e.Fail("evaluate", M{"expression": expr, "frameId": f.Id}); !strings.Contains(text, want) {
			t.Errorf("%s: %s", expr, text)
		}
	}
	if got := Do[*godap.EvaluateResponse](e.Client, "evaluate", M{"expression": "text"}).Body.Result; got != `"wörld"` {
		t.Error(got)
	}
	if got := eval("repl", "call add(40)", nil); got.Result != "42" {
		t.Errorf("%+v", got)
	}
	if got := eval("watch", "text", nil); got.Result != `"wörld"` { // the frame is still there
		t.Errorf("%+v", got)
	}
	if text := e.Fail("evaluate", M{"expression": "call add(1)", "frameId": f.Id, "context": "hover"}); !strings.Contains(text, "hovering") {
		t.Error(text)
	}
	if text := e.Fail("evaluate", M{"expression": "call -abort", "frameId": f.Id, "context": "repl"}); !strings.Contains(text, "no call is in progress") {
		t.Error(text)
	}
	e.gone()
}

// TestCallIsAborted: an editor's console gives up a call that does not return.
func TestCallIsAborted(t *testing.T) {
	e := launched(t, "functions_that_hang", nil)
	here := e.marked("the debugger calls here")
	e.breakAt(here, e.marked("spin turns"))
	e.configured()
	thread := e.stopped("breakpoint").Body.ThreadId
	call := func(thread int, expr string) M {
		return M{"expression": "call " + expr, "frameId": e.top(thread).Id, "context": "repl"}
	}
	if text := e.Fail("evaluate", call(thread, "spin(build(3))")); !strings.Contains(text, "the call was interrupted") {
		t.Fatal(text)
	}
	called := e.stopped("breakpoint").Body.ThreadId // a goroutine of its own
	e.at(called, e.marked("spin turns"))
	e.breakAt()
	if got := Do[*godap.EvaluateResponse](e.Client, "evaluate", call(called, "-abort")).Body.Result; !strings.Contains(got, "SIGINT: interrupt") {
		t.Error(got)
	}
	e.at(thread, here)
	if got := Do[*godap.EvaluateResponse](e.Client, "evaluate", call(thread, "add(20, 22)")).Body.Result; got != "42" {
		t.Error(got)
	}
	e.gone()
}

func TestCompletions(t *testing.T) {
	e, _, f := viewed(t)
	for text, want := range map[string]string{
		"te": "text", "b.Na": "Name", "p.Ne": "Next", "p.Next.In": "Inner", "1 + list[0] + ar": "array", "p.": "Area", "tot": "total", "err": "errors",
		"main.sh": "show", "ages[te": "text",
	} {
		got := Do[*godap.CompletionsResponse](e.Client, "completions", M{"frameId": f.Id, "text": text, "column": len(text) + 1})
		var labels []string
		for _, c := range got.Body.Targets {
			labels = append(labels, c.Label)
		}
		if !slices.Contains(labels, want) {
			t.Errorf("%q: %q", text, labels)
		}
	}
	e.gone()
}

func TestMemory(t *testing.T) {
	e, _, f := viewed(t)
	ref := Do[*godap.EvaluateResponse](e.Client, "evaluate", M{"expression": "text", "frameId": f.Id}).Body.MemoryReference
	read := func(offset, count int) godap.ReadMemoryResponseBody {
		return Do[*godap.ReadMemoryResponse](e.Client, "readMemory", M{"memoryReference": ref, "offset": offset, "count": count}).Body
	}
	if data, _ := base64.StdEncoding.DecodeString(read(0, 6).Data); string(data) != "wörld" {
		t.Errorf("%q", data)
	}
	if got := read(1, 0); got.UnreadableBytes != 0 || got.Data != "" {
		t.Errorf("%+v", got)
	}
	list := Do[*godap.EvaluateResponse](e.Client, "evaluate", M{"expression": "list", "frameId": f.Id}).Body.MemoryReference
	w := Do[*godap.WriteMemoryResponse](e.Client, "writeMemory", M{
		"memoryReference": list, "offset": 8, "data": base64.StdEncoding.EncodeToString([]byte{1, 2, 0, 0, 0, 0, 0, 0}),
	})
	if w.Body.BytesWritten != 8 || e.eval(f.Id, "list[1]") != "513" {
		t.Errorf("%+v", w.Body)
	}
	if m := Event[*godap.MemoryEvent](e.Client); m.Body.MemoryReference != list || m.Body.Count != 8 || m.Body.Offset != 8 {
		t.Errorf("%+v", m.Body)
	}
	if got := Do[*godap.ReadMemoryResponse](e.Client, "readMemory", M{"memoryReference": "0x10", "count": 5000}).Body; got.UnreadableBytes != 5000 {
		t.Errorf("%+v", got)
	}
	for _, bad := range []M{{"memoryReference": "x", "count": 1}, {"memoryReference": "0x1", "count": -1}, {"memoryReference": "0x1", "count": 1 << 40}} {
		e.Fail("readMemory", bad)
	}
	e.Fail("writeMemory", M{"memoryReference": "0x10", "data": "AAAA"})
	e.Fail("writeMemory", M{"memoryReference": list, "data": "%%"})
	e.gone()
}
