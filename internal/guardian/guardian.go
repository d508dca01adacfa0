// Package guardian is a small process beside the debugger that tidies up when
// the debugger is killed.
//
// It does not have to win a race: what a dead debugger leaves in a process is
// harmless by itself (see arch.Guard and docs/safety.md). The guardian takes it
// out: traps, the guard, scratch memory, debug registers. All that it must know
// lies in the process; the pipe between debugger and guardian says only that
// the debugger lives, and whether it has taken its leave.
package guardian

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tinydbg/tinydbg/internal/priority"
	"github.com/tinydbg/tinydbg/internal/proclist"
	"github.com/tinydbg/tinydbg/internal/target/native"
)

// name is what the guardian calls itself in a list of processes.
const name = "tinydbg-guardian"

// goodbye is what a debugger writes that has left the process as it was.
const goodbye = "bye"

// Guardian is the debugger's side of a guardian.
type Guardian struct {
	pipe  *os.File
	ready *os.File // ends when it is
	pid   int
	ended chan struct{}
}

// Start starts a guardian for a process. The program that calls it must begin
// with [Main]. It is started before the process is attached to. Unless maxPause is 0,
// the guardian kills a debugger that keeps a thread of the process stopped for
// much longer, because it hangs or is stopped itself.
func Start(pid int, maxPause time.Duration) (*Guardian, error) {
	start, err := proclist.Started(pid)
	if err != nil {
		return nil, fmt.Errorf("guardian of process %d: %w", pid, err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("guardian of process %d: %w", pid, err)
	}
	ready, isReady, err := os.Pipe()
	if err != nil {
		r.Close()
		w.Close()
		return nil, fmt.Errorf("guardian of process %d: %w", pid, err)
	}
	g := &Guardian{pipe: w, ready: ready, ended: make(chan struct{})}
	started := make(chan error)
	go g.keep(ward{pid: pid, start: start, maxPause: maxPause, givesWay: givesWay.Load()}, []*os.File{r, isReady}, started)
	err = <-started
	r.Close()
	isReady.Close()
	if err != nil {
		w.Close()
		ready.Close()
		return nil, fmt.Errorf("guardian of process %d: %w", pid, err)
	}
	return g, nil
}

// startTime is how long a guardian may take to begin.
const startTime = time.Second

// Await waits until the guardian watches. One that was started by a debugger that
// gave way to others does so, too, and on a machine that has become busy since then it
// would begin late. nil is no guardian.
func (g *Guardian) Await() {
	if g == nil {
		return
	}
	if priority.IsLow(g.pid) {
		priority.Raise(g.pid)
	}
	_ = g.ready.SetReadDeadline(time.Now().Add(startTime))
	_, _ = g.ready.Read(make([]byte, 1))
}

// keep starts the guardian and waits for its end on a thread of its own: a
// tracer must not be its parent, whose wait would reap it. The thread's end is
// what tells the guardian first that the debugger dies (see watch), so it is one
// that runs at once when it has to end, and ends with this function, when the
// guardian has.
func (g *Guardian) keep(w ward, pipes []*os.File, started chan<- error) {
	runtime.LockOSThread()
	defer close(g.ended)
	w.keeper = unix.Gettid()
	cmd := &exec.Cmd{
		Path: "/proc/self/exe", Args: w.args(), ExtraFiles: pipes,
		SysProcAttr: &syscall.SysProcAttr{Setsid: true, Pdeathsig: deathKnell},
	}
	err := cmd.Start()
	if err == nil {
		g.pid = cmd.Process.Pid
	}
	started <- err
	if err != nil {
		return
	}
	// Not before: from here on the thread sleeps until it ends. What works must not
	// have this priority: Go's scheduler spins, and would do so for ever on processors
	// that those it waits for do not get.
	realTime := unix.SchedAttr{Policy: unix.SCHED_FIFO, Priority: 1, Flags: unix.SCHED_FLAG_RESET_ON_FORK}
	if unix.SchedSetAttr(0, &realTime, 0) != nil {
		hurry()
	}
	_ = cmd.Wait()
}

// Close takes leave: the process is as it was, or gone. nil is no guardian.
func (g *Guardian) Close() {
	if g == nil {
		return
	}
	_, _ = g.pipe.WriteString(goodbye)
	g.pipe.Close()
	g.ready.Close()
	select {
	case <-g.ended:
	case <-time.After(time.Second):
	}
}

// Blocks tells whether err says that a guardian is at work on the process: in a
// moment it can be attached to.
func Blocks(err error) bool {
	var e *native.AttachError
	if !errors.As(err, &e) || e.Reason != native.AlreadyTraced {
		return false
	}
	other, err := proclist.Read(e.Other)
	// One that ends has no command line any more.
	return err != nil || len(other.CmdLine) == 0 || other.CmdLine[0] == name
}
