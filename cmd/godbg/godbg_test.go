package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tinydbg/tinydbg/internal/testkit"
)

// The test binary is godbg, too, when it is told so.
func TestMain(m *testing.M) {
	if os.Getenv("RUN_AS_GODBG") != "" {
		main()
		os.Exit(0)
	}
	os.Exit(testkit.Main(m))
}

func debuggerCommand(args ...string) *exec.Cmd {
	cmd := exec.Command("/proc/self/exe", args...)
	cmd.Env = append(os.Environ(), "RUN_AS_GODBG=1")
	return cmd
}

// godbg runs godbg with a script on standard input.
func godbg(t *testing.T, script string, args ...string) (output string, status int) {
	t.Helper()
	cmd := debuggerCommand(args...)
	var out bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(script), &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stuck := time.AfterFunc(4*time.Minute, func() { _ = cmd.Process.Kill() })
	_ = cmd.Wait() // the status tells
	if !stuck.Stop() {
		t.Fatalf("godbg did not end; it said:\n%s", out.String())
	}
	return out.String(), cmd.ProcessState.ExitCode()
}

// expect runs a script that must succeed, and checks what it printed: each of
// want is a regular expression that must match after the one before it.
func expect(t *testing.T, script string, args []string, want ...string) {
	t.Helper()
	out, status := godbg(t, script, args...)
	if status != 0 {
		t.Errorf("status %d", status)
	}
	rest := out
	for _, w := range want {
		at := regexp.MustCompile(`(?m)` + w).FindStringIndex(rest)
		if at == nil {
			t.Fatalf("no match for %q in:\n%s\nall:\n%s", w, rest, out)
		}
		rest = rest[at[1]:]
	}
}

func attachArgs(p *testkit.Proc) []string { return []string{"attach", strconv.Itoa(p.PID)} }

// text is the executable memory that p has mapped from its file.
func text(t *testing.T, p *testkit.Proc) string {
	t.Helper()
	maps, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", p.PID))
	if err != nil {
		t.Fatal(err)
	}
	mem, err := os.Open(fmt.Sprintf("/proc/%d/mem", p.PID))
	if err != nil {
		t.Fatal(err)
	}
	defer mem.Close()
	exe, _ := os.Readlink(fmt.Sprintf("/proc/%d/exe", p.PID))
	var all strings.Builder
	for line := range strings.Lines(string(maps)) {
		var low, high int64
		if !strings.Contains(line, "r-xp") || !strings.HasSuffix(strings.TrimSpace(line), exe) {
			continue
		}
		fmt.Sscanf(line, "%x-%x", &low, &high)
		buf := make([]byte, high-low)
		if _, err := mem.ReadAt(buf, low); err != nil {
			t.Fatal(err)
		}
		all.Write(buf)
	}
	return all.String()
}

func TestShellLoop(t *testing.T) {
	p := testkit.Start(t, "/bin/sh", "-c", "i=0; while true; do i=$((i+1)); echo round $i; sleep 0.1; done")
	p.WaitOutput(t, "round 2")
	d := testkit.StartCmd(t, debuggerCommand(attachArgs(p)...))
	d.WaitOutput(t, "1 thread stopped")
	if state := testkit.Status(p.PID)["State"]; !strings.HasPrefix(state, "t") {
		t.Errorf("attached, the shell is in state %s", state)
	}
	paused := written(t, p)
	fmt.Fprintln(d.Stdin, "threads")
	d.WaitOutput(t, "t (tracing stop)")
	fmt.Fprintln(d.Stdin, "pregs rip")
	d.WaitOutput(t, "rip = 0x")
	if now := written(t, p); now != paused {
		t.Errorf("the shell went on while attached: it had written %s bytes, and now %s", paused, now)
	}
	d.Stdin.Close()
	if _, err := d.Wait(t); err != nil {
		t.Error(err)
	}
	rounds := strings.Count(p.Output(), "round")
	p.WaitOutput(t, fmt.Sprintf("round %d", rounds+2))
}

// written is how many bytes p has written, some of which may not have been read yet; ""
// where the kernel does not count them.
func written(t *testing.T, p *testkit.Proc) string {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/io", p.PID))
	if err != nil {
		t.Logf("what it writes while it is stopped is not known: %v", err)
	}
	_, n, _ := strings.Cut(string(text), "wchar: ")
	n, _, _ = strings.Cut(n, "\n")
	return n
}

