package session

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

var withCgo = []string{"CGO_ENABLED=1"}

// gcc compiles testdata/programs/name/main.c.
func gcc(t testing.TB, name string, flags ...string) string {
	t.Helper()
	compiler, err := exec.LookPath("gcc")
	if err != nil {
		t.Skip("gcc is not installed; it builds the C program that this test debugs")
	}
	bin := filepath.Join(t.TempDir(), name)
	src := filepath.Join(testkit.Root(t), "testdata", "programs", name, "main.c")
	if out, err := exec.Command(compiler, append(flags, "-g", "-o", bin, src)...).CombinedOutput(); err != nil {
		t.Fatalf("gcc %s: %v\n%s", name, err, out)
	}
	return bin
}

func startSession(t testing.TB, path string, cfg Config) *story {
	t.Helper()
	s, err := Launch(context.Background(), path, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return &story{t, s, path}
}

func (s *story) suspend(loc string) *api.Breakpoint {
	s.Helper()
	b, err := s.CreateBreakpoint(context.Background(), api.CreateBreakpointIn{LocExpr: loc, Suspended: true})
	if err != nil || len(b.Addrs) != 0 || b.ExprString != loc {
		s.Fatalf("suspended breakpoint at %s: %+v, %v", loc, b, err)
	}
	return b
}

func (s *story) mustEval(text string) string {
	s.Helper()
	v, err := s.Eval(context.Background(), api.EvalScope{GoroutineID: -1}, text, nil)
	if err != nil {
		return err.Error()
	}
	return v.Value
}

// TestPluginLoaded steps over the call that loads a plugin, and stops in the
// plugin by a breakpoint made before it was there, and by one made after.
func TestPluginLoaded(t *testing.T) {
	versions := []string{""} // plugins take long to build
	if os.Getenv("TINYDBG_MATRIX") != "" {
		versions = testkit.Versions()
	}
	for _, v := range versions {
		t.Run(v, func(t *testing.T) {
			if _, err := exec.LookPath("gcc"); err != nil {
				t.Skip("plugins need gcc:", err)
			}
			guest := testkit.Build(t, "plugin_guest", testkit.Options{Go: v, Env: withCgo, Flags: []string{"-buildmode=plugin"}})
			lines := filepath.Join(t.TempDir(), "lines")
			if err := os.WriteFile(lines, []byte("\n\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			cfg := quiet()
			cfg.Args, cfg.Redirects[0] = []string{guest}, lines
			s := launched(t, "plugin_host", testkit.Options{Go: v, Env: withCgo}, cfg)
			b := s.suspend("target.Greet")
			s.breakAt("main.go:18")
			s.command(api.Continue)
			if st := s.command(api.Next); at(st) != "main.go:19" {
				t.Fatalf("a step over the load ends at %s", at(st))
			}
			if now, err := s.GetBreakpoint(context.Background(), b.ID, ""); err != nil || len(now.Addrs) != 1 || !strings.HasSuffix(now.FunctionName, ".Greet") {
				t.Errorf("after the load the breakpoint is %+v, %v", now, err)
			}
			s.breakAt(testkit.Source(guest, "main.go") + ":7")
			if st := s.command(api.Continue); at(st) != "main.go:6" || st.CurrentThread.Breakpoint.ID != b.ID {
				t.Fatalf("stopped at %s", at(st))
			}
			if n := s.mustEval("n"); n != "3" {
				t.Errorf("n is %s", n)
			}
			if st := s.command(api.Continue); at(st) != "main.go:7" || st.SelectedGoroutine == nil {
				t.Fatalf("stopped at %s", at(st))
			}
			frames, err := s.Stacktrace(context.Background(), api.StacktraceIn{Id: -1, Depth: 10})
			if err != nil || len(frames) != 4 || frames[1].Function.Name() != "main.main" || frames[3].Function.Name() != "runtime.goexit" {
				t.Errorf("%d frames, %v", len(frames), err)
			}
			if st := s.command(api.Continue); !st.Exited {
				t.Errorf("at %s", at(st))
			}
		})
	}
}

// TestGoLibraryLoaded debugs Go in a program of C that had none at first.
func TestGoLibraryLoaded(t *testing.T) {
	host := gcc(t, "dlopen_c")
	lib := testkit.Build(t, "go_library", testkit.Options{Env: withCgo, Flags: []string{"-buildmode=c-shared"}})
	cfg := quiet()
	cfg.Args = []string{lib}
	s := startSession(t, host, cfg)
	b := s.suspend("main.double")
	st := s.command(api.Continue)
	if at(st) != "main.go:13" || st.SelectedGoroutine == nil || s.mustEval("n") != "21" {
		t.Fatalf("stopped at %s in goroutine %+v, n is %s", at(st), st.SelectedGoroutine, s.mustEval("n"))
	}
	if counts := st.CurrentThread.Breakpoint.HitCount; counts[fmt.Sprint(st.SelectedGoroutine.ID)] != 1 || len(counts) != 1 {
		t.Errorf("the first hit, of goroutine %d, is counted as %v", st.SelectedGoroutine.ID, counts)
	}
	frames, err := s.Stacktrace(context.Background(), api.StacktraceIn{Id: -1, Depth: 30})
	var names []string
	for _, f := range frames {
		names = append(names, f.Function.Name())
	}
	if got := strings.Join(names, " "); err != nil || !strings.HasPrefix(got, "main.double main.Twice") || !strings.Contains(got, " Twice main ") {
		t.Errorf("stack %s, %v", got, err)
	}
	if st := s.command(api.StepOut); at(st) != "main.go:9" {
		t.Errorf("out of double is %s", at(st))
	}
	if st := s.command(api.Continue); !st.Exited || st.ExitStatus != 0 {
		t.Errorf("at %s", at(st))
	}
	if discarded, err := s.Restart(context.Background(), api.RestartIn{}); err != nil || len(discarded) > 0 {
		t.Fatalf("started anew without %+v, %v", discarded, err)
	}
	if now, err := s.GetBreakpoint(context.Background(), b.ID, ""); err != nil || len(now.Addrs) > 0 {
		t.Errorf("before the library is there again, its breakpoint is %+v, %v", now, err)
	}
	if st := s.command(api.Continue); at(st) != "main.go:13" || st.CurrentThread.Breakpoint.ID != b.ID {
		t.Errorf("started anew it stops at %s", at(st))
	}
}

// TestGoLibraryPanics: the panic of a Go that has come with a library stops, even
// when nothing has since.
func TestGoLibraryPanics(t *testing.T) {
	t.Setenv("PANIC", "yes")
	cfg := quiet()
	cfg.Args = []string{testkit.Build(t, "go_library", testkit.Options{Env: withCgo, Flags: []string{"-buildmode=c-shared"}})}
	s := startSession(t, gcc(t, "dlopen_c"), cfg)
	st := s.command(api.Continue)
	if st.Exited || st.CurrentThread.Breakpoint == nil || st.CurrentThread.Breakpoint.Name != "unrecovered-panic" {
		t.Fatalf("not stopped by the panic: %+v", st)
	}
}

// TestLibraryUnloaded: a breakpoint waits again when its library is gone, and
// finds its place in the next.
func TestLibraryUnloaded(t *testing.T) {
	host := gcc(t, "dlopen_c")
	cfg := quiet()
	for range 3 {
		cfg.Args = append(cfg.Args, gcc(t, "c_library", "-shared", "-fPIC"))
	}
	s := startSession(t, host, cfg)
	b := s.suspend("Twice")
	s.breakAt("main.c:16")
	for i := 1; i <= 3; i++ {
		st := s.command(api.Continue)
		if want := fmt.Sprint(20 + i); st.CurrentThread.Breakpoint.ID != b.ID || s.mustEval("n") != want {
			t.Fatalf("library %d: at %s, n is %s, want %s", i, at(st), s.mustEval("n"), want)
		}
		s.command(api.Continue)
		s.command(api.Next)
		if now, err := s.GetBreakpoint(context.Background(), b.ID, ""); err != nil || len(now.Addrs) != 0 || now.ExprString != "Twice" {
			t.Errorf("without the library the breakpoint is %+v, %v", now, err)
		}
	}
	if st := s.command(api.Continue); !st.Exited {
		t.Errorf("at %s", at(st))
	}
}
