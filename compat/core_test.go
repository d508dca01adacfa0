package compat

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/internal/testkit"
)

// TestSameCore has each debugger write a core file, and both look at each file,
// and at one of the kernel's: every field of every answer is compared.
func TestSameCore(t *testing.T) {
	dir := filepath.Join(testkit.Root(t), "testdata/programs/crashes")
	bin := testkit.BuildDir(t, dir, testkit.Options{})
	for writer, write := range map[string]func(*testing.T) string{
		"peer":   func(t *testing.T) string { return coreBy(t, peerBinary(t), bin) },
		"ours":   func(t *testing.T) string { return coreBy(t, oursBinary(t), bin) },
		"kernel": func(t *testing.T) string { return coreByKernel(t, bin) },
	} {
		t.Run("written by "+writer, func(t *testing.T) {
			path := write(t)
			said := map[string][]saying{}
			for name, binary := range map[string]func(*testing.T) string{"peer": peerBinary, "ours": oursBinary} {
				s := speak(t, headless(t, binary(t), "core", bin, path))
				playCore(s)
				said[name] = s.said
			}
			for _, d := range differences(said["peer"], said["ours"]) {
				if !d.known() {
					t.Error(d)
				}
			}
		})
	}
}

// coreBy has a debugger stop in main.crash and write a core file.
func coreBy(t *testing.T, debugger, bin string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "core")
	s := speak(t, headless(t, debugger, "exec", bin))
	said := func(method string, arg any) map[string]any {
		t.Helper()
		result, failed := s.ask(method, arg)
		if failed != "" {
			t.Fatalf("%s: %s", method, failed)
		}
		return result
	}
	said("CreateBreakpoint", dict{"Breakpoint": dict{"functionName": "main.crash"}})
	said("Command", dict{"name": "continue"})
	said("DumpStart", dict{"Destination": path})
	for range 60 {
		state := said("DumpWait", dict{"Wait": 1000})["State"].(map[string]any)
		if state["Dumping"] == false {
			break
		}
	}
	said("Detach", dict{"Kill": true})
	return path
}

func coreByKernel(t *testing.T, bin string) string {
	t.Helper()
	pattern, err := os.ReadFile("/proc/sys/kernel/core_pattern")
	if err != nil || strings.ContainsAny(string(pattern), "|/%") {
		t.Skipf("core_pattern is %q: core files go elsewhere", pattern)
	}
	cmd := exec.Command("sh", "-c", `ulimit -c unlimited && GOTRACEBACK=crash exec "$0"`, bin)
	cmd.Dir = t.TempDir()
	out, _ := cmd.CombinedOutput()
	found, _ := filepath.Glob(filepath.Join(cmd.Dir, strings.TrimSpace(string(pattern))+"*"))
	if len(found) != 1 {
		t.Skipf("no core file was written (see ulimit -c): %s", out)
	}
	return found[0]
}

func playCore(s *speaker) {
	s.note("core: state", "State", dict{})
	for _, m := range []string{"ProcessPid", "Recorded", "AttachedToExistingProcess", "ListBreakpoints", "ListCheckpoints", "ListDynamicLibraries",
		"GetBufferedTracepoints", "CancelNext"} {
		s.note("core: "+m, m, dict{})
	}
	s.note("core: user's goroutines", "ListGoroutines", dict{"Filters": []dict{{"Kind": 7}}})
	stack, _ := s.ask("Stacktrace", dict{"Id": 1, "Depth": 50, "Full": true, "Cfg": loadAll})
	frames, _ := stack["Locations"].([]any)
	for i, f := range frames {
		fn, _ := f.(map[string]any)["function"].(map[string]any)
		if fn["name"] != "main.crash" && fn["name"] != "main.main" {
			continue
		}
		name, scope := "core: "+fn["name"].(string), dict{"GoroutineID": 1, "Frame": i}
		s.flatten(name, ".Frame", f)
		s.note(name+" arguments", "ListFunctionArgs", dict{"Scope": scope, "Cfg": loadAll})
		s.note(name+" locals", "ListLocalVars", dict{"Scope": scope, "Cfg": loadAll})
		s.note(name+" p", "Eval", dict{"Scope": scope, "Expr": "*p", "Cfg": loadAll})
		s.note(name+" words", "Eval", dict{"Scope": scope, "Expr": "words[1]", "Cfg": loadAll})
	}
	s.note("core: package variables", "ListPackageVars", dict{"Filter": `^main\.table$`, "Cfg": loadAll})
	s.note("core: code", "ExamineMemory", dict{"Address": 0x400000, "Length": 64})
	s.note("core: no memory", "ExamineMemory", dict{"Address": 16, "Length": 8})
	for _, name := range []string{"continue", "next", "step", "stepOut", "stepInstruction", "rewind", "call"} {
		s.note("core: "+name, "Command", dict{"name": name, "expr": "main.main()"})
	}
	s.note("core: halt", "Command", dict{"name": "switchGoroutine", "goroutineID": 1})
	s.note("core: restart", "Restart", dict{})
	s.note("core: break", "CreateBreakpoint", dict{"Breakpoint": dict{"functionName": "main.main"}})
	s.note("core: watch", "CreateWatchpoint", dict{"Scope": dict{"GoroutineID": 1}, "Expr": "main.table", "Type": 2})
	s.note("core: dump", "DumpStart", dict{"Destination": filepath.Join(s.t.TempDir(), "again")})
	s.note("core: dump wait", "DumpWait", dict{"Wait": 0})
	s.ask("Detach", dict{"Kill": true})
}

// TestOtherReaders has gdb look at a core file that we wrote.
func TestOtherReaders(t *testing.T) {
	gdb, err := exec.LookPath("gdb")
	if err != nil {
		t.Skip("gdb is not installed; it is the other reader of core files")
	}
	bin := testkit.BuildDir(t, filepath.Join(testkit.Root(t), "testdata/programs/crashes"), testkit.Options{})
	cmd := exec.Command(gdb, "-nx", "-batch", "-ex", "backtrace", "-ex", "print f", "-ex", "info threads", bin, coreBy(t, oursBinary(t), bin))
	out, err := cmd.CombinedOutput()
	for _, want := range []string{"main.crash (", "main.main ()", "$1 = 2.5", "LWP"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("gdb does not say %q, %v:\n%s", want, err, out)
		}
	}
}