func TestBreakpointsOnEverything(t *testing.T) {
	programs := map[string]func() string{
		"go": func() string { return testkit.Build(t, "threads", testkit.Options{}) },
		"go optimised PIE": func() string {
			return testkit.Build(t, "threads", testkit.Options{Optimized: true, Flags: []string{"-buildmode=pie"}})
		},
		"c":        func() string { return testkit.BuildC(t, "spin") },
		"c static": func() string { return testkit.BuildC(t, "spin", "-static") },
		"c no PIE": func() string { return testkit.BuildC(t, "spin", "-no-pie") },
	}
	for name, build := range programs {
		t.Run(name, func(t *testing.T) {
			p := testkit.Start(t, build())
			p.WaitOutput(t, "ready")
			before := text(t, p)
			symbol := "work"
			if strings.HasPrefix(name, "go") {
				symbol = "main.work"
			}
			expect(t, "break "+symbol+"\ncontinue\ncontinue\nbt\nstep\nnext\ndis "+symbol+" -n 2\nbreaks\nthreads\nclear -n 1\nexit\n",
				attachArgs(p),
				`breakpoint 1 at 0x[0-9a-f]+ <`+symbol+`>`,
				`thread \d+ hit breakpoint 1 \(1 hit\)`, `hit breakpoint 1 \(2 hits\)`,
				`0  0x[0-9a-f]+ <`+symbol+`>`, `1  0x[0-9a-f]+ <(main\.|run)`,
				`at 0x[0-9a-f]+ <`+symbol+`\+`, `at 0x[0-9a-f]+ <`+symbol+`\+`,
				`^ ?.?\*0x`, `1  0x[0-9a-f]+ <`+symbol+`>  2 hits`, `t \(tracing stop\)`, `breakpoint 1 .* cleared`)
			if text(t, p) != before {
				t.Error("the text has changed")
			}
			if state := testkit.Status(p.PID)["TracerPid"]; state != "0" {
				t.Errorf("still traced by %s", state)
			}
			if p.Exited() {
				t.Errorf("the program has ended: %s", p.Output())
			}
		})
	}
}

func TestStrippedProgram(t *testing.T) {
	p := testkit.Start(t, testkit.BuildC(t, "spin", "-s"))
	p.WaitOutput(t, "ready")
	expect(t, "pregs\nbreak $rip+0\ndis -n 3 -s intel\npmem $rsp --size 8 --count 2\nbreaks\n", attachArgs(p),
		`Rip = 0x`, `breakpoint 1 at 0x`, `=>\*0x`, `0x[0-9a-f]+:  0x[0-9a-f]{16}  0x`, `1  0x`)
}

func TestAwkwardInstructions(t *testing.T) {
	bin := testkit.BuildC(t, "oddities", "-static")
	out, _ := godbg(t, "break step_here\ncontinue\n"+strings.Repeat("step\n", 110)+"continue\n", "exec", bin)
	// One line "=>" per step: syscall, rep movsb (64 steps of the hardware
	// would be one each), int3 and jmp must each be left behind.
	for _, op := range []string{"SYSCALL", "REP; MOVSB", "INT $0x3", "JMP"} {
		if !strings.Contains(out, op) {
			t.Errorf("%s was never the next instruction:\n%s", op, out)
		}
	}
	out, status := godbg(t, "break step_here\ncontinue\ncontinue\ncontinue\n", "exec", bin)
	if status != 0 || !strings.Contains(out, "ran a trap instruction of its own") {
		t.Errorf("status %d:\n%s", status, out)
	}
	if !strings.Contains(out, "exited with status 7") || !strings.Contains(out, "copied sixty-four bytes") {
		t.Errorf("the program did not end as it should:\n%s", out)
	}
}

func TestForksAndSignals(t *testing.T) {
	p := testkit.Start(t, testkit.BuildC(t, "forks"))
	p.WaitOutput(t, "children 50")
	expect(t, "break work\n"+strings.Repeat("continue\n", 20)+"breaks\n", attachArgs(p), `1  .*<work>  20 hits`)
	n := strings.Count(p.Output(), "children")
	testkit.Eventually(t, func() bool { return strings.Count(p.Output(), "children") > n+1 || p.Exited() }, "more children")
	if p.Exited() {
		t.Errorf("a child met a trap: %s", p.Output())
	}

	s := testkit.Start(t, testkit.BuildC(t, "spin"))
	s.WaitOutput(t, "ready")
	stop := make(chan struct{})
	sent := make(chan int)
	go func() {
		n := 0
		for {
			select {
			case <-stop:
				sent <- n
				return
			default:
				if !strings.Contains(s.Output(), fmt.Sprintf("signals %d\n", n)) {
					continue // not yet taken: a second one would be merged with it
				}
				syscall.Kill(s.PID, syscall.SIGUSR1)
				n++
			}
		}
	}()
	expect(t, "break work\n"+strings.Repeat("continue\nstep\nnext\n", 10)+"breaks\n", attachArgs(s), `1  .*<work>  \d+ hits`)
	close(stop)
	s.WaitOutput(t, fmt.Sprintf("signals %d\n", <-sent))
}

