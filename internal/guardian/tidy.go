package guardian

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"syscall"
	"time"

	"github.com/tinydbg/tinydbg/internal/arch/machine"
	"github.com/tinydbg/tinydbg/internal/proclist"
	"github.com/tinydbg/tinydbg/internal/run"
	"github.com/tinydbg/tinydbg/internal/target"
	"github.com/tinydbg/tinydbg/internal/target/native"
)

// lifeline is the guardian's end of the pipe.
const lifeline = 3

// Main is the guardian, if this process was started as one; it then returns
// true when its work is done. It comes first in a program's main function.
func Main() bool {
	if len(os.Args) != 4 || os.Args[0] != name {
		return false
	}
	pid, err := strconv.Atoi(os.Args[1])
	start, startErr := strconv.ParseInt(os.Args[2], 10, 64)
	maxPause, pauseErr := strconv.ParseInt(os.Args[3], 10, 64)
	if err != nil || startErr != nil || pauseErr != nil {
		return false
	}
	runtime.LockOSThread() // the thread with the priority
	signal.Ignore(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGPIPE)
	// Whoever runs out of memory should not take the guardian; the kernel
	// allows this to few.
	_ = os.WriteFile("/proc/self/oom_score_adj", []byte("-1000"), 0)
	_ = syscall.Setpriority(syscall.PRIO_PROCESS, 0, -10) // nor should a busy machine make it late
	w := watch{pid: pid, debugger: os.Getppid(), maxPause: time.Duration(maxPause)}
	if w.lastWord(lifeline) != goodbye {
		tidy(pid, start, w.debugger)
	}
	return true
}

// patience is how long the guardian tries.
const patience = 10 * time.Second

// tidy takes out what the debugger left in the process that was started then.
// It is nobody's business to say so if that fails: the process lives on, and
// the next debugger tries again.
func tidy(pid int, start int64, debugger int) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for first := true; ctx.Err() == nil; first = false {
		now, err := proclist.Read(pid)
		if err != nil || now.Start.UnixNano() != start {
			return
		}
		if first && !tracedByOther(pid, debugger) {
			restoreText(pid)
		}
		p, err := native.Attach(ctx, pid, native.Options{})
		if err == nil {
			_ = p.Do(func() { leave(p) })
			return
		}
		if !passing(err, debugger) {
			return
		}
		time.Sleep(500 * time.Microsecond)
	}
}

// restoreText takes the traps out of the text, which needs nobody to be stopped,
// and can be done before the kernel has let go of the process for the one who
// died. A thread that has run into one already is sent on by the guard.
func restoreText(pid int) {
	p := native.Unattached(pid)
	defer p.Close()
	if maps, err := p.Maps(); err == nil {
		_ = run.RestoreText(p, machine.Host(), maps)
	}
}

// tracedByOther tells whether a debugger that lives traces the process, whose
// traps are not ours to take out.
func tracedByOther(pid, debugger int) bool {
	ids, _ := proclist.Tasks(pid)
	for _, id := range ids {
		task, err := proclist.Task(pid, id)
		if err == nil && task.Tracer != 0 && !isDying(task.Tracer, debugger) {
			return true
		}
	}
	return false
}

// isDying tells whether a tracer is the debugger that died, or is gone.
func isDying(tracer, debugger int) bool {
	other, err := proclist.Read(tracer)
	return err != nil || other.TGID == debugger || len(other.CmdLine) == 0
}

// leave makes the process as it was and lets it go.
// Precondition: tracer.
func leave(p *native.Process) {
	if found, _ := run.Recover(p); !found {
		// No scratch memory, but perhaps watchpoints.
		for i := range p.WatchSlots() {
			_ = p.ClearWatch(i)
		}
	}
	if err := p.Detach(); err != nil && !errors.Is(err, target.ErrDetached) {
		os.Exit(1) // the kernel lets go of the rest
	}
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
