package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tinydbg/tinydbg/internal/testkit"
)

const anyway = "--allow-non-terminal-interactive"

func TestExecKillsWhatItStarted(t *testing.T) {
	// A name of its own: other tests, of other packages too, run the same program.
	program := filepath.Join(t.TempDir(), "started_and_killed")
	if err := os.Link(testkit.Build(t, "address_of_main", testkit.Options{}), program); err != nil {
		t.Fatal(err)
	}
	stdout, stderr, status := tinydbg(t, "break main.main\ncontinue\nprint global\nquit\n", "exec", program, anyway)
	for _, want := range []string{
		"Breakpoint 1 set at 0x", " for main.main() ", "> [Breakpoint 1] main.main() ", "(hits goroutine(1):1 total:1)", "(tinydbg) 42\n",
	} {
		if !strings.Contains(stdout, want) {
			t.Errorf("the session lacks %q", want)
		}
	}
	if status != 0 || t.Failed() {
		t.Errorf("status %d\n%s%s", status, stdout, stderr)
	}
	out, _ := exec.Command("pgrep", "-fx", program).Output()
	if len(out) > 0 {
		t.Errorf("the program runs on: %s", out)
	}
}

func TestProgramArgumentsAndRedirects(t *testing.T) {
	program := testkit.Build(t, "hello", testkit.Options{})
	file := filepath.Join(t.TempDir(), "out")
	_, stderr, status := tinydbg(t, "continue\n", "exec", program, anyway, "-r", "stdout:"+file, "--", "-x", "y")
	text, err := os.ReadFile(file)
	if status != 0 || err != nil || len(text) == 0 {
		t.Errorf("status %d, %v, %q\n%s", status, err, text, stderr)
	}
}

// traced waits until a process is traced and returns by whom.
func traced(t *testing.T, p *testkit.Proc) {
	t.Helper()
	testkit.Eventually(t, func() bool { return testkit.Status(p.PID)["TracerPid"] != "0" }, "the process is traced")
}

func free(t *testing.T, p *testkit.Proc) {
	t.Helper()
	testkit.Eventually(t, func() bool { return testkit.Status(p.PID)["TracerPid"] == "0" }, "the process is not traced any more")
	if state := testkit.Status(p.PID)["State"]; strings.HasPrefix(state, "t") || strings.HasPrefix(state, "T") || strings.HasPrefix(state, "Z") {
		t.Errorf("the process does not run on: State %s", state)
	}
}

func TestAttachLeavesTheProcessRunning(t *testing.T) {
	program := testkit.Build(t, "address_of_main", testkit.Options{})
	for _, input := range []string{"break main.main\nquit\n\n", "exit -d\n", ""} {
		p := testkit.Start(t, program)
		p.WaitOutput(t, "ready")
		stdout, stderr, status := tinydbg(t, input, "attach", fmt.Sprint(p.PID), anyway)
		if status != 0 {
			t.Errorf("%q: status %d\n%s%s", input, status, stdout, stderr)
		}
		free(t, p)
	}
}

func TestSignalsLeaveTheProcessRunning(t *testing.T) {
	program := testkit.Build(t, "address_of_main", testkit.Options{})
	for _, sig := range []os.Signal{syscall.SIGTERM, syscall.SIGHUP} {
		p := testkit.Start(t, program)
		p.WaitOutput(t, "ready")
		cmd := exec.Command(binary, "attach", fmt.Sprint(p.PID), anyway)
		in, err := cmd.StdinPipe() // stays open: nobody types anything
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		traced(t, p)
		if err := cmd.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); cmd.ProcessState.ExitCode() != 1 {
			t.Errorf("%v: ended with %v", sig, err)
		}
		in.Close()
		free(t, p)
	}
}

func TestHeadless(t *testing.T) {
	program := testkit.Build(t, "address_of_main", testkit.Options{})
	socket := filepath.Join(t.TempDir(), "s")
	cmd := exec.Command(binary, "--headless=true", "-l", "unix:"+socket, "exec", program)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	first, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || first != "API server listening at: "+socket+"\n" {
		t.Fatalf("first it said %q, %v", first, err)
	}
	stdout, stderr, status := tinydbg(t, "b main.main\nc\np global\nexit\n", "connect", "unix:"+socket)
	if status != 0 || !strings.Contains(stdout, "(tinydbg) 42\n") {
		t.Errorf("status %d\n%s%s", status, stdout, stderr)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("the server ended with %v", err)
		}
	case <-time.After(testkit.Patience):
		t.Error("the server does not end when its only client has left")
	}
}

