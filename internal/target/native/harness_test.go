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
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tinydbg/tinydbg/internal/target"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == "attach" {
		attachAndTell(os.Args[2])
		return
	}
	if len(os.Args) > 2 && os.Args[1] == "hold" {
		holdSignals(os.Args[2])
		return
	}
	os.Exit(testkit.Main(m))
}

// buildC compiles testdata/programs/name/main.c.
func buildC(t testing.TB, name string) string {
	t.Helper()
	gcc, err := exec.LookPath("gcc")
	if err != nil {
		t.Skip("gcc is not installed; it builds the C programs that this test traces")
	}
	bin := filepath.Join(t.TempDir(), name)
	src := filepath.Join(testkit.Root(t), "testdata", "programs", name, "main.c")
	if out, err := exec.Command(gcc, "-O1", "-g", "-pthread", "-o", bin, src).CombinedOutput(); err != nil {
		t.Fatalf("gcc %s: %v\n%s", name, err, out)
	}
	return bin
}

// attach attaches, and lets go at the end of the test if it is still attached.
func attach(t testing.TB, pid int) *Process {
	t.Helper()
	p, err := Attach(context.Background(), pid, Options{})
	if err != nil {
		t.Fatalf("Attach(%d): %v", pid, err)
	}
	t.Cleanup(func() { letGo(t, p) })
	return p
}

func letGo(t testing.TB, p *Process) {
	var err error
	if p.Do(func() { err = p.Detach() }) == nil && err != nil {
		var exited *target.ExitedError
		if !errors.As(err, &exited) && !errors.Is(err, target.ErrDetached) {
			t.Errorf("Detach: %v", err)
		}
	}
	p.tracer.gone()
}

func launch(t testing.TB, c Command) *Process {
	t.Helper()
	p, err := Launch(context.Background(), c)
	if err != nil {
		t.Fatalf("Launch(%s): %v", c.Path, err)
	}
	t.Cleanup(func() {
		p.Do(func() {
			if err := p.Kill(); err != nil {
				t.Errorf("Kill: %v", err)
			}
		})
		p.tracer.gone()
	})
	return p
}

// do runs f on the tracer and reports its error as fatal.
func do(t testing.TB, p *Process, f func() error) {
	t.Helper()
	var err error
	if e := p.Do(func() { err = f() }); e != nil {
		t.Fatalf("Do: %v", e)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// resumeAll resumes what is stopped.
// Precondition: tracer.
func resumeAll(p *Process) error {
	for _, th := range p.Threads() {
		if th.State() == target.Stopped {
			if err := th.Resume(0); err != nil && !errors.Is(err, target.ErrThreadGone) {
				return err
			}
		}
	}
	return nil
}

// goOn resumes a thread after an event as if nobody had seen it.
// Precondition: tracer.
func goOn(ev target.Event) error {
	switch ev.Kind {
	case target.EventExited, target.EventWake, target.EventThreadExited, target.EventChildExec:
		return nil
	case target.EventSignal:
		return ev.Thread.Resume(ev.Signal)
	}
	return ev.Thread.Resume(0)
}

// until lets the process run, passing everything on, until an event satisfies
// want, and returns that event; its thread is stopped, if it has one.
func until(t testing.TB, p *Process, want func(target.Event) bool) (ev target.Event) {
	t.Helper()
	stop := time.AfterFunc(testkit.Patience, func() {
		fmt.Fprintf(os.Stderr, "%s: no such event came within %v\n", t.Name(), testkit.Patience)
		syscall.Kill(p.PID(), syscall.SIGKILL)
	})
	defer stop.Stop()
	do(t, p, func() (err error) {
		for {
			if ev, err = p.Wait(); err != nil || want(ev) {
				return err
			}
			if err = goOn(ev); !passedOn(err) {
				return err
			}
		}
	})
	return ev
}

// passedOn tells whether an event was passed on, or has nobody left who would get
// it: of the end of a thread or of the process there is an event, too.
func passedOn(err error) bool {
	var exited *target.ExitedError
	return err == nil || errors.Is(err, target.ErrThreadGone) || errors.As(err, &exited)
}

// pump passes on what has happened by now.
func pump(t testing.TB, p *Process) {
	t.Helper()
	do(t, p, func() error {
		for {
			ev, ok, err := p.Poll()
			if !ok || err != nil {
				return err
			}
			if err := goOn(ev); !passedOn(err) {
				return err
			}
		}
	})
}

func kind(k target.EventKind) func(target.Event) bool {
	return func(ev target.Event) bool { return ev.Kind == k }
}

// stopAll stops every running thread, the way a debugger does.
// Precondition: tracer.
func stopAll(p *Process) error {
	for _, th := range p.Threads() {
		if th.State() == target.Running {
			if err := th.Interrupt(); err != nil && !errors.Is(err, target.ErrThreadGone) {
				return err
			}
		}
	}
	for {
		running := false
		for _, th := range p.Threads() {
			running = running || th.State() == target.Running
		}
		if !running {
			return nil
		}
		ev, err := p.Wait()
		if err != nil {
			return err
		}
		if ev.Kind == target.EventSignal && ev.Signal != unix.SIGTRAP {
			if err := ev.Thread.Resume(ev.Signal); err != nil {
				return err
			}
			if err := ev.Thread.Interrupt(); err != nil {
				return err
			}
		}
	}
}

// kernelStates are the states of all threads as the kernel tells them.
func kernelStates(pid int) map[string]string {
	states := map[string]string{}
	dirs, _ := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	for _, d := range dirs {
		data, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%s/status", pid, d.Name()))
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(data)) {
			if state, ok := strings.CutPrefix(line, "State:\t"); ok {
				states[d.Name()] = strings.TrimSpace(state)
			}
		}
	}
	return states
}

func checkAllTraced(t testing.TB, pid int) {
	t.Helper()
	for tid, state := range kernelStates(pid) {
		if state != "t (tracing stop)" {
			t.Errorf("thread %s of %d is in state %q", tid, pid, state)
		}
	}
}

// checkFree tells whether nothing of a tracer is left on a process.
func checkFree(t testing.TB, pid int) {
	t.Helper()
	dirs, _ := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	for _, d := range dirs {
		data, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%s/status", pid, d.Name()))
		for line := range strings.Lines(string(data)) {
			name, value, _ := strings.Cut(line, ":")
			value = strings.TrimSpace(value)
			switch {
			case name == "State" && (strings.HasPrefix(value, "t") || strings.HasPrefix(value, "T")),
				name == "TracerPid" && value != "0",
				(name == "SigPnd" || name == "ShdPnd") && pending(value)&(1<<(unix.SIGSTOP-1)|1<<(unix.SIGTRAP-1)) != 0:
				t.Errorf("thread %s of %d after detach: %s", d.Name(), pid, strings.TrimSpace(line))
			}
		}
	}
}

func pending(hex string) (mask uint64) {
	fmt.Sscanf(hex, "%x", &mask)
	return mask
}

// attachAndTell is run as another user: it attaches and prints what came of it.
func attachAndTell(arg string) {
	var pid int
	fmt.Sscan(arg, &pid)
	p, err := Attach(context.Background(), pid, Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	p.Do(func() { p.Detach() })
	fmt.Println("attached")
}
