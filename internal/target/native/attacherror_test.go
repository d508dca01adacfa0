//go:build linux && amd64

package native

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/tinydbg/tinydbg/internal/proclist"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

func TestAttachErrors(t *testing.T) {
	threads := testkit.Start(t, testkit.Build(t, "threads", testkit.Options{}))
	threads.WaitOutput(t, "ready")
	zombie := startZombie(t)
	for _, c := range []struct {
		pid    int
		reason Reason
		text   string
	}{
		{-1, BadPID, "attach to -1: invalid argument: a process id is greater than 0"},
		{0, BadPID, "attach to 0: invalid argument: a process id is greater than 0"},
		{99999999, NoSuchProcess, "attach to 99999999: no such process"},
		{os.Getpid(), Self, fmt.Sprintf("attach to %d: operation not permitted: this is the debugger itself; debug it from another debugger", os.Getpid())},
		{unix.Gettid(), Self, ""},
		{2, KernelThread, "attach to 2 (kthreadd): operation not permitted: it is a thread of the kernel"},
		{zombie, Zombie, fmt.Sprintf("attach to %d (sh): no such process: it has exited and waits for its parent ", zombie)},
		{aThread(t, threads.PID), NotAProcess, fmt.Sprintf("this is a thread of process %d; attach to %d", threads.PID, threads.PID)},
	} {
		if c.pid == 2 && testkit.Status(2)["Name"] != "kthreadd" {
			t.Log("kernel threads cannot be seen here")
			continue
		}
		_, err := Attach(context.Background(), c.pid, Options{})
		var e *AttachError
		if !errors.As(err, &e) || e.Reason != c.reason || !strings.Contains(err.Error(), c.text) {
			t.Errorf("Attach(%d):\n got %v\nwant %s", c.pid, err, c.text)
		}
	}
}

// aThread is a thread that was made early and stays, beside the main one.
func aThread(t *testing.T, pid int) int {
	ids, err := proclist.Tasks(pid)
	if err != nil || len(ids) < 2 {
		t.Fatalf("threads of %d: %v %v", pid, ids, err)
	}
	return ids[1]
}

// startZombie makes a process whose child has ended and is not waited for.
func startZombie(t *testing.T) int {
	t.Helper()
	proc := testkit.Start(t, "/bin/sh", "-c", "sh -c 'echo $$' & exec sleep 1000")
	var pid int
	fmt.Sscan(proc.WaitOutput(t, "\n"), &pid)
	testkit.Eventually(t, func() bool { return strings.HasPrefix(testkit.Status(pid)["State"], "Z") }, "a zombie")
	return pid
}

// As an ordinary user, what the kernel refuses is explained.
func TestAttachAsOrdinaryUser(t *testing.T) {
	setpriv, err := exec.LookPath("setpriv")
	if err != nil || os.Getuid() != 0 {
		t.Skip("needs root and setpriv(1), to become an ordinary user")
	}
	helper := publicCopy(t)
	as := []string{"--reuid=65534", "--regid=65534", "--clear-groups"}
	foreign := testkit.Start(t, "/bin/sleep", "1000")
	own := testkit.Start(t, setpriv, append(as, "/bin/sleep", "1000")...)
	powerful := testkit.Start(t, setpriv, append(as, "--inh-caps=+net_raw", "--ambient-caps=+net_raw", "/bin/sleep", "1000")...)
	for _, proc := range []*testkit.Proc{own, powerful} {
		testkit.Eventually(t, func() bool { return testkit.Status(proc.PID)["Name"] == "sleep" }, "setpriv's exec")
	}
	for _, c := range []struct {
		pid  int
		want string
	}{
		{foreign.PID, fmt.Sprintf("attach to %d (sleep): operation not permitted: it runs as user root (0); run the debugger as that user or as root (sudo)", foreign.PID)},
		{own.PID, "attached"},
		{powerful.PID, fmt.Sprintf("attach to %d (sleep): operation not permitted: it is protected", powerful.PID)},
	} {
		out, err := exec.Command(setpriv, append(as, helper, "attach", fmt.Sprint(c.pid))...).CombinedOutput()
		if scope, ok := ptraceScope(); ok && scope > 0 && c.pid == own.PID {
			c.want = fmt.Sprintf("attach to %d (sleep): operation not permitted: kernel.yama.ptrace_scope is %d: ", own.PID, scope)
		}
		if err != nil || !strings.HasPrefix(string(out), c.want) {
			t.Errorf("attach to %d:\n got %s (%v)\nwant %s", c.pid, out, err, c.want)
		}
	}
	checkFree(t, own.PID)
}

// publicCopy copies this test to where every user can run it.
func publicCopy(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "native-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "helper")
	if err := os.WriteFile(path, data, 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// Every reason has words.
func TestAttachErrorTexts(t *testing.T) {
	for r := Refused; r <= Interrupted; r++ {
		e := &AttachError{PID: 7, Name: "x", Err: unix.EPERM, Reason: r, Other: 3, OtherName: "y", User: "u (5)", Scope: 1}
		if !strings.HasPrefix(e.Error(), "attach to 7 (x): operation not permitted") {
			t.Errorf("reason %d: %s", r, e)
		}
		if e.Why() == "" && r != Stuck && r != Interrupted {
			t.Errorf("reason %d says nothing", r)
		}
	}
	for scope := 1; scope <= 3; scope++ {
		e := &AttachError{PID: 7, Err: unix.EPERM, Reason: PtraceScope, Scope: scope}
		if !strings.Contains(e.Error(), fmt.Sprintf("ptrace_scope is %d: ", scope)) || e.Advice() == "" {
			t.Errorf("scope %d: %s", scope, e)
		}
	}
}
