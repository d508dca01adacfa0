//go:build linux

package proclist

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tinydbg/tinydbg/internal/testkit"
)

func TestMain(m *testing.M) { os.Exit(testkit.Main(m)) }

func TestReadSelf(t *testing.T) {
	p, err := Read(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	exe, _ := os.Executable()
	if p.TGID != p.PID || p.PPID != os.Getppid() || p.UID != os.Geteuid() || p.Exe != exe ||
		!slices.Equal(p.CmdLine, os.Args) || p.Kernel || p.Tracer != 0 || p.State == "" || p.User == "" {
		t.Errorf("%+v", p)
	}
	if age := time.Since(p.Start); age < -2*time.Second || age > time.Hour {
		t.Errorf("started %v ago", age)
	}
	if p.Base() != filepath.Base(exe) {
		t.Errorf("Base %q", p.Base())
	}
	if _, err := Read(99999999); err == nil || err.Error() != "there is no process 99999999" {
		t.Errorf("no such process: %v", err)
	}
}

func TestListAndFind(t *testing.T) {
	dir := t.TempDir()
	odd := filepath.Join(dir, "odd (name) x") // parentheses and blanks in stat
	if err := os.Symlink("/bin/sleep", odd); err != nil {
		t.Fatal(err)
	}
	proc := testkit.Start(t, odd, "1000")
	testkit.Eventually(t, func() bool { return len(Find("odd (name) x")) == 1 }, "the process by name")
	found := Find("odd (name) x")[0]
	if found.PID != proc.PID || found.State == "" || found.Comm != "odd (name) x" {
		t.Errorf("found %+v", found)
	}
	list := List()
	if !slices.IsSortedFunc(list, func(a, b Proc) int { return a.PID - b.PID }) {
		t.Error("List is not sorted")
	}
	if !slices.ContainsFunc(list, func(p Proc) bool { return p.PID == os.Getpid() }) {
		t.Error("List is without this process")
	}
	if len(Find("no such name")) != 0 {
		t.Error("found what is not there")
	}
}

func TestTasks(t *testing.T) {
	ids, err := Tasks(os.Getpid())
	if err != nil || !slices.Contains(ids, os.Getpid()) || !slices.IsSorted(ids) {
		t.Errorf("Tasks: %v %v", ids, err)
	}
	task, err := Task(os.Getpid(), ids[0])
	if err != nil || task.ID != ids[0] || task.Dead() || task.KernelWorker() || task.Tracer != 0 {
		t.Errorf("Task: %+v %v", task, err)
	}
	if _, err := Tasks(99999999); err == nil {
		t.Error("tasks of no process")
	}
	if kthread, err := Task(2, 2); err == nil && testkit.Status(2)["Name"] == "kthreadd" && !kthread.KernelWorker() {
		t.Errorf("kthreadd: %+v", kthread)
	}
}

func TestWaitForExpires(t *testing.T) {
	start := time.Now()
	_, err := WaitFor(context.Background(), "no such program", 0, 30*time.Millisecond)
	if !errors.Is(err, ErrExpired) || err.Error() != "waitfor duration expired" || time.Since(start) < 30*time.Millisecond {
		t.Errorf("WaitFor: %v after %v", err, time.Since(start))
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := WaitFor(ctx, "no such program", 0, 0); !errors.Is(err, context.Canceled) {
		t.Errorf("WaitFor with a cancelled context: %v", err)
	}
}

// A process is found by command line or base name, also if it first ran under
// another name: it is seen between its fork and its exec, so to speak.
func TestWaitFor(t *testing.T) {
	dir := t.TempDir()
	for i, prefix := range []string{"awaited-%d", filepath.Join(dir, "awaited-%d") + " 10"} {
		name := fmt.Sprintf("awaited-%d", i)
		path := filepath.Join(dir, name)
		if err := os.Symlink("/bin/sleep", path); err != nil {
			t.Fatal(err)
		}
		proc := testkit.Start(t, "/bin/sh", "-c", "read x; exec "+path+" 1000")
		type result struct {
			p   Proc
			err error
		}
		found := make(chan result)
		go func() {
			p, err := WaitFor(context.Background(), fmt.Sprintf(prefix, i), time.Millisecond, testkit.Patience)
			found <- result{p, err}
		}()
		io.WriteString(proc.Stdin, "go\n")
		if r := <-found; r.err != nil || r.p.PID != proc.PID || !strings.Contains(r.p.CmdLine[0], name) {
			t.Errorf("%s: %+v %v, want pid %d", prefix, r.p, r.err, proc.PID)
		}
		// One that is there already is found at once.
		if p, err := WaitFor(context.Background(), fmt.Sprintf(prefix, i), 0, testkit.Patience); err != nil || p.PID != proc.PID {
			t.Errorf("again: %+v %v", p, err)
		}
	}
}

func TestExecs(t *testing.T) {
	started, stop := execs()
	defer stop()
	if started == nil {
		t.Skip("the kernel's process connector needs CAP_NET_ADMIN")
	}
	// The kernel drops reports while nobody gets to reading them.
	testkit.Eventually(t, func() bool {
		cmd := exec.Command("/bin/true")
		if err := cmd.Run(); err != nil {
			t.Fatal(err)
		}
		enough := time.After(time.Second)
		for {
			select {
			case pid := <-started:
				if pid == cmd.Process.Pid {
					return true
				}
			case <-enough:
				return false
			}
		}
	}, "an exec is reported")
}

func FuzzParse(f *testing.F) {
	stat, _ := os.ReadFile("/proc/self/stat")
	status, _ := os.ReadFile("/proc/self/status")
	f.Add(string(stat), string(status))
	f.Add("1 (a) b) S 2 3 4", "Tgid:\t7\nTracerPid: 8\nUid:\t1\t2\t3\t4\n")
	f.Fuzz(func(t *testing.T, statText, statusText string) {
		if s, err := parseStat(statText); err == nil && s.state == "" {
			t.Errorf("no state in %q", statText)
		}
		parseStatus(statusText)
	})
}

func FuzzParseExecs(f *testing.F) {
	f.Add(make([]byte, 76))
	f.Add([]byte{60, 0, 0, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		if pids := parseExecs(data); len(pids)*52 > len(data) {
			t.Errorf("%d execs in %d bytes", len(pids), len(data))
		}
	})
}

func TestParse(t *testing.T) {
	s, err := parseStat("7 (a) (b) S 5 7 7 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 4242 9 9\n")
	if err != nil || s != (stat{comm: "a) (b", state: "S", ppid: 5, flags: 4194560, threads: 1, startTicks: 4242}) {
		t.Errorf("parseStat: %+v %v", s, err)
	}
	if got := parseStatus("Tgid:\t7\nTracerPid:\t8\nUid:\t1\t2\t3\t4\nSigCgt:\t00000001800004ec\n"); got != (status{7, 8, 2, 0x1800004ec}) {
		t.Errorf("parseStatus: %+v", got)
	}
}