func TestHeadlessContinue(t *testing.T) {
	program := testkit.Build(t, "address_of_main", testkit.Options{})
	cmd := exec.Command(binary, "exec", program, "--headless", "--accept-multiclient", "--continue", "-r", "stdin:/dev/zero")
	var out strings.Builder
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(pipe)
	for lines.Scan() {
		out.WriteString(lines.Text() + "\n")
		if lines.Text() == "ready" {
			break
		}
	}
	if !strings.HasPrefix(out.String(), "API server listening at: 127.0.0.1:") {
		t.Errorf("got %s", &out)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for lines.Scan() {
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("the server ended with %v", err)
	}
}

func TestDebugBuildsAndRemoves(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":       "module probe\n\ngo 1.22\n",
		"main.go":      "package main\n\nfunc main() {\n\tn := 5\n\tprintln(n)\n}\n",
		"main_test.go": "package main\n\nimport \"testing\"\n\nfunc TestX(t *testing.T) {\n\tn := 6\n\tprintln(n)\n}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	built := filepath.Join(dir, "made")
	for _, c := range []struct{ args, input, want string }{
		{"debug", "b main.go:5\nc\np n\nexit\n", "(tinydbg) 5\n"},
		{"test", "b main_test.go:7\nc\np n\nexit\n", "(tinydbg) 6\n"},
	} {
		stdout, stderr, status := tinydbg(t, c.input, c.args, "--output", built, anyway)
		if status != 0 || !strings.Contains(stdout, c.want) {
			t.Errorf("%s: status %d\n%s%s", c.args, status, stdout, stderr)
		}
		if _, err := os.Stat(built); err == nil {
			t.Errorf("%s left its executable", c.args)
		}
	}
	if _, stderr, status := tinydbg(t, "", "debug", "./nosuch", anyway); status != 1 || !strings.Contains(stderr, "build ./nosuch") {
		t.Errorf("status %d\n%s", status, stderr)
	}
}

func TestTrace(t *testing.T) {
	program := testkit.Build(t, "hello", testkit.Options{})
	_, stderr, status := tinydbg(t, "", "trace", "-e", program, `^main\.main$`)
	if status != 0 || !strings.Contains(stderr, "> goroutine(1): main.main()\n") || strings.Count(stderr, ">> goroutine(1): main.main => ()\n") != 1 {
		t.Errorf("status %d\n%s", status, stderr)
	}
	counter := testkit.Build(t, "hit_counter", testkit.Options{})
	_, stderr, status = tinydbg(t, "", "trace", "-e", counter, `^main\.work$`, "--", "1", "2")
	for _, want := range []string{"): main.work(0, 0)\n", "): main.work => (1)\n", "): main.work(0, 1)\n"} {
		if status != 0 || !strings.Contains(stderr, want) {
			t.Errorf("status %d\n%s\nlacks %s", status, stderr, want)
		}
	}
	// Debug information does not say where results are in optimised code.
	optimised := testkit.Build(t, "traced_calls", testkit.Options{Optimized: true})
	_, stderr, status = tinydbg(t, "", "trace", "-e", optimised, `^main\.work$`)
	if n := strings.Count(stderr, "main.work => (198,49.5)\n"); status != 0 || n != 4 {
		t.Errorf("the last results of work were seen %d times, not 4; status %d", n, status)
	}
	if _, stderr, status := tinydbg(t, "", "trace", "-e", program, "^no such function$"); status != 1 || !strings.Contains(stderr, "no function fits") {
		t.Errorf("status %d\n%s", status, stderr)
	}
}

func TestInitFile(t *testing.T) {
	program := testkit.Build(t, "address_of_main", testkit.Options{})
	file := filepath.Join(t.TempDir(), "init")
	if err := os.WriteFile(file, []byte("# begin here\nbreak main.main\ncontinue\nprint global\nexit\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	stdout, stderr, status := tinydbg(t, "", "exec", program, "--init", file, anyway)
	if status != 0 || !strings.Contains(stdout, "\n42\n") {
		t.Errorf("status %d\n%s%s", status, stdout, stderr)
	}
}
