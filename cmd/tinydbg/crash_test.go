package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/client"
	"github.com/tinydbg/tinydbg/internal/proclist"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// debuggerOf starts a debugger on the service, with flags. What it prints goes to
// out.
func debuggerOf(t *testing.T, c *chaos, out io.Writer, flags ...string) (cmd *exec.Cmd, in io.WriteCloser) {
	t.Helper()
	cmd = exec.Command(binary, append([]string{"attach", strconv.Itoa(c.service.PID)}, flags...)...)
	cmd.Env = append(os.Environ(), "XDG_CONFIG_HOME="+home, "XDG_STATE_HOME="+home)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	return cmd, in
}

// brokenInto starts a debugger with a script that begins with a breakpoint, and returns
// what it says from then on; the process is stopped until the script goes on.
func brokenInto(t *testing.T, proc *testkit.Proc, script string) (cmd *exec.Cmd, in io.WriteCloser, out *bufio.Reader) {
	t.Helper()
	return debuggerUntil(t, proc, script, "Breakpoint 1 set")
}

// debuggerUntil is a debugger with a script that has printed such a line.
func debuggerUntil(t *testing.T, proc *testkit.Proc, script, line string) (cmd *exec.Cmd, in io.WriteCloser, out *bufio.Reader) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	cmd, in = debuggerOf(t, &chaos{T: t, service: proc}, w, anyway)
	w.Close()
	_, _ = io.WriteString(in, script)
	out = bufio.NewReader(r)
	for said := ""; !strings.Contains(said, line); {
		if said, err = out.ReadString('\n'); err != nil {
			t.Fatalf("%v after %q", err, said)
		}
	}
	return cmd, in, out
}

// armed tells whether there are traps in the service.
func (c *chaos) armed() bool { return !bytes.Equal(c.memory(), c.text) }

// held tells whether the service is kept stopped.
func (c *chaos) held() bool {
	task, err := proclist.Task(c.service.PID, c.service.PID)
	return err == nil && task.State == "t"
}

// Our own crash, as a panic of any goroutine and a fatal error of Go's runtime
// end us, does no harm while breakpoints are hit all the time.
func TestOurOwnCrash(t *testing.T) {
	c := newChaos(t, 1)
	for i, sig := range []syscall.Signal{syscall.SIGQUIT, syscall.SIGABRT, syscall.SIGSEGV} {
		var out bytes.Buffer
		cmd, in := debuggerOf(t, c, &out, anyway)
		_, _ = io.WriteString(in, "break main.answer if n == -1\nbreak main.sum if n == -1\ncontinue\n")
		testkit.Eventually(t, c.armed, "traps are set")
		if err := cmd.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
		if text := out.String(); !strings.Contains(text, "goroutine ") {
			t.Errorf("%v was no crash:\n%s", sig, text)
		}
		c.check(i)
	}
}

// A debugger dies that has set a watchpoint and nothing else, and not even let the
// service run.
func TestOnlyWatching(t *testing.T) {
	c := newChaos(t, 1)
	cmd, _, _ := debuggerUntil(t, c.service, "watch -w main.watched[0]\n", "Watchpoint main.watched[0] set")
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	c.check(0)
}

// serverOf starts a server on the service, with flags, and a client of it.
func serverOf(ctx context.Context, t *testing.T, c *chaos, flags ...string) (*exec.Cmd, *client.Client) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	cmd, _ := debuggerOf(t, c, w, append(flags, "--headless", "--accept-multiclient")...)
	w.Close()
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	go io.Copy(io.Discard, r)
	cl, err := client.Dial(ctx, strings.TrimSpace(line[strings.LastIndex(line, " ")+1:]), client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cl.Close() })
	return cmd, cl
}

// A debugger dies that has never stopped the service for a user: its breakpoints
// were set while that ran.
func TestNeverStopped(t *testing.T) {
	c := newChaos(t, 1)
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Minute)
	defer cancel()
	cmd, cl := serverOf(ctx, t, c, "--continue")
	testkit.Eventually(t, c.armed, "the traps that are always there")
	for _, place := range []string{"main.answer", "main.sum"} {
		b := api.CreateBreakpointIn{LocExpr: place, Breakpoint: api.Breakpoint{Cond: "n == -1"}}
		if _, err := cl.CreateBreakpoint(ctx, b); err != nil {
			t.Fatal(err)
		}
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	c.check(0)
}

