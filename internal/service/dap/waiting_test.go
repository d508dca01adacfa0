package dap_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	godap "github.com/google/go-dap"

	"github.com/tinydbg/tinydbg/internal/service/dap"
	. "github.com/tinydbg/tinydbg/internal/service/dap/daptest"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// TestBreakpointsInLibraryToCome sets breakpoints in a library of Go that a program
// of C has not loaded yet: they wait, are found when it does, and stop it.
func TestBreakpointsInLibraryToCome(t *testing.T) {
	host := filepath.Join(t.TempDir(), "host")
	programs := filepath.Join(testkit.Root(t), "testdata", "programs")
	if out, err := exec.Command("gcc", "-g", "-o", host, filepath.Join(programs, "dlopen_c", "main.c")).CombinedOutput(); err != nil {
		t.Skipf("no C program could be built: %v: %s", err, out)
	}
	lib := testkit.Build(t, "go_library", testkit.Options{Env: []string{"CGO_ENABLED=1"}, Flags: []string{"-buildmode=c-shared"}})
	e := initialized(t, dap.Config{})
	Do[*godap.LaunchResponse](e.Client, "launch", M{"mode": "exec", "program": host, "args": []string{lib}})
	Event[*godap.InitializedEvent](e.Client)
	e.main = testkit.Source(lib, "main.go")
	const lineOfDouble = 14
	inLibrary := e.breakAt(lineOfDouble)[0]
	inFunction := e.functions("main.Twice")[0]
	nowhere := e.functions("main.Twice", "nosuch.function")[1]
	for _, b := range []godap.Breakpoint{inLibrary, inFunction, nowhere} {
		if b.Verified || !strings.Contains(b.Message, "waited for") {
			t.Errorf("before the library is there, a breakpoint in it is %+v", b)
		}
	}
	e.configured()
	found := map[int]godap.Breakpoint{}
	for len(found) < 2 {
		ev := Event[*godap.BreakpointEvent](e.Client)
		if ev.Body.Reason != "changed" || !ev.Body.Breakpoint.Verified || ev.Body.Breakpoint.Message != "" {
			t.Fatalf("when the library is loaded: %+v", ev.Body)
		}
		found[ev.Body.Breakpoint.Id] = ev.Body.Breakpoint
	}
	if b := found[inLibrary.Id]; b.Line != lineOfDouble || b.Source == nil || filepath.Base(b.Source.Path) != "main.go" {
		t.Errorf("the breakpoint on a line has become %+v", b)
	}
	if b, ok := found[inFunction.Id]; !ok || b.Line != 8 {
		t.Errorf("the breakpoint on a function has become %+v", b)
	}
	stop := e.stopped("function breakpoint")
	if ids := stop.Body.HitBreakpointIds; len(ids) != 1 || ids[0] != inFunction.Id {
		t.Errorf("stopped at %v, not at %d", ids, inFunction.Id)
	}
	if again := e.breakAt(lineOfDouble)[0]; !again.Verified || again.Id != inLibrary.Id {
		t.Errorf("set again it is %+v", again)
	}
	e.do("continue", stop.Body.ThreadId)
	e.at(e.stopped("breakpoint").Body.ThreadId, lineOfDouble)
	e.gone()
}

// TestBreakpointNowhere: a static program gets no code later, and a breakpoint
// that has no place in it has none.
func TestBreakpointNowhere(t *testing.T) {
	e := launched(t, "editor_deeds", nil)
	for _, b := range append(e.breakAt(100_000), e.functions("nosuch.function")...) {
		if b.Verified || b.Message == "" || strings.Contains(b.Message, "waited for") {
			t.Errorf("a breakpoint nowhere is %+v", b)
		}
	}
	e.gone()
}

func (e *editor) functions(names ...string) []godap.Breakpoint {
	e.TB.Helper()
	list := []M{}
	for _, name := range names {
		list = append(list, M{"name": name})
	}
	return Do[*godap.SetFunctionBreakpointsResponse](e.Client, "setFunctionBreakpoints", M{"breakpoints": list}).Body.Breakpoints
}
