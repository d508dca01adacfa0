package session

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// separated splits a program into one without debug information and a file with
// it, as distributions do. It returns the program, which has a link to debug, and
// the path of the debug file, in a directory of its own.
func separated(t *testing.T, bin string) (program, debug string) {
	t.Helper()
	objcopy, err := exec.LookPath("objcopy")
	if err != nil {
		t.Skip("objcopy is not installed; it splits off the debug file of this test")
	}
	program = filepath.Join(t.TempDir(), "program")
	debug = filepath.Join(t.TempDir(), "program.debug")
	for _, args := range [][]string{
		{"--only-keep-debug", bin, debug}, {"--strip-all", bin, program}, {"--add-gnu-debuglink=" + debug, program},
	} {
		if out, err := exec.Command(objcopy, args...).CombinedOutput(); err != nil {
			t.Fatalf("objcopy %q: %v\n%s", args, err, out)
		}
	}
	return program, debug
}

const buildID = "1234567890abcdef1234567890abcdef12345678"

// TestDebugFiles finds variables in a separate debug file, wherever such a file
// may be.
func TestDebugFiles(t *testing.T) {
	program, debug := separated(t, testkit.Build(t, "hit_counter", testkit.Options{Flags: []string{"-ldflags=-B=0x" + buildID}}))
	byID := filepath.Join(".build-id", buildID[:2], buildID[2:]+".debug")
	for name, place := range map[string]func(root string) string{
		"build id":     func(root string) string { return filepath.Join(root, byID) },
		"beside":       func(string) string { return filepath.Join(filepath.Dir(program), "program.debug") },
		".debug":       func(string) string { return filepath.Join(filepath.Dir(program), ".debug", "program.debug") },
		"below a root": func(root string) string { return filepath.Join(root, filepath.Dir(program), "program.debug") },
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			to := place(root)
			if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.Link(debug, to); err != nil {
				t.Skip("hard links:", err)
			}
			defer os.Remove(to)
			cfg := quiet()
			cfg.Args, cfg.DebugDirs = []string{"1", "5"}, []string{root}
			s := startSession(t, program, cfg)
			s.breakAt("main.work")
			s.command(api.Continue)
			if got := s.mustEval("i"); got != "0" {
				t.Errorf("i is %s", got)
			}
		})
	}
}

// TestDebugDirectoriesLater names the directory when the program has stopped
// already: what was missing is there then, and breakpoints stay.
func TestDebugDirectoriesLater(t *testing.T) {
	ctx := context.Background()
	program, debug := separated(t, testkit.Build(t, "hit_counter", testkit.Options{Flags: []string{"-ldflags=-B=0x" + buildID}}))
	cfg := quiet()
	cfg.Args, cfg.DebugDirs = []string{"1", "5"}, []string{}
	s := startSession(t, program, cfg)
	b := s.breakAt("main.work")
	s.command(api.Continue)
	if got := s.mustEval("i"); !strings.Contains(got, "debugging information") {
		t.Errorf("without debug information i is %s", got)
	}
	ids := filepath.Join(t.TempDir(), ".build-id")
	to := filepath.Join(ids, buildID[:2], buildID[2:]+".debug")
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(debug, to); err != nil {
		t.Fatal(err)
	}
	if dirs, err := s.DebugInfoDirectories(ctx, true, []string{ids}); err != nil || len(dirs) != 1 {
		t.Fatalf("%q, %v", dirs, err)
	}
	if got := s.mustEval("i"); got != "0" {
		t.Errorf("with debug information i is %s", got)
	}
	st := s.command(api.Continue)
	if st.CurrentThread.Breakpoint == nil || st.CurrentThread.Breakpoint.ID != b.ID || s.mustEval("i") != "1" {
		t.Errorf("stopped at %s, i is %s", at(st), s.mustEval("i"))
	}
}
