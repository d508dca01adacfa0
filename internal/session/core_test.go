package session

import (
	"bytes"
	"context"
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/target"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// dumped writes a core file of a stopped process.
func (s *story) dumped() string {
	s.Helper()
	path := filepath.Join(s.TempDir(), "core")
	st, err := s.DumpStart(context.Background(), path)
	if err != nil || !st.Dumping {
		s.Fatalf("dump: %+v, %v", st, err)
	}
	st, err = s.DumpWait(context.Background(), time.Minute)
	if err != nil || !st.AllDone || st.Dumping || st.Err != "" || st.MemDone != st.MemTotal || st.ThreadsDone == 0 {
		s.Fatalf("dump: %+v, %v", st, err)
	}
	return path
}

func openCore(t testing.TB, exe, path string) *story {
	t.Helper()
	s, err := OpenCore(exe, path, Config{Warn: func(text string) { t.Error(text) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return &story{t, s, exe}
}

// sight is all that can be seen of a stopped process, in words.
func (s *story) sight() string {
	s.Helper()
	ctx := context.Background()
	cfg := api.LoadConfig{FollowPointers: true, MaxVariableRecurse: 3, MaxStringLen: 64, MaxArrayValues: 64, MaxStructFields: -1}
	var b strings.Builder
	show := func(what string, v any, err error) { fmt.Fprintf(&b, "%s: %+v %v\n", what, v, err) }
	gs, err := s.ListGoroutines(ctx, api.ListGoroutinesIn{})
	if err != nil {
		s.Fatal(err)
	}
	for _, g := range gs.Goroutines {
		show("goroutine", []any{g.ID, g.ThreadID, g.UserCurrentLoc.Line, g.WaitReason}, nil)
		stack, err := s.Stacktrace(ctx, api.StacktraceIn{Id: g.ID, Depth: 50, Full: g.ID == 1, Cfg: &cfg})
		for _, f := range stack {
			show("frame", []any{f.PC, f.File, f.Line, f.FrameOffset, f.Err}, nil)
			for _, v := range append(f.Arguments, f.Locals...) {
				show(v.Name, text(&v), nil)
			}
		}
		show("stack", len(stack), err)
	}
	threads, err := s.ListThreads(ctx)
	for _, t := range threads {
		show("thread", []any{t.ID, t.PC, t.GoroutineID}, nil)
		regs, err := s.ListRegisters(ctx, api.ListRegistersIn{ThreadID: t.ID, IncludeFp: true})
		show("registers", regs, err)
	}
	show("threads", len(threads), err)
	code, err := s.Disassemble(ctx, api.DisassembleIn{Scope: api.EvalScope{GoroutineID: 1}})
	show("code", len(code), err)
	for _, in := range code {
		show("instruction", in.Bytes, nil)
	}
	vars, err := s.ListPackageVars(ctx, "^main", cfg)
	for _, v := range vars {
		show(v.Name, text(&v), nil)
	}
	show("variables", len(vars), err)
	return b.String()
}

// text is a variable with its parts.
func text(v *api.Variable) string {
	parts := []string{v.Type, v.Value, v.Unreadable}
	for i := range v.Children {
		parts = append(parts, v.Children[i].Name+"="+text(&v.Children[i]))
	}
	return strings.Join(parts, "|")
}

// A core file that we wrote shows what the process showed, breakpoints hidden.
func TestDumpShowsTheSame(t *testing.T) {
	for _, o := range []testkit.Options{{}, {Optimized: true}, {Flags: []string{"-buildmode=pie"}}} {
		t.Run(fmt.Sprint(o.Optimized, o.Flags), func(t *testing.T) {
			live := launched(t, "crashes", o, quiet())
			live.breakAt("main.crash")
			live.command(api.Continue)
			live.breakAt("main.wait")
			want := live.sight()
			path := live.dumped()
			if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%v, %v", info.Mode(), err)
			}
			if st := live.command(api.Next); st.Exited {
				t.Error("the process did not go on after the dump")
			}
			after := openCore(t, live.path, path)
			if got := after.sight(); got != want {
				t.Errorf("the core file shows\n%s\nbut the process showed\n%s", got, want)
			}
		})
	}
}

// What would run or change the process of a core file is an error that says so.
func TestCoreOnlyShows(t *testing.T) {
	ctx := context.Background()
	live := launched(t, "crashes", testkit.Options{}, quiet())
	live.breakAt("main.crash")
	live.command(api.Continue)
	s := openCore(t, live.path, live.dumped())
	for _, name := range []string{api.Continue, api.Next, api.Step, api.StepOut, api.StepInstruction, api.NextInstruction, api.Call} {
		if _, err := s.Command(ctx, api.DebuggerCommand{Name: name, Expr: "main.wait(1, nil)"}); !errors.Is(err, target.ErrCoreRun) {
			t.Errorf("%s: %v", name, err)
		}
	}
	here := api.EvalScope{GoroutineID: -1}
	_, restart := s.Restart(ctx, api.RestartIn{})
	_, breakpoint := s.CreateBreakpoint(ctx, api.CreateBreakpointIn{LocExpr: "main.main"})
	_, watch := s.CreateWatchpoint(ctx, here, "main.table", api.WatchWrite)
	_, trace := s.CreateEBPFTracepoint(ctx, "main.wait")
	_, dump := s.DumpStart(ctx, filepath.Join(t.TempDir(), "again"))
	_, write := s.WriteMemory(ctx, 0xc000000000, []byte{1})
	for what, err := range map[string][2]error{
		"restart": {restart, target.ErrCoreRun}, "break": {breakpoint, target.ErrCoreBreakpoint}, "watch": {watch, target.ErrCoreBreakpoint},
		"trace": {trace, target.ErrCoreBreakpoint}, "write": {write, target.ErrCoreWrite},
		"set": {s.Set(ctx, here, "f", "1.5"), target.ErrCoreWrite},
	} {
		if !errors.Is(err[0], err[1]) {
			t.Errorf("%s: %v", what, err[0])
		}
	}
	if dump == nil || !strings.Contains(dump.Error(), "core dumping") {
		t.Errorf("dump: %v", dump)
	}
	st, err := s.Command(ctx, api.DebuggerCommand{Name: api.Halt})
	if err != nil || st.Running || st.Exited || st.CurrentThread == nil || st.CurrentThread.Function.Name_ != "main.crash" {
		t.Errorf("halt: %+v, %v", st, err)
	}
	if v, err := s.GetVersion(ctx); err != nil || v.Backend != "core" {
		t.Errorf("%+v, %v", v, err)
	}
	if list, err := s.ListBreakpoints(ctx, true); err != nil || len(list) > 0 {
		t.Errorf("breakpoints: %v, %v", list, err)
	}
}

// A program that dies leaves a core file with the signal and the goroutine.
func TestCoreOfTheKernel(t *testing.T) {
	path := testkit.Build(t, "crashes", testkit.Options{})
	s := openCore(t, path, kernelCore(t, path))
	st, err := s.State(context.Background(), true)
	if err != nil || st.StopReason != "signal aborted" || st.SelectedGoroutine == nil || st.SelectedGoroutine.ID != 1 {
		t.Fatalf("%+v, %v", st, err)
	}
	stack, err := s.Stacktrace(context.Background(), api.StacktraceIn{Id: -1, Depth: 50})
	for i, f := range stack {
		if f.Function.Name() != "main.crash" {
			continue
		}
		v, err := s.Eval(context.Background(), api.EvalScope{GoroutineID: -1, Frame: i}, "words[1]", nil)
		if err != nil || v.Value != "beta" {
			t.Errorf("words[1]: %+v, %v", v, err)
		}
		return
	}
	t.Errorf("%+v, %v", stack, err)
}

// kernelCore has a program crash and returns its core file.
func kernelCore(t *testing.T, path string) string {
	t.Helper()
	pattern, err := os.ReadFile("/proc/sys/kernel/core_pattern")
	if err != nil || strings.ContainsAny(string(pattern), "|/%") {
		t.Skipf("core_pattern is %q: core files go elsewhere", bytes.TrimSpace(pattern))
	}
	dir := t.TempDir()
	cmd := exec.Command("sh", "-c", `ulimit -c unlimited && GOTRACEBACK=crash exec "$0"`, path)
	cmd.Dir = dir
	out, _ := cmd.CombinedOutput()
	found, _ := filepath.Glob(filepath.Join(dir, strings.TrimSpace(string(pattern))+"*"))
	if len(found) != 1 {
		t.Skipf("no core file was written (see ulimit -c): %s", out)
	}
	return found[0]
}

// A core file that is given up, or that cannot be written, leaves nothing, and
// what was there before stays.
func TestDumpGivenUp(t *testing.T) {
	ctx := context.Background()
	s := launched(t, "crashes", testkit.Options{}, quiet())
	s.breakAt("main.crash")
	s.command(api.Continue)
	dir := t.TempDir()
	path := filepath.Join(dir, "core")
	if err := os.WriteFile(path, []byte("before"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"", dir, filepath.Join(dir, "no", "such"), "/dev/full"} {
		if st, err := s.DumpStart(ctx, bad); err == nil || st.Dumping {
			t.Errorf("dump to %q: %+v, %v", bad, st, err)
		}
	}
	if _, err := s.DumpStart(ctx, path); err != nil {
		t.Fatal(err)
	}
	if err := s.DumpCancel(ctx); err != nil {
		t.Error(err)
	}
	st, err := s.DumpWait(ctx, 0)
	if err != nil || st.Dumping || !st.AllDone || st.Err != "canceled" && st.Err != "" {
		t.Errorf("%+v, %v", st, err)
	}
	if st.Err == "canceled" { // and not done before
		if have, _ := os.ReadFile(path); string(have) != "before" {
			t.Errorf("the file has %d bytes now", len(have))
		}
	}
	if list, _ := os.ReadDir(dir); len(list) != 1 {
		t.Errorf("left over: %v", list)
	}
}

// The process cannot go on while its core file is written, and clients see that.
func TestNothingRunsDuringDump(t *testing.T) {
	ctx := context.Background()
	s := launched(t, "crashes", testkit.Options{}, quiet())
	s.breakAt("main.crash")
	s.command(api.Continue)
	hold := &dump{cancel: func() {}, done: make(chan struct{}), state: api.DumpState{Dumping: true}}
	if err := s.do(func() error { s.dump = hold; return nil }); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Command(ctx, api.DebuggerCommand{Name: api.Next}); !errors.Is(err, errDumping) {
		t.Errorf("next: %v", err)
	}
	if _, err := s.Restart(ctx, api.RestartIn{}); !errors.Is(err, errDumping) {
		t.Errorf("restart: %v", err)
	}
	if _, err := s.DumpStart(ctx, filepath.Join(t.TempDir(), "core")); !errors.Is(err, errDumping) {
		t.Errorf("dump: %v", err)
	}
	if st, err := s.State(ctx, false); err != nil || !st.CoreDumping {
		t.Errorf("%+v, %v", st, err)
	}
	hold.end(nil)
	close(hold.done)
	if st := s.command(api.StepInstruction); st.CoreDumping {
		t.Error("the state does not know that the dump has ended")
	}
}

// A core file of another build of the program is refused, a short one warned of.
func TestCoreOfAnother(t *testing.T) {
	live := launched(t, "crashes", testkit.Options{}, quiet())
	live.breakAt("main.crash")
	live.command(api.Continue)
	path := live.dumped()
	other := testkit.Build(t, "crashes", testkit.Options{Optimized: true})
	if s, err := OpenCore(other, path, Config{}); err == nil || !strings.Contains(err.Error(), "it is of "+live.path) {
		t.Errorf("another build: %v", err)
		if s != nil {
			s.Close()
		}
	}
	if _, err := OpenCore(live.path, live.path, Config{}); err == nil || !strings.Contains(err.Error(), "not a core file") {
		t.Errorf("a program for a core file: %v", err)
	}
	if f, err := elf.Open(path); err != nil || f.Type != elf.ET_CORE {
		t.Errorf("%v", err)
	} else {
		f.Close()
	}
}
