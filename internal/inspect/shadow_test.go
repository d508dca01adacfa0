package inspect

import (
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/testkit"
	"github.com/tinydbg/tinydbg/internal/testkit/trapped"
)

func TestShadowing(t *testing.T) {
	for _, version := range testkit.Versions() {
		t.Run(version, func(t *testing.T) {
			w := worldOf(trapped.Run(t, testkit.Build(t, "shadowed_names", testkit.Options{Go: version})))
			testShadowing(t, w)
		})
	}
}

// frameOf is the innermost frame of a function.
func frameOf(t *testing.T, w *World, name string) api.EvalScope {
	t.Helper()
	frames, err := w.Stacktrace(api.StacktraceIn{Id: -1, Depth: 20})
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range frames {
		if f.Function.Name() == name {
			return api.EvalScope{GoroutineID: -1, Frame: i}
		}
	}
	t.Fatalf("no frame of %s", name)
	return api.EvalScope{}
}

func testShadowing(t *testing.T, w *World) {
	check := func(s api.EvalScope, src, typ, want string) {
		t.Helper()
		v, err := w.Eval(s, src, nil)
		if err != nil || v.Value != want || v.Type != typ {
			t.Errorf("%s: %+v %v; want %s %s", src, v, err, typ, want)
		}
	}
	run := frameOf(t, w, "main.run")
	check(run, "x", "string", "innermost")
	check(run, "main.x", "string", "package")
	check(run, "y", "int", "1")
	check(run, "shared", "int", "15")
	check(run, "len + 1", "int", "4")
	check(run, "string", "string", "text")
	check(run, "RAX", "int", "17")
	if _, err := w.Eval(run, "later", nil); err == nil || !strings.Contains(err.Error(), "not in scope here") {
		t.Error(err)
	}
	locals, err := w.ListLocalVars(run, defaultConfig)
	if err != nil {
		t.Fatal(err)
	}
	shadowed := 0
	for _, v := range locals {
		if v.Name == "x" && v.Flags&api.VariableShadowed != 0 {
			shadowed++
		}
		if v.Name == "later" {
			t.Error("a variable is listed before its declaration")
		}
	}
	args, err := w.ListFunctionArgs(run, defaultConfig)
	if err != nil || len(args) != 1 || args[0].Value != "4" || args[0].Flags&api.VariableShadowed == 0 || shadowed != 1 {
		t.Errorf("arguments %+v, %d shadowed locals, %v", args, shadowed, err)
	}

	closure := frameOf(t, w, "main.run.func1")
	check(closure, "shared", "int", "15")
	check(closure, "n", "int", "5")
	check(closure, "y", "int", "30")

	generic := frameOf(t, w, "main.generic[go.shape.float64]")
	check(generic, "v", "main.celsius", "1.5")
	check(generic, "doubled", "main.celsius", "3")
	check(generic, "list[1] + v", "main.celsius", "3.5")
}
