//go:build linux && amd64

package native

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/tinydbg/tinydbg/internal/target"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// startMaker starts and attaches to the program that makes processes.
func startMaker(t *testing.T) (*testkit.Proc, *Process) {
	t.Helper()
	proc := testkit.Start(t, buildC(t, "processes_made"))
	proc.WaitOutput(t, "ready")
	p := attach(t, proc.PID)
	do(t, p, func() error { return resumeAll(p) })
	return proc, p
}

func TestForks(t *testing.T) {
	proc, p := startMaker(t)
	for _, c := range []struct {
		key, output string
		copied      bool
	}{
		{"f", "fork exited 3", true},
		{"v", "vfork exited 3", false},
		{"s", "spawn exited 0", false},
		{"c", "clone exited 3", false},
	} {
		fixed := 0
		do(t, p, func() error {
			p.SetChildHooks(target.ChildHooks{Fix: func(child target.Memory) {
				var head [4]byte
				maps, _ := p.Maps()
				if n, err := child.ReadMemory(head[:], maps[0].Start); n != 4 || err != nil || !bytes.Equal(head[:], []byte("\x7fELF")) {
					t.Errorf("%s: the child's memory: %d %v %q", c.key, n, err, head)
				}
				if n, err := child.WriteMemory(maps[0].Start, []byte("!")); n != 1 || err != nil {
					t.Errorf("%s: write to the child's memory: %d %v", c.key, n, err)
				}
				fixed++
			}})
			return nil
		})
		io.WriteString(proc.Stdin, c.key)
		ev := until(t, p, kind(target.EventFork))
		if ev.Child == 0 || ev.Thread.ID() != proc.PID || ev.Thread.State() != target.Stopped {
			t.Errorf("%s: event %+v", c.key, ev)
		}
		if tracer := testkit.Status(ev.Child)["TracerPid"]; tracer != "" && tracer != "0" && c.copied {
			t.Errorf("%s: the child is traced by %s", c.key, tracer)
		}
		do(t, p, func() error { return resumeAll(p) })
		// SIGCHLD comes, and is passed on; then the answer.
		until(t, p, func(ev target.Event) bool { return ev.Kind == target.EventSignal && ev.Signal == unix.SIGCHLD })
		do(t, p, func() error { return resumeAll(p) })
		proc.WaitOutput(t, c.output)
		if want := map[bool]int{true: 1}[c.copied]; fixed != want {
			t.Errorf("%s: %d children fixed, want %d", c.key, fixed, want)
		}
	}
	var head [1]byte
	maps, _ := p.Maps()
	if p.ReadMemory(head[:], maps[0].Start); head[0] != 0x7f {
		t.Error("a fix of a child changed its parent")
	}
}

func TestExec(t *testing.T) {
	for _, c := range []struct{ key, output string }{{"e", "ready main"}, {"t", "ready thread"}} {
		proc, p := startMaker(t)
		maps, _ := p.Maps()
		do(t, p, func() error { return stopAll(p) })
		do(t, p, func() error { return p.SetWatch(0, maps[0].Start, 8, target.WatchRead) })
		do(t, p, func() error { return resumeAll(p) })
		io.WriteString(proc.Stdin, c.key)
		ev := until(t, p, kind(target.EventExec))
		threads := p.Threads()
		if len(threads) != 1 || threads[0].ID() != proc.PID || threads[0] != ev.Thread {
			t.Errorf("%s: threads after exec: %v", c.key, threads)
		}
		checkAllTraced(t, proc.PID)
		// The memory is the new program's, and can be mapped in.
		now, err := p.Maps()
		if err != nil || now[0].Start == maps[0].Start {
			t.Errorf("%s: maps after exec: %v %v", c.key, now, err)
		}
		if n, err := p.WriteMemory(now[0].Start, []byte{0x7f}); n != 1 || err != nil {
			t.Errorf("%s: write after exec: %d %v", c.key, n, err)
		}
		mapWithEveryThread(t, p)
		do(t, p, func() error { return resumeAll(p) })
		letGo(t, p)
		proc.WaitOutput(t, c.output)
	}
}

