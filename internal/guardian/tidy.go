package guardian

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

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
	if len(os.Args) != 3 || os.Args[0] != name {
		return false
	}
	pid, err := strconv.Atoi(os.Args[1])
	start, startErr := strconv.ParseInt(os.Args[2], 10, 64)
	if err != nil || startErr != nil {
		return false
	}
	signal.Ignore(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGPIPE)
	// Whoever runs out of memory should not take the guardian; the kernel
	// allows this to few.
	_ = os.WriteFile("/proc/self/oom_score_adj", []byte("-1000"), 0)
	_ = syscall.Setpriority(syscall.PRIO_PROCESS, 0, -10) // nor should a busy machine make it late
	word, _ := io.ReadAll(os.NewFile(lifeline, "lifeline"))
	if string(word) != goodbye {
		tidy(pid, start)
	}
	return true
}

// patience is how long the guardian tries.
const patience = 10 * time.Second

// tidy takes out what the debugger left in the process that was started then.
// It is nobody's business to say so if that fails: the process lives on, and
// the next debugger tries again.
func tidy(pid int, start int64) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	debugger := os.Getppid()
	for ctx.Err() == nil {
		now, err := proclist.Read(pid)
		if err != nil || now.Start.UnixNano() != start {
			return
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
		other, err := proclist.Read(e.Other)
		return err != nil || other.TGID == debugger || len(other.CmdLine) == 0
	}
	return true
}
