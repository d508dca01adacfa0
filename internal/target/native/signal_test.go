//go:build linux && amd64

package native

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tinydbg/tinydbg/internal/target"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// Storms of signals reach the program exactly as they were sent, with their
// senders, while threads are stopped and resumed, mapped with, and let go.
func TestSignalsAreExact(t *testing.T) {
	rounds := 3000
	if testing.Short() {
		rounds = 500
	}
	proc := testkit.Start(t, buildC(t, "signals_counted"), fmt.Sprint(rounds))
	proc.WaitOutput(t, "ready")
	p := attach(t, proc.PID)
	do(t, p, func() error { return resumeAll(p) })
	io.WriteString(proc.Stdin, "\n")
	signals, stops := 0, 0
	count := func(ev target.Event) bool {
		if ev.Kind == target.EventSignal {
			signals++
		}
		return ev.Kind == target.EventExited || signals%100 == 99
	}
	for ev := until(t, p, count); ev.Kind != target.EventExited; ev = until(t, p, count) {
		signals++ // not to stop at once again
		stops++
		if stops%5 == 0 {
			if p = reattach(t, p); p == nil {
				break // it came to its end meanwhile
			}
			continue
		}
		do(t, p, func() error { return interruptAndGoOn(p, ev) })
	}
	checkSignalCounts(t, proc, 4*rounds)
	t.Logf("%d signals seen, %d stops", signals, stops)
}

// interruptAndGoOn stops all threads, keeping ev's signal, has a system call
// made by that thread, and resumes everything as it was.
func interruptAndGoOn(p *Process, ev target.Event) error {
	for _, th := range p.Threads() {
		if th.State() == target.Running {
			if err := th.Interrupt(); err != nil && !errors.Is(err, target.ErrThreadGone) {
				return err
			}
		}
	}
	regs, err := ev.Thread.Registers(false)
	if err != nil {
		return err
	}
	a, err := p.MapNear(ev.Thread, regs.PC(), 4096)
	if err != nil {
		return err
	}
	if err := p.Unmap(ev.Thread, a, 4096); err != nil {
		return err
	}
	if err := goOn(ev); err != nil {
		return err
	}
	// The answers to the interrupts are among the events to come, all of
	// which are passed on.
	return nil
}

// reattach lets go, which delivers the signal of the last event, and comes
// back. It returns nil if the process has ended by then.
func reattach(t *testing.T, p *Process) *Process {
	t.Helper()
	pid := p.PID()
	letGo(t, p)
	p, err := Attach(context.Background(), pid, Options{})
	if err != nil {
		var e *AttachError
		if !errors.As(err, &e) || e.Reason != NoSuchProcess && e.Reason != Zombie && e.Reason != Exited {
			t.Fatal(err)
		}
		return nil
	}
	t.Cleanup(func() { letGo(t, p) })
	do(t, p, func() error { return resumeAll(p) })
	return p
}

func checkSignalCounts(t *testing.T, proc *testkit.Proc, want int) {
	t.Helper()
	out := proc.WaitOutput(t, "done")
	lines := 0
	for line := range strings.Lines(out) {
		var number, sent, seen, strange int
		if n, _ := fmt.Sscan(line, &number, &sent, &seen, &strange); n != 4 {
			continue
		}
		lines++
		if sent != want || seen != want || strange != 0 {
			t.Errorf("signal %d: %d sent, %d seen, %d of them not from itself; want %d", number, sent, seen, strange, want)
		}
	}
	if lines != 7 {
		t.Errorf("output:\n%s", out)
	}
}

// Being stopped and resumed, attached to and let go, is not seen by system
// calls that wait.
func TestSystemCallsGoOn(t *testing.T) {
	proc := testkit.Start(t, buildC(t, "syscalls_interrupted"))
	proc.WaitOutput(t, "ready")
	cycles := 200
	if testing.Short() {
		cycles = 40
	}
	for range cycles {
		p := attach(t, proc.PID)
		for i := range 3 {
			do(t, p, func() error { return resumeAll(p) })
			do(t, p, func() error { return stopAll(p) })
			if i == 1 {
				mapWithEveryThread(t, p)
			}
		}
		letGo(t, p)
		// A call that is broken off waits for its full time anew, so that
		// some never end if they are not let alone for once.
		time.Sleep(12 * time.Millisecond)
	}
	checkFree(t, proc.PID)
	io.WriteString(proc.Stdin, "\n")
	out := proc.WaitOutput(t, "done")
	lines := 0
	for line := range strings.Lines(out) {
		var name string
		var calls, eintr, other, early int
		if n, _ := fmt.Sscan(line, &name, &calls, &eintr, &other, &early); n != 5 {
			continue
		}
		lines++
		if calls == 0 || eintr != 0 || other != 0 || early != 0 {
			t.Errorf("%s: %d calls, %d with EINTR, %d other failures, %d too early", name, calls, eintr, other, early)
		}
	}
	if lines != 11 {
		t.Errorf("output:\n%s", out)
	}
}