// The main thread may end before the others.
func TestMainThreadEnds(t *testing.T) {
	proc, p := startMaker(t)
	io.WriteString(proc.Stdin, "m")
	// The kernel does not tell; it is noticed when the thread does not stop.
	testkit.Eventually(t, func() bool {
		pump(t, p)
		return strings.HasPrefix(kernelStates(proc.PID)[fmt.Sprint(proc.PID)], "Z")
	}, "its end")
	do(t, p, func() error { return p.Threads()[0].Interrupt() })
	ev := until(t, p, kind(target.EventThreadExited))
	if ev.Thread.ID() != proc.PID || ev.Thread.State() != target.Exited {
		t.Errorf("event %+v", ev)
	}
	do(t, p, func() error { return stopAll(p) })
	if threads := p.Threads(); len(threads) != 1 || threads[0].ID() == proc.PID {
		t.Fatalf("threads %v", threads)
	}
	check := func() {
		maps, err := p.Maps()
		if err != nil || len(maps) == 0 {
			t.Fatalf("maps: %v %v", maps, err)
		}
		var head [4]byte
		if n, err := p.ReadMemory(head[:], maps[0].Start); n != 4 || err != nil {
			t.Errorf("read: %d %v", n, err)
		}
	}
	check()
	letGo(t, p)
	p = attach(t, proc.PID) // with a zombie for main thread
	check()
	do(t, p, func() error { return resumeAll(p) })
	io.WriteString(proc.Stdin, "x")
	if ev := until(t, p, kind(target.EventExited)); ev.Status != 7 {
		t.Errorf("event %+v", ev)
	}
}

func TestExits(t *testing.T) {
	for _, c := range []struct {
		key    string
		status int
		signal unix.Signal
	}{{"x", 7, 0}, {"a", 0, unix.SIGABRT}} {
		proc, p := startMaker(t)
		io.WriteString(proc.Stdin, c.key)
		ev := until(t, p, kind(target.EventExited))
		if ev.Status != c.status || ev.Signal != c.signal {
			t.Errorf("%s: event %+v", c.key, ev)
		}
		checkEnded(t, p)
	}
}

// checkEnded tries everything on a process that is no more.
func checkEnded(t *testing.T, p *Process) {
	t.Helper()
	check := func(what string, err error) {
		t.Helper()
		var e *target.ExitedError
		if !errors.As(err, &e) || e.PID != p.PID() {
			t.Errorf("%s of an ended process: %v", what, err)
		}
	}
	_, err := p.ReadMemory(make([]byte, 4), 0x1000)
	check("ReadMemory", err)
	_, err = p.WriteMemory(0x1000, make([]byte, 4))
	check("WriteMemory", err)
	_, err = p.Maps()
	check("Maps", err)
	_, err = p.Auxv()
	check("Auxv", err)
	if threads := p.Threads(); len(threads) != 0 {
		t.Errorf("threads of an ended process: %v", threads)
	}
	testkit.Eventually(t, func() bool { return p.Do(func() {}) != nil }, "the tracer's end")
	check("Do", p.Do(func() {}))
}

// SIGKILL can come at any time.
func TestKilledInAllStates(t *testing.T) {
	bin := testkit.Build(t, "threads", testkit.Options{})
	states := map[string]func(p *Process) error{
		"stopped":  func(p *Process) error { return nil },
		"running":  resumeAll,
		"partly":   func(p *Process) error { return p.Threads()[0].Resume(0) },
		"stepping": func(p *Process) error { return p.Threads()[0].Step(0) },
		"stopping": func(p *Process) error {
			if err := resumeAll(p); err != nil {
				return err
			}
			for _, th := range p.Threads() {
				th.Interrupt()
			}
			return nil
		},
		"mapping": func(p *Process) error {
			unix.Kill(p.PID(), unix.SIGKILL)
			_, err := p.MapNear(p.Threads()[0], 0x400000, 4096)
			var e *target.ExitedError
			if !errors.As(err, &e) {
				return fmt.Errorf("MapNear in a killed process: %w", err)
			}
			return nil
		},
	}
	for name, prepare := range states {
		t.Run(name, func(t *testing.T) {
			proc := testkit.Start(t, bin, "5")
			proc.WaitOutput(t, "ready")
			p := attach(t, proc.PID)
			do(t, p, func() error { return prepare(p) })
			unix.Kill(proc.PID, unix.SIGKILL)
			ev := until(t, p, kind(target.EventExited))
			if ev.Signal != unix.SIGKILL {
				t.Errorf("event %+v", ev)
			}
			checkEnded(t, p)
		})
	}
}