func TestMemoryAndRegisters(t *testing.T) {
	p := testkit.Start(t, testkit.BuildC(t, "spin"))
	p.WaitOutput(t, "ready")
	expect(t, `setmem signals --size 8 0x0102030405060708
pmem signals --size 8 --count 1
pmem signals --size 1 --count 8 --fmt d
pmem signals --size 2 --count 2 --fmt o
pmem signals --size 1 --count 1 --fmt b
setmem signals --size 8 -1
pmem signals --size 4 --count 2 --fmt d
setmem signals --size 8 41
setreg rax 0x1234
pregs rax ax ah
pregs -a
break work
setmem work --size 1 0x55
pmem work --size 1 --count 1
`, attachArgs(p), `0x0102030405060708`, `8  7  6  5  4  3  2  1`, `0\d+`, `00001000`, `-1  -1`,
		`rax = 0x0+1234, was`, `rax = 0x0+1234\nax = 0x1234\nah = 0x12`, `Rflags = .*\[.*IF`, `XMM0 = `, `0x`)
	p.WaitOutput(t, "signals 41\n")
}

func TestRefusals(t *testing.T) {
	p := testkit.Start(t, testkit.BuildC(t, "spin"))
	p.WaitOutput(t, "ready")
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"attach"}, "needs the id of a process"},
		{[]string{"attach", "abc"}, "not the id of a process"},
		{[]string{"attach", "0"}, "not the id of a process"},
		{[]string{"attach", "4194303"}, "no such process"},
		{[]string{"exec"}, "needs a program"},
		{[]string{"exec", "/nonexistent"}, "no such file"},
		{[]string{"attach", strconv.Itoa(p.PID), "--init", "/nonexistent"}, "no such file"},
	} {
		if out, status := godbg(t, "", c.args...); status != 1 || !strings.Contains(out, c.want) {
			t.Errorf("%q: status %d, %s", c.args, status, out)
		}
	}
	for script, want := range map[string]string{
		"frobnicate":                 "no command",
		"break":                      "usage: break ADDRESS",
		"break wrok":                 "no symbol",
		"break 0":                    "set a breakpoint at 0x0",
		"clear -n 3":                 "no breakpoint 3",
		"pmem 0":                     "read 64 bytes at 0x0",
		"pmem $rsp --size 3":         "--size takes",
		"pmem $rsp --fmt q":          "--fmt takes",
		"pmem $rsp --count 99999999": "--count takes",
		"setreg al 0x100":            "does not fit",
		"setreg nope 1":              "no register nope",
		"thread 1":                   "no thread 1",
		"dis -s att":                 "go, gnu or intel",
		"list":                       "no line information",
	} {
		out, status := godbg(t, script+"\n", attachArgs(p)...)
		if status != 1 || !strings.Contains(out, want) {
			t.Errorf("%q: status %d, want %q:\n%s", script, status, want, out)
		}
	}
	if p.Exited() {
		t.Errorf("the program has ended: %s", p.Output())
	}
}

func TestSecondTracerIsRefused(t *testing.T) {
	p := testkit.Start(t, "/bin/sleep", "1000")
	first := testkit.StartCmd(t, debuggerCommand(attachArgs(p)...))
	first.WaitOutput(t, "stopped")
	out, status := godbg(t, "", attachArgs(p)...)
	if status != 1 || !strings.Contains(out, "operation not permitted") || !strings.Contains(out, strconv.Itoa(first.PID)) {
		t.Errorf("status %d: %s", status, out)
	}
	// A request from a thread that is not the tracer finds no such process.
	if err := unix.PtraceDetach(p.PID); err != unix.ESRCH {
		t.Errorf("detach by a stranger: %v", err)
	}
	first.Stdin.Close()
	first.Wait(t)
}

func TestTermDetaches(t *testing.T) {
	p := testkit.Start(t, testkit.BuildC(t, "spin"))
	p.WaitOutput(t, "ready")
	before := text(t, p)
	d := testkit.StartCmd(t, debuggerCommand(attachArgs(p)...))
	d.WaitOutput(t, "stopped")
	fmt.Fprintln(d.Stdin, "break main\ncontinue") // runs for ever
	d.WaitOutput(t, "breakpoint 1")
	n := strings.Count(p.Output(), "rounds")
	testkit.Eventually(t, func() bool { return strings.Count(p.Output(), "rounds") > n+2 }, "the program to run")
	d.Signal(t, syscall.SIGTERM)
	d.Wait(t)
	if text(t, p) != before || testkit.Status(p.PID)["TracerPid"] != "0" {
		t.Error("the program was not left as it was")
	}
	n = strings.Count(p.Output(), "rounds")
	testkit.Eventually(t, func() bool { return strings.Count(p.Output(), "rounds") > n+2 }, "the program to run on")
}

