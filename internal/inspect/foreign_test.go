package inspect

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/testkit"
	"github.com/tinydbg/tinydbg/internal/testkit/trapped"
)

// A program in C has frames, variables, types and code, but no goroutines.
func TestC(t *testing.T) {
	cc, err := exec.LookPath("cc")
	if err != nil {
		t.Skip("needs a C compiler: ", err)
	}
	path := filepath.Join(t.TempDir(), "plain_c")
	src := filepath.Join(testkit.Root(t), "testdata", "programs", "plain_c", "main.c")
	if out, err := exec.Command(cc, "-g", "-O0", "-o", path, src).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	w := worldOf(trapped.Run(t, path))
	here := api.EvalScope{GoroutineID: -1}
	for src, want := range map[string]string{
		"sum": "6", "p.x + n": "4", "p.flags": "5", "c": "GREEN (5)", "d * 2": "3", "arr[1]": "5", "counter": "7",
		"origin.y": "2", "p == &origin": "true", "add": "add", "string(p.name)": "origin", "(*point)(&origin).y": "2",
		"sum == 6 && c == 5": "true", "RSP > 0": "true",
	} {
		v, err := w.Eval(here, src, nil)
		if err != nil || v.Value != want {
			t.Errorf("%s: %+v %v; want %s", src, v, err, want)
		}
	}
	if _, err := w.Eval(here, "runtime.curg", nil); err == nil || !strings.Contains(err.Error(), "no Go runtime") {
		t.Error(err)
	}
	if _, err := w.ListGoroutines(api.ListGoroutinesIn{}); err != ErrNotGo {
		t.Error(err)
	}
	if err := w.Set(here, "sum", "n * 4"); err != nil {
		t.Error(err)
	}
	locals, err := w.ListLocalVars(here, defaultConfig)
	if err != nil || len(locals) != 4 || locals[0].Value != "12" {
		t.Error(locals, err)
	}
	frames, err := w.Stacktrace(api.StacktraceIn{Id: -1, Depth: 10})
	if err != nil || len(frames) < 2 || frames[0].Function.Name() != "add" || frames[1].Function.Name() != "main" {
		t.Error(frames, err)
	}
	out, err := w.FindLocation(api.FindLocationIn{Scope: here, Loc: "add"})
	if err != nil || out.Locations[0].Line < 10 || out.Locations[0].Function.Name() != "add" {
		t.Error(out, err)
	}
	if code, err := w.Disassemble(api.DisassembleIn{Scope: here}); err != nil || len(code) < 10 {
		t.Error(code, err)
	}
}

// A stripped Go program has functions, lines, goroutines and stacks; questions
// about variables and types say what is missing.
func TestStripped(t *testing.T) {
	w := worldOf(trapped.Run(t, testkit.Build(t, "function_names", testkit.Options{Flags: []string{"-ldflags=-s -w"}})))
	frames, err := w.Stacktrace(api.StacktraceIn{Id: -1, Depth: 10})
	if err != nil || !frames[len(frames)-1].Bottom {
		t.Error(frames, err)
	}
	main := 0
	for main < len(frames)-1 && frames[main].Function.Name() != "main.main" {
		main++
	}
	here := api.EvalScope{GoroutineID: -1, Frame: main}
	const missing = "no debugging information"
	for _, src := range []string{"p", "main.p", "(*plain)(1).n"} {
		if _, err := w.Eval(here, src, nil); err == nil || !strings.Contains(err.Error(), missing) {
			t.Errorf("%s: %v", src, err)
		}
	}
	for src, want := range map[string]string{"1 + 1": "2", "RSP > 0": "true", "main.main": "main.main"} {
		if v, err := w.Eval(here, src, nil); err != nil || v.Value != want {
			t.Errorf("%s: %+v %v", src, v, err)
		}
	}
	if _, err := w.ListLocalVars(here, defaultConfig); err == nil || !strings.Contains(err.Error(), missing) {
		t.Error(err)
	}
	if _, err := w.TypeInfo("main.plain"); err == nil || !strings.Contains(err.Error(), missing) {
		t.Error(err)
	}
	if _, err := w.ListTypes("^main"); err == nil || !strings.Contains(err.Error(), missing) {
		t.Error(err)
	}
	full, err := w.Stacktrace(api.StacktraceIn{Id: -1, Depth: 2, Full: true})
	if err != nil || !strings.Contains(full[0].Err, missing) {
		t.Error(full, err)
	}
	if out, err := w.FindLocation(api.FindLocationIn{Scope: here, Loc: "plain.Pointer"}); err != nil || len(out.Locations) != 1 {
		t.Error(out, err)
	}
	if gs, err := w.ListGoroutines(api.ListGoroutinesIn{}); err != nil || len(gs.Goroutines) == 0 {
		t.Error(gs, err)
	}
}