// Requests after the death of a process that nobody was waiting for say so.
func TestKilledWhileIdle(t *testing.T) {
	proc := testkit.Start(t, "/bin/sleep", "1000")
	p := attach(t, proc.PID)
	th := p.Threads()[0]
	unix.Kill(proc.PID, unix.SIGKILL)
	testkit.Eventually(t, func() bool {
		return strings.HasPrefix(testkit.Status(proc.PID)["State"], "Z")
	}, "its death")
	var e *target.ExitedError
	do(t, p, func() error {
		for _, f := range []func() error{
			func() error { return th.Resume(0) },
			func() error { _, err := th.Registers(false); return err },
			func() error { return th.Interrupt() },
		} {
			if err := f(); !errors.As(err, &e) || e.Status != -9 {
				t.Errorf("after SIGKILL: %v", err)
			}
		}
		return nil
	})
	if ev := until(t, p, kind(target.EventExited)); ev.Signal != unix.SIGKILL {
		t.Errorf("event %+v", ev)
	}
}

func TestDetachFromKilled(t *testing.T) {
	proc := testkit.Start(t, "/bin/sleep", "1000")
	p := attach(t, proc.PID)
	unix.Kill(proc.PID, unix.SIGKILL)
	letGo(t, p)
	proc.Wait(t)
}

// Functions passed to Do run while the run loop waits.
func TestDoWhileWaiting(t *testing.T) {
	proc := testkit.Start(t, "/bin/sleep", "1000")
	p := attach(t, proc.PID)
	var wg sync.WaitGroup
	var ran, wakes atomic.Int64
	begun := make(chan bool)
	wg.Go(func() {
		p.Do(func() {
			resumeAll(p)
			close(begun)
			for {
				ev, err := p.Wait()
				if err != nil || ev.Kind == target.EventInterrupted {
					return
				}
				if ev.Kind == target.EventWake {
					wakes.Add(1)
				}
			}
		})
	})
	<-begun
	const callers, calls = 8, 100
	var group sync.WaitGroup
	for range callers {
		group.Go(func() {
			for range calls {
				if err := p.Do(func() { ran.Add(1) }); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	if ran.Load() != callers*calls || wakes.Load() == 0 {
		t.Errorf("%d ran, %d wakes", ran.Load(), wakes.Load())
	}
	do(t, p, func() error { return p.Threads()[0].Interrupt() })
	wg.Wait()
}

// A panic in a function passed to Do is the caller's; the tracer goes on.
func TestDoPanics(t *testing.T) {
	proc := testkit.Start(t, "/bin/sleep", "1000")
	p := attach(t, proc.PID)
	func() {
		defer func() {
			if v := fmt.Sprint(recover()); !strings.Contains(v, "oops") {
				t.Errorf("recovered %q", v)
			}
		}()
		p.Do(func() { panic("oops") })
	}()
	do(t, p, func() error { _, err := p.Threads()[0].Registers(false); return err })
}

// When the debugger dies, what it launched dies, unless it is to be kept.
func TestEndOfTracer(t *testing.T) {
	for _, keep := range []bool{false, true} {
		p, err := Launch(t.Context(), Command{Path: "/bin/sleep", Args: []string{"sleep", "1000"}, KeepOnDeath: keep})
		if err != nil {
			t.Fatal(err)
		}
		p.Do(func() { p.tracer.end(errors.New("gone")) })
		p.tracer.gone()
		alive := func() bool {
			state := testkit.Status(p.PID())["State"]
			return state != "" && !strings.HasPrefix(state, "Z")
		}
		if keep {
			testkit.Eventually(t, func() bool {
				return strings.HasPrefix(testkit.Status(p.PID())["State"], "S")
			}, "the kept process to run")
			checkFree(t, p.PID())
			unix.Kill(p.PID(), unix.SIGKILL)
		}
		testkit.Eventually(t, func() bool { return !alive() }, "the end of the process")
		if child, err := os.FindProcess(p.PID()); err == nil {
			child.Wait()
		}
		p.memory.close()
	}
}

// A launched program that was let go leaves no zombie.
func TestDetachFromLaunched(t *testing.T) {
	p, err := Launch(t.Context(), Command{Path: "/bin/true"})
	if err != nil {
		t.Fatal(err)
	}
	letGo(t, p)
	testkit.Eventually(t, func() bool { return testkit.Status(p.PID()) == nil }, "its end")
}
