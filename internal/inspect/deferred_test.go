package inspect

import (
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/testkit"
	"github.com/tinydbg/tinydbg/internal/testkit/trapped"
)

func TestDeferredCalls(t *testing.T) {
	for _, version := range testkit.Versions() {
		t.Run(version, func(t *testing.T) {
			testDeferred(t, worldOf(trapped.Run(t, testkit.Build(t, "deferred_captures", testkit.Options{Go: version}))))
		})
	}
}

func testDeferred(t *testing.T, w *World) {
	frames, err := w.Stacktrace(api.StacktraceIn{Id: -1, Depth: 20, Opts: api.StacktraceReadDefers})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range frames {
		var names []string
		for _, d := range f.Defers {
			names = append(names, d.DeferredLoc.Function.Name())
			if d.Unreadable != "" || !strings.HasSuffix(d.DeferLoc.File, "main.go") && !strings.HasPrefix(f.Function.Name(), "runtime.") {
				t.Errorf("%s: %+v", f.Function.Name(), d)
			}
		}
		got := strings.Join(names, " ")
		switch f.Function.Name() {
		case "main.inner":
			if got != "main.inner.func1" {
				t.Errorf("main.inner defers %s", got)
			}
		case "main.outer":
			if got != "main.show main.show" {
				t.Errorf("main.outer defers %s", got)
			}
		}
	}
	inner := frameOf(t, w, "main.inner")
	inner.DeferredCall = 1
	v, err := w.Eval(inner, "total", nil)
	if w.main().GoVersion() < "go1.23" {
		// Debug information says since go1.23 only where closures keep variables.
		if err == nil {
			t.Errorf("total in the deferred call: %+v", v)
		}
	} else if err != nil || v.Value != "40" {
		t.Errorf("total in the deferred call: %+v %v", v, err)
	}
	inner.DeferredCall = 2
	if _, err := w.Eval(inner, "total", nil); err == nil || !strings.Contains(err.Error(), "deferred call 2 does not exist") {
		t.Error(err)
	}
}