func mapWithEveryThread(t *testing.T, p *Process) {
	t.Helper()
	do(t, p, func() error {
		for _, th := range p.Threads() {
			before, err := th.Registers(false)
			if err != nil {
				return err
			}
			a, err := p.MapNear(th, before.PC(), 8192)
			if err != nil {
				return err
			}
			if err := p.Unmap(th, a, 8192); err != nil {
				return err
			}
			after, err := th.Registers(false)
			if err != nil {
				return err
			}
			if fmt.Sprint(before.List()) != fmt.Sprint(after.List()) {
				t.Errorf("registers of thread %d changed:\n%v\n%v", th.ID(), before.List(), after.List())
			}
		}
		return nil
	})
}

// A signal with a handler does end a system call with EINTR, if it comes while
// the thread is stopped, too.
func TestHandledSignalEndsSystemCall(t *testing.T) {
	proc := testkit.Start(t, buildC(t, "eintr_wanted"))
	for i := range 20 {
		testkit.Eventually(t, func() bool {
			return strings.Count(proc.Output(), "waiting") == i+1 && strings.HasPrefix(kernelStates(proc.PID)[fmt.Sprint(proc.PID)], "S")
		}, "the wait")
		p := attach(t, proc.PID)
		unix.Kill(proc.PID, unix.SIGUSR1)
		if i%2 == 0 {
			mapWithEveryThread(t, p)
		}
		do(t, p, func() error { return resumeAll(p) })
		ev := until(t, p, kind(target.EventSignal))
		do(t, p, func() error { return ev.Thread.Resume(ev.Signal) })
		testkit.Eventually(t, func() bool { return strings.Count(proc.Output(), "-1 EINTR") == i+1 }, "EINTR")
		do(t, p, func() error { return stopAll(p) })
		letGo(t, p)
	}
	if strings.Contains(proc.Output(), "other") {
		t.Errorf("output:\n%s", proc.Output())
	}
}

// A job is stopped and continued by the shell's signals under the debugger.
func TestGroupStop(t *testing.T) {
	proc := testkit.Start(t, testkit.Build(t, "threads", testkit.Options{}), "3")
	proc.WaitOutput(t, "ready")
	p := attach(t, proc.PID)
	do(t, p, func() error { return resumeAll(p) })
	// SIGTSTP would not do: the kernel ignores it in a process group that no
	// shell looks after.
	unix.Kill(proc.PID, unix.SIGSTOP)
	// Others may be stopped as well: new threads, whose event is still to come.
	var getsIt target.Thread
	until(t, p, func(ev target.Event) bool {
		getsIt = ev.Thread
		return ev.Kind == target.EventSignal && ev.Signal == unix.SIGSTOP
	})
	do(t, p, func() error { return getsIt.Resume(unix.SIGSTOP) })
	stopped := map[int]bool{}
	until(t, p, func(ev target.Event) bool {
		if ev.Kind == target.EventGroupStop {
			stopped[ev.Thread.ID()] = true
			if ev.Signal != unix.SIGSTOP {
				t.Errorf("group stop by %v", ev.Signal)
			}
		}
		return len(stopped) == len(p.Threads())
	})
	do(t, p, func() error { return resumeAll(p) }) // they listen for SIGCONT
	do(t, p, func() error { return stopAll(p) })
	checkAllTraced(t, proc.PID)
	do(t, p, func() error {
		// A thread of a stopped job can still be made to map memory.
		th := p.Threads()[0]
		regs, err := th.Registers(false)
		if err != nil {
			return err
		}
		a, err := p.MapNear(th, regs.PC(), 4096)
		if err != nil {
			return err
		}
		if err := p.Unmap(th, a, 4096); err != nil {
			return err
		}
		return resumeAll(p)
	})
	unix.Kill(proc.PID, unix.SIGCONT)
	until(t, p, kind(target.EventNewThread)) // it works again
	letGo(t, p)
	checkFree(t, proc.PID)
}

