package logflags

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

func TestSelectedComponentLogs(t *testing.T) {
	t.Cleanup(func() { current.Store(nil) })
	path := filepath.Join(t.TempDir(), "log")
	done, err := Setup(true, "rpc, stack", path)
	if err != nil {
		t.Fatal(err)
	}
	For(RPC).Info("request", "method", "State")
	For(DAP).Info("dropped")
	if err := done(); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := regexp.MustCompile(`^time=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+\S+ level=INFO msg=request component=rpc method=State\n$`)
	if !want.Match(got) {
		t.Errorf("got %q", got)
	}
	if !Enabled(Stack) || Enabled(DAP) {
		t.Error("wrong components are enabled")
	}
}

func TestDefaultComponent(t *testing.T) {
	t.Cleanup(func() { current.Store(nil) })
	if _, err := Setup(true, "", ""); err != nil {
		t.Fatal(err)
	}
	if !Enabled(Debugger) || Enabled(RPC) {
		t.Error("--log alone must select the debugger component only")
	}
}

func TestBadFlags(t *testing.T) {
	t.Cleanup(func() { current.Store(nil) })
	for name, c := range map[string]struct {
		enable           bool
		components, dest string
	}{
		"without --log": {false, "rpc", ""},
		"unknown":       {true, "nosuch", ""},
		"no such fd":    {true, "", "3123"},
		"no such dir":   {true, "", "/nonexistent/x/log"},
	} {
		if _, err := Setup(c.enable, c.components, c.dest); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