// A debugger dies, and its guardian before it. The next one to attach takes out
// what they left, watchpoints included, though it only wants to look.
func TestNobodyTidied(t *testing.T) {
	c := newChaos(t, 1)
	script := "watch -w main.watched[0]\ncondition 1 main.watched[0] == 1\nbreak main.sum if n == -1\ncontinue\n"
	cmd, _, _ := debuggerUntil(t, c.service, script, "Breakpoint 2 set")
	testkit.Eventually(t, func() bool { return c.armed() && !c.held() }, "it runs, with traps")
	for _, p := range proclist.Find("tinydbg-guardian") {
		if len(p.CmdLine) > 1 && p.CmdLine[1] == strconv.Itoa(c.service.PID) {
			_ = syscall.Kill(p.PID, syscall.SIGKILL)
		}
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	testkit.Eventually(t, c.free, "nobody traces it")
	if !c.armed() {
		t.Error("somebody has tidied up")
	}
	stdout, stderr, status := tinydbg(t, "exit\n", "attach", strconv.Itoa(c.service.PID), anyway)
	if status != 0 || !strings.Contains(stderr, "the traps of a debugger that had died") {
		t.Errorf("status %d\n%s%s", status, stdout, stderr)
	}
	c.check(0)
}

// A debugger that gets no more memory dies of it, and the service lives.
func TestOutOfMemory(t *testing.T) {
	c := newChaos(t, 2)
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Minute)
	defer cancel()
	cmd, cl := serverOf(ctx, t, c)
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	if _, err := cl.CreateBreakpoint(ctx, api.CreateBreakpointIn{LocExpr: "main.answer"}); err != nil {
		t.Fatal(err)
	}
	none := unix.Rlimit{Cur: 1, Max: unix.RLIM_INFINITY}
	if err := unix.Prlimit(cmd.Process.Pid, unix.RLIMIT_AS, &none, nil); err != nil {
		t.Fatal(err)
	}
	var err error
	for err == nil && ctx.Err() == nil {
		_, err = cl.ListTypes(ctx, "")
		_, _ = cl.ListFunctions(ctx, "", 0)
	}
	select {
	case <-ended:
	case <-ctx.Done():
		t.Fatalf("the debugger lives on: %v", err)
	}
	c.check(0)
}

// A signal ends the session although the terminal is stuck, since nobody reads
// what it writes.
func TestStuckTerminal(t *testing.T) {
	c := newChaos(t, 1)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	cmd, in := debuggerOf(t, c, w, anyway)
	w.Close()
	_, _ = io.WriteString(in, "break main.answer\ncontinue\n"+strings.Repeat("funcs\n", 50))
	waiting := func() (n int) {
		n, _ = unix.IoctlGetInt(int(r.Fd()), unix.TIOCINQ)
		return n
	}
	testkit.Eventually(t, func() bool { return waiting() > 16<<10 }, "the pipe fills")
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if status := cmd.ProcessState.ExitCode(); status != 1 {
		t.Errorf("exit status %d", status)
	}
	c.check(0)
}

// A debugger that is itself stopped cannot keep the service stopped for longer
// than allowed.
func TestStoppedDebugger(t *testing.T) {
	c := newChaos(t, 1)
	var out bytes.Buffer
	cmd, in := debuggerOf(t, c, &out, anyway, "--max-pause", "500ms")
	_, _ = io.WriteString(in, "break main.answer\n"+strings.Repeat("continue\n", 100))
	testkit.Eventually(t, func() bool { return c.armed() && c.held() }, "it is stopped at a breakpoint")
	if err := cmd.Process.Signal(syscall.SIGSTOP); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Fatal(err)
	}
	_ = cmd.Wait() // killed by its guardian
	c.check(0)
}
