package guardian

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"runtime"
	rtdebug "runtime/debug"
	"syscall"
	"time"

	"github.com/tinydbg/tinydbg/internal/arch/machine"
	"github.com/tinydbg/tinydbg/internal/priority"
	"github.com/tinydbg/tinydbg/internal/proclist"
	"github.com/tinydbg/tinydbg/internal/run"
	"github.com/tinydbg/tinydbg/internal/target"
	"github.com/tinydbg/tinydbg/internal/target/native"
)

// The guardian's ends of its pipes: lifeline ends with the debugger, and ready is
// closed when the guardian watches.
const lifeline, ready = 3, 4

// deathKnell is what the kernel sends the guardian when the thread that started
// it ends. Nobody dies of it, and it breaks off a wait.
const deathKnell = syscall.SIGURG

// The main thread is the one that gets the knell.
func init() {
	if _, ok := parseWard(os.Args); ok {
		runtime.LockOSThread()
	}
}

// Main is the guardian, if this process was started as one; it then returns
// true when its work is done. It comes first in a program's main function.
func Main() bool {
	ward, ok := parseWard(os.Args)
	if !ok {
		return false
	}
	signal.Ignore(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGPIPE)
	// Whoever runs out of memory should not take the guardian; the kernel
	// allows this to few.
	_ = os.WriteFile("/proc/self/oom_score_adj", []byte("-1000"), 0)
	w := watch{ward: ward, debugger: os.Getppid()}
	if w.givesWay {
		priority.Raise(os.Getpid()) // we were born like this
		go w.hasten()
	}
	putFirst() // a busy machine should not make it late
	hurry()
	beFirst()
	_ = syscall.Close(ready)
	if w.lastWord(lifeline) != goodbye {
		w.tidy()
	}
	return true
}

// patience is how long the guardian tries to attach to a process that runs, and
// longest is how long it waits in between: those of the debugger's threads that are
// left need a processor, too.
const (
	patience = 10 * time.Second
	longest  = 8 * time.Millisecond
)

// tidy takes out what the debugger left in the process. It is nobody's business
// to say so if that fails: the process lives on, and the next debugger tries again.
func (w *watch) tidy() {
	w.restoreText()
	rtdebug.SetGCPercent(-1) // it takes seconds at most, and has better to do
	hurryAll()
	if !w.takeOut() {
		return
	}
	// What calls in progress need has stayed. They may not take long.
	end := time.Now().Add(patience)
	for wait := glance; time.Now().Before(end) && w.same() && !tracedByOther(w.pid, w.debugger); wait *= 2 {
		if !w.inCall() {
			w.takeOut()
			return
		}
		time.Sleep(wait)
	}
}

// takeOut takes out everything that may be taken out, and tells whether calls in
// progress are the reason that something is left.
func (w *watch) takeOut() (inCall bool) {
	end := time.Now().Add(patience)
	for wait := 500 * time.Microsecond; w.same(); wait = min(2*wait, longest) {
		p, err := native.Attach(context.Background(), w.pid, native.Options{StopTimeout: time.Second})
		switch {
		case err == nil:
			_ = p.Do(func() { inCall = leave(p) })
			return inCall
		case cannotRun(err):
			time.Sleep(time.Second)
		case !passing(err, w.debugger) || time.Now().After(end):
			return false
		default:
			time.Sleep(wait)
		}
	}
	return false
}

// inCall tells whether calls are in progress that the debugger has made.
func (w *watch) inCall() bool {
	p := native.Unattached(w.pid)
	defer p.Close()
	maps, err := p.Maps()
	return err == nil && run.InCall(p, machine.Host(), maps)
}

// same tells whether the process is still the one that is guarded.
func (w *watch) same() bool {
	start, err := proclist.Started(w.pid)
	return err == nil && start == w.start
}

// restoreText takes the traps out of the text, which needs nobody to be stopped,
// and can be done before the kernel has let go of the process for the one who
// died. A thread that has run into one already is sent on by the guard. The
// traps of another debugger that lives are not ours to take out.
func (w *watch) restoreText() {
	if !w.same() || tracedByOther(w.pid, w.debugger) {
		return
	}
	p := native.Unattached(w.pid)
	defer p.Close()
	if maps, err := p.Maps(); err == nil && !tracedByOther(w.pid, w.debugger) {
		_ = run.RestoreText(p, machine.Host(), maps)
	}
}

// tracedByOther tells whether another debugger traces the process. One that
// does begins with the main thread.
func tracedByOther(pid, debugger int) bool {
	task, err := proclist.Task(pid, pid)
	return err == nil && task.Tracer != 0 && !isDying(task.Tracer, debugger)
}

// isDying tells whether a tracer is the debugger that died, or is gone.
func isDying(tracer, debugger int) bool {
	if _, err := proclist.Task(debugger, tracer); err == nil {
		return true
	}
	other, err := proclist.Read(tracer)
	return err != nil || other.TGID == debugger || len(other.CmdLine) == 0
}

// leave makes the process as it was and lets it go, but for what calls in progress
// need.
// Precondition: tracer.
func leave(p *native.Process) (inCall bool) {
	left, _ := run.Recover(p)
	if !left.Found {
		// No scratch memory, but perhaps watchpoints.
		for i := range p.WatchSlots() {
			_ = p.ClearWatch(i)
		}
	}
	if err := p.Detach(); err != nil && !errors.Is(err, target.ErrDetached) {
		os.Exit(1) // the kernel lets go of the rest
	}
	return left.InCall()
}

// cannotRun tells whether the process stands still by itself, frozen or in the
// kernel: nothing happens to it meanwhile, however long that takes.
func cannotRun(err error) bool {
	var e *native.AttachError
	return errors.As(err, &e) && (e.Reason == native.Frozen || e.Reason == native.Stuck)
}

// passing tells whether what made attaching fail may pass: the debugger that
// died has not let go yet, or had not when we tried, or the process just begins
// another program. Another debugger that came first does the guardian's work.
func passing(err error, debugger int) bool {
	var e *native.AttachError
	if !errors.As(err, &e) {
		return false
	}
	switch e.Reason {
	case native.NoSuchProcess, native.Zombie, native.Exited:
		return false
	case native.AlreadyTraced:
		return isDying(e.Other, debugger)
	}
	return true
}
