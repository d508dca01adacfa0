package session

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

func TestMain(m *testing.M) { os.Exit(testkit.Main(m)) }

// story is a session in a test.
type story struct {
	testing.TB
	*Session
	path string
}

func quiet() Config {
	return Config{Redirects: [3]string{os.DevNull, os.DevNull, os.DevNull}}
}

func launched(t testing.TB, name string, o testkit.Options, cfg Config) *story {
	t.Helper()
	path := testkit.Build(t, name, o)
	s, err := Launch(context.Background(), path, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return &story{t, s, path}
}

func attached(t testing.TB, name string, o testkit.Options, args ...string) (*story, *testkit.Proc) {
	t.Helper()
	path := testkit.Build(t, name, o)
	p := testkit.StartCmd(t, exec.Command(path, args...))
	s, err := Attach(context.Background(), p.PID, Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return &story{t, s, path}, p
}

// command gives up after a while: a step that never ends would hang the test.
func (s *story) command(name string) *api.DebuggerState {
	s.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Minute)
	defer cancel()
	st, err := s.Command(ctx, api.DebuggerCommand{Name: name, ReturnInfoLoadConfig: &api.LoadConfig{
		FollowPointers: true, MaxStringLen: 64, MaxArrayValues: 64, MaxStructFields: -1,
	}})
	if err != nil {
		s.Fatalf("%s: %v", name, err)
	}
	return st
}

func (s *story) breakAt(loc string) *api.Breakpoint {
	s.Helper()
	b, err := s.CreateBreakpoint(context.Background(), api.CreateBreakpointIn{LocExpr: loc})
	if err != nil {
		s.Fatalf("break %s: %v", loc, err)
	}
	return b
}

func (s *story) breakIf(loc, cond string) *api.Breakpoint {
	s.Helper()
	b, err := s.CreateBreakpoint(context.Background(), api.CreateBreakpointIn{LocExpr: loc, Breakpoint: api.Breakpoint{Cond: cond}})
	if err != nil {
		s.Fatalf("break %s if %s: %v", loc, cond, err)
	}
	return b
}

// at describes where the current thread is.
func at(st *api.DebuggerState) string {
	if st.Exited {
		return fmt.Sprintf("exit %d", st.ExitStatus)
	}
	if st.CurrentThread == nil {
		return "nowhere"
	}
	return fmt.Sprintf("%s:%d", filepath.Base(st.CurrentThread.File), st.CurrentThread.Line)
}
