//go:build linux && amd64

package native

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tinydbg/tinydbg/internal/target"
)

// Thread is one traced thread.
type Thread struct {
	p     *Process
	id    int
	state atomic.Int32

	// The rest belongs to the tracer.

	stop stopKind
	// held is the signal of a stopSignal, not yet delivered.
	held syscall.Signal
	// group: the stop is part of a group stop, to be continued by LISTEN.
	group bool
	// asked: an interrupt was requested and no stop has answered it.
	asked bool
	// keeps is the signal of a stop whose report was seen, but not taken (see
	// Process.keep).
	keeps syscall.Signal
	// unread: the event of this stop is still in the queue.
	unread bool
	// stepping: resumed for one instruction; stepped: that is how it got to
	// this stop.
	stepping, stepped bool
	// blocks is the signal mask that it has but for a single step, see letStep; 0 for
	// the one that it has.
	blocks uint64
	// due is an event to report at the next clean stop.
	due *target.Event
	// forward is a signal that we sent ourselves.
	forward syscall.Signal
	// regs are those of this stop when they were read, in room. dirty: the
	// kernel does not have them yet.
	regs  *unix.PtraceRegs
	room  unix.PtraceRegs
	dirty bool
	// mended is when mendSyscall had something to mend at this stop.
	mended time.Time
}

// stopKind is how a thread is stopped, which decides what can be done there.
type stopKind int

const (
	stopNone   stopKind = iota
	stopSignal          // about to get the signal held
	stopEvent           // PTRACE_EVENT_STOP, or any other stop without signal
)

// ID is the kernel's thread id.
func (t *Thread) ID() int { return t.id }

// State is Running, Stopped or Exited.
func (t *Thread) State() target.State { return target.State(t.state.Load()) }

// Name is the thread's comm, "" when it is gone.
func (t *Thread) Name() string {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/comm", t.p.pid, t.id))
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(string(data), "\n")
}

// Resume lets the thread run. One whose event was not yet fetched by Wait
// stays stopped, since nobody has decided about that event; a thread of a
// stopped job stays stopped for the world until SIGCONT.
// Precondition: tracer; thread stopped.
func (t *Thread) Resume(sig syscall.Signal) error {
	request := unix.PTRACE_CONT
	if t.group && t.stop == stopEvent {
		request = unix.PTRACE_LISTEN
	}
	return t.run(request, sig)
}

// Step lets the thread run one instruction, in a stopped job too.
// Precondition: tracer; thread stopped.
func (t *Thread) Step(sig syscall.Signal) error { return t.run(unix.PTRACE_SINGLESTEP, sig) }

func (t *Thread) run(request int, sig syscall.Signal) error {
	if err := t.check(); err != nil {
		return err
	}
	if t.unread {
		return nil
	}
	if sig != 0 && t.stop != stopSignal {
		// Only a stop at a signal takes one along; elsewhere it is sent anew.
		t.forward = sig
		if err := unix.Tgkill(t.p.pid, t.id, sig); err != nil {
			return t.failed("send "+sig.String()+" to", err)
		}
		sig = 0
	}
	return t.restart(request, sig)
}

// restart makes the request that sets the thread running.
// Precondition: tracer; thread stopped.
func (t *Thread) restart(request int, sig syscall.Signal) error {
	switch {
	case request == unix.PTRACE_LISTEN:
		sig = 0
	case t.stop == stopEvent:
		t.expire()
	}
	if err := t.flushRegs(); err != nil {
		return t.failed("write registers of", err)
	}
	if t.stepping = request == unix.PTRACE_SINGLESTEP; t.stepping {
		if err := t.letStep(); err != nil {
			return t.failed("change the signal mask of", err)
		}
	}
	t.setRunning()
	if err := ptrace(request, t.id, 0, uintptr(sig)); err != nil {
		return t.failed("resume", err)
	}
	return nil
}

func (t *Thread) setRunning() {
	t.stop, t.held, t.group, t.keeps = stopNone, 0, false, 0
	t.regs, t.dirty, t.mended = nil, false, time.Time{}
	t.setState(target.Running)
}

// Interrupt asks the thread to stop. One that has stopped already, with an
// event that Wait will return, needs no asking.
// Precondition: tracer; thread running.
func (t *Thread) Interrupt() error {
	if err := t.p.Ended(); err != nil {
		return err
	}
	switch t.State() {
	case target.Exited:
		return target.ErrThreadGone
	case target.Stopped:
		if t.unread {
			return nil
		}
		return fmt.Errorf("interrupt thread %d: it is stopped already", t.id)
	}
	t.asked = true
	t.p.sweeping.asked++
	if err := ptrace(unix.PTRACE_INTERRUPT, t.id, 0, 0); err != nil {
		return t.failed("interrupt", err)
	}
	return nil
}

// check refuses requests that need a stopped thread.
func (t *Thread) check() error {
	if err := t.p.Ended(); err != nil {
		return err
	}
	switch t.State() {
	case target.Exited:
		return target.ErrThreadGone
	case target.Running:
		return fmt.Errorf("thread %d of process %d is running", t.id, t.p.pid)
	}
	return nil
}

// failed explains a failed request. A tracee that is killed leaves its stop at
// once, so "no such process" means that it is dying.
func (t *Thread) failed(what string, err error) error {
	if !errors.Is(err, unix.ESRCH) {
		return fmt.Errorf("%s thread %d of process %d: %w", what, t.id, t.p.pid, err)
	}
	t.p.awaitDeath(t)
	if err := t.p.Ended(); err != nil {
		return err
	}
	return target.ErrThreadGone
}

// dyingTime is how long a process may take to die that was killed: each thread needs
// a processor for that. One that leaves a core file takes longer, and is not waited
// for again for each of its threads.
const dyingTime, dyingTimeMore = 2 * time.Second, 50 * time.Millisecond

// awaitDeath waits for the report of the end of a thread that is dying.
// Precondition: tracer.
func (p *Process) awaitDeath(t *Thread) {
	limit := dyingTime
	if p.diesLong {
		limit = dyingTimeMore
	}
	p.diesLong = !p.settle(limit, func() bool { return t.State() == target.Exited })
}