// Whoever started a process is told that it was stopped and continued as if
// nobody traced it; and it can be left stopped.
func TestParentSeesJob(t *testing.T) {
	parent := testkit.Start(t, testkit.Build(t, "watches_child", testkit.Options{}), "/bin/sleep", "1000")
	parent.WaitOutput(t, "child")
	var pid int
	if _, err := fmt.Sscanf(parent.Output(), "child %d\n", &pid); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Kill(pid, unix.SIGKILL) })
	p := attach(t, pid)
	stop := func(n int) {
		t.Helper()
		unix.Kill(pid, unix.SIGSTOP)
		until(t, p, kind(target.EventGroupStop))
		do(t, p, func() error { return resumeAll(p) })
		testkit.Eventually(t, func() bool { return strings.Count(parent.Output(), "stopped by 19\n") == n }, "the parent is told of the stop")
	}
	do(t, p, func() error { return resumeAll(p) })
	stop(1)
	unix.Kill(pid, unix.SIGCONT)
	parent.WaitOutput(t, "continued")
	until(t, p, func(ev target.Event) bool { return ev.Kind == target.EventSignal && ev.Signal == unix.SIGCONT })
	do(t, p, func() error { return resumeAll(p) })
	stop(2)
	do(t, p, func() error { return stopAll(p) })
	letGo(t, p)
	testkit.Eventually(t, func() bool { return strings.HasPrefix(kernelStates(pid)[fmt.Sprint(pid)], "T") }, "the job is stopped still")
	if strings.Contains(parent.Output(), "ended") {
		t.Errorf("the parent was told: %s", parent.Output())
	}
}

func TestDetachFromStoppedJob(t *testing.T) {
	proc := testkit.Start(t, "/bin/sleep", "1000")
	p := attach(t, proc.PID)
	do(t, p, func() error { return resumeAll(p) })
	unix.Kill(proc.PID, unix.SIGSTOP)
	until(t, p, kind(target.EventGroupStop))
	letGo(t, p)
	testkit.Eventually(t, func() bool {
		return strings.HasPrefix(kernelStates(proc.PID)[fmt.Sprint(proc.PID)], "T")
	}, "the job to be stopped still")
}

// A signal that the thread is stopped at is delivered by Detach, whether Wait
// has returned it or not.
func TestDetachDeliversSignals(t *testing.T) {
	for _, fetched := range []bool{true, false} {
		proc := testkit.Start(t, "/bin/sleep", "1000")
		p := attach(t, proc.PID)
		unix.Kill(proc.PID, unix.SIGTERM)
		do(t, p, func() error { return resumeAll(p) })
		if fetched {
			until(t, p, kind(target.EventSignal))
		}
		letGo(t, p)
		state, _ := proc.Wait(t)
		if ws := state.Sys().(syscall.WaitStatus); !ws.Signaled() || ws.Signal() != unix.SIGTERM {
			t.Errorf("fetched %v: ended with %v", fetched, state)
		}
	}
}

// A signal can be given to a thread that stands at no signal.
func TestResumeWithNewSignal(t *testing.T) {
	proc := testkit.Start(t, "/bin/sleep", "1000")
	p := attach(t, proc.PID)
	do(t, p, func() error { return p.Threads()[0].Resume(unix.SIGTERM) })
	ev := until(t, p, func(target.Event) bool { return true })
	if ev.Kind != target.EventSignal || ev.Signal != unix.SIGTERM || !ev.Again {
		t.Errorf("event %+v", ev)
	}
	do(t, p, func() error { return goOn(ev) })
	ev = until(t, p, func(target.Event) bool { return true })
	if ev.Kind != target.EventExited || ev.Signal != unix.SIGTERM {
		t.Errorf("event %+v", ev)
	}
}

// A SIGTRAP that somebody sent is the program's business.
func TestTrapSentBySomebody(t *testing.T) {
	proc := testkit.Start(t, "/bin/sleep", "1000")
	p := attach(t, proc.PID)
	do(t, p, func() error { return resumeAll(p) })
	unix.Kill(proc.PID, unix.SIGTRAP)
	ev := until(t, p, kind(target.EventSignal))
	do(t, p, func() error {
		cause, err := ev.Thread.Cause()
		if cause.Kind != target.CauseSent {
			t.Errorf("cause %+v", cause)
		}
		return err
	})
	letGo(t, p)
	if state, _ := proc.Wait(t); state.Sys().(syscall.WaitStatus).Signal() != unix.SIGTRAP {
		t.Errorf("ended with %v", state)
	}
}