func TestExecIsKilledAtTheEnd(t *testing.T) {
	out, status := godbg(t, "break main.main\ncontinue\nlist\nthreads\n", "exec",
		testkit.Build(t, "hello", testkit.Options{}))
	m := regexp.MustCompile(`process (\d+)`).FindStringSubmatch(out)
	if status != 0 || m == nil || !strings.Contains(out, "=>   ") || !strings.Contains(out, "func main()") {
		t.Fatalf("status %d:\n%s", status, out)
	}
	pid, _ := strconv.Atoi(m[1])
	testkit.Eventually(t, func() bool { return testkit.Status(pid) == nil }, "the end of the program")
	script := filepath.Join(t.TempDir(), "script")
	if err := os.WriteFile(script, []byte("pregs rip\nnonsense\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, status = godbg(t, "threads\n", "exec", "--init", script, "/bin/true", "--", "-x")
	if status != 1 || !strings.Contains(out, "line 2: nonsense: no command") || strings.Contains(out, "* ") {
		t.Errorf("a failing script: status %d:\n%s", status, out)
	}
}

// Threads come and go all the time; each one there is must be stopped.
func TestThreadsBornLater(t *testing.T) {
	p := testkit.Start(t, testkit.Build(t, "threads", testkit.Options{}), "20")
	p.WaitOutput(t, "ready")
	tasks := func() []string {
		list, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*", p.PID))
		return list
	}
	testkit.Eventually(t, func() bool { return len(tasks()) >= 20 }, "20 threads")
	d := testkit.StartCmd(t, debuggerCommand(attachArgs(p)...))
	fmt.Fprintln(d.Stdin, "break main.work")
	for i := range 10 {
		fmt.Fprintln(d.Stdin, "continue")
		d.WaitOutput(t, fmt.Sprintf("breakpoint 1 (%d hit", i+1))
		for _, task := range tasks() {
			id, _ := strconv.Atoi(filepath.Base(task))
			if state := testkit.Status(id)["State"]; !strings.HasPrefix(state, "t") {
				t.Errorf("stop %d: thread %d is in state %s", i, id, state)
			}
		}
	}
	d.Stdin.Close()
	if _, err := d.Wait(t); err != nil {
		t.Errorf("%v: %s", err, d.Output())
	}
}

func TestInterrupt(t *testing.T) {
	p := testkit.Start(t, testkit.BuildC(t, "spin"))
	p.WaitOutput(t, "ready")
	d := testkit.StartCmd(t, debuggerCommand(attachArgs(p)...))
	d.WaitOutput(t, "state t (tracing stop)")
	fmt.Fprintln(d.Stdin, "continue")
	n := strings.Count(p.Output(), "rounds")
	testkit.Eventually(t, func() bool { return strings.Count(p.Output(), "rounds") > n+2 }, "the program to run")
	d.Signal(t, os.Interrupt)
	d.WaitOutput(t, "interrupted")
	if state := testkit.Status(p.PID)["State"]; !strings.HasPrefix(state, "t") {
		t.Errorf("interrupted, the program is in state %s", state)
	}
	fmt.Fprintln(d.Stdin, "thread 1")
	if state, _ := d.Wait(t); state.ExitCode() != 1 {
		t.Errorf("a failing command ended with status %d: %s", state.ExitCode(), d.Output())
	}
	n = strings.Count(p.Output(), "rounds")
	testkit.Eventually(t, func() bool { return strings.Count(p.Output(), "rounds") > n+2 }, "the program to run on")
}

// A step in a system call that does not end can be given up.
func TestStepInSystemCall(t *testing.T) {
	p := testkit.StartCmd(t, exec.Command("sleep", "1000"))
	testkit.Eventually(t, func() bool { return strings.HasPrefix(testkit.Status(p.PID)["State"], "S") }, "it sleeps")
	d := testkit.StartCmd(t, debuggerCommand("attach", strconv.Itoa(p.PID)))
	d.WaitOutput(t, "state t (tracing stop)")
	fmt.Fprintln(d.Stdin, "step")
	d.WaitOutput(t, "is in a system call, which has to end first")
	testkit.Eventually(t, func() bool { return strings.HasPrefix(testkit.Status(p.PID)["State"], "S") }, "it sleeps again")
	d.Signal(t, os.Interrupt)
	d.WaitOutput(t, "interrupted in the middle of a system call")
	d.Stdin.Close()
	if _, err := d.Wait(t); err != nil {
		t.Errorf("%v: %s", err, d.Output())
	}
}

func TestFaultIsShownAndDelivered(t *testing.T) {
	out, status := godbg(t, "continue\nbt\ncontinue\n", "exec", testkit.BuildC(t, "crash"), "an argument")
	for _, want := range []string{"argument an argument", "gets SIGSEGV", "<crash", "killed by segmentation fault"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in (status %d):\n%s", want, status, out)
		}
	}
}
