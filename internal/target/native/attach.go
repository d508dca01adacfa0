//go:build linux && amd64

package native

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tinydbg/tinydbg/internal/proclist"
	"github.com/tinydbg/tinydbg/internal/target"
)

// Attach takes over a running process and stops all its threads, unless told to
// leave them running. What happened to threads meanwhile (a signal, a fork) comes from Wait afterwards. On an
// error, usually an *AttachError, nothing is left attached.
func Attach(ctx context.Context, pid int, o Options) (*Process, error) {
	if err := attachable(pid); err != nil {
		return nil, err
	}
	t, err := startTracer()
	if err != nil {
		return nil, err
	}
	p := newProcess(pid, true, t)
	if err := p.awaitStoppable(ctx, o.stopTimeout()); err != nil {
		t.do(func() { t.end(err) })
		t.gone()
		return nil, err
	}
	_, _ = p.findWayBack() // while it runs: it takes some time; without one, injecting is done the other way
	if o.Ready != nil {
		o.Ready()
	}
	var failed error
	err = t.do(func() {
		if failed = p.takeOver(ctx, o); failed != nil {
			p.abandon(failed)
		} else if o.Then != nil {
			o.Then(p)
		}
	})
	if err = errors.Join(err, failed); err != nil {
		t.gone()
		return nil, err
	}
	return p, nil
}

// takeOver seizes all threads while they run, and only then stops them, so
// that the stop is short.
// Precondition: tracer.
func (p *Process) takeOver(ctx context.Context, o Options) error {
	leave := o.Running && !jobStopped(p.pid)
	for {
		if err := p.seizeAll(ctx); err != nil {
			return err
		}
		if leave && p.allSeized() {
			return nil
		}
		if err := p.stopAll(ctx, o.stopTimeout()); err != nil {
			return err
		}
		// Reading the directory while threads come and go may miss one.
		// Now none of those seized can make another.
		fresh, err := p.seizePass()
		if err != nil {
			return err
		}
		if fresh == 0 {
			break
		}
	}
	return p.settleIn()
}

// seizeAll repeats until a pass finds nothing new: threads that were seized
// have their children attached by the kernel.
func (p *Process) seizeAll(ctx context.Context) error {
	for {
		fresh, err := p.seizePass()
		if err != nil || fresh == 0 {
			return err
		}
		if err := ctx.Err(); err != nil {
			return p.attachError(Interrupted, err)
		}
	}
}

// awaitStoppable waits until every thread was seen in a state in which it can be
// stopped. One that waits in the kernel, for a disk or for its vfork child, cannot:
// it must not be found out while all the others stand still.
func (p *Process) awaitStoppable(ctx context.Context, limit time.Duration) error {
	waiting, _ := proclist.Tasks(p.pid)
	for start := time.Now(); ; time.Sleep(time.Millisecond) {
		waiting = slices.DeleteFunc(waiting, func(id int) bool {
			task, gone := proclist.Task(p.pid, id)
			return gone != nil || task.State != uninterruptible
		})
		switch {
		case len(waiting) == 0:
			return nil
		case proclist.Frozen(p.pid):
			return p.attachError(Frozen, target.ErrFrozen)
		case ctx.Err() != nil:
			return p.attachError(Interrupted, ctx.Err())
		case time.Since(start) > limit:
			return p.unstoppable(waiting[0], uninterruptible, limit)
		}
	}
}

// uninterruptible is the state of a thread in the kernel that no signal wakes up,
// see proc_pid_stat(5).
const uninterruptible = "D"

// jobStopped tells whether the process is stopped by its shell, or by a signal.
func jobStopped(pid int) bool {
	task, err := proclist.Task(pid, pid)
	return err == nil && task.State == "T"
}

// allSeized tells whether every thread is attached to, for certain, though they
// run. The directory may leave out threads when
// others end while it is read; then their number differs, before or after.
// Whoever is in the list was seized before it was read, so that what it makes
// is attached by the kernel.
func (p *Process) allSeized() bool {
	for range 20 {
		before, err := proclist.Threads(p.pid)
		if err != nil {
			return false
		}
		ids, err := proclist.Tasks(p.pid)
		if err != nil {
			return false
		}
		after, err := proclist.Threads(p.pid)
		if err != nil {
			return false
		}
		if before != len(ids) || after != len(ids) {
			continue
		}
		return !slices.ContainsFunc(ids, func(id int) bool { return p.threads[id] == nil })
	}
	return false
}

func (p *Process) seizePass() (fresh int, err error) {
	ids, err := proclist.Tasks(p.pid)
	if err != nil {
		return 0, p.attachError(Exited, unix.ESRCH)
	}
	for _, id := range ids {
		if p.threads[id] != nil || p.coming[id] {
			continue
		}
		isNew, err := p.seize(id)
		if err != nil {
			return fresh, err
		}
		if isNew {
			fresh++
		}
	}
	if len(p.threads) == 0 {
		return 0, diagnose(p.pid, p.pid, unix.ESRCH)
	}
	return fresh, nil
}

// seize attaches to one thread. A thread that is ending is passed over.
func (p *Process) seize(id int) (isNew bool, err error) {
	err = ptrace(unix.PTRACE_SEIZE, id, 0, p.options())
	if err == nil {
		p.add(id)
		return true, nil
	}
	task, gone := proclist.Task(p.pid, id)
	switch {
	case gone != nil, task.Dead(), task.KernelWorker() && id != p.pid:
		return false, nil
	case task.Tracer == p.tracer.tid:
		// The kernel attached it when a thread of ours made it. Its first
		// stop is on the way.
		p.coming[id] = true
		return true, nil
	}
	return false, diagnose(p.pid, id, err)
}

// stopAll interrupts the running threads and waits until they have stopped.
// Precondition: tracer.
func (p *Process) stopAll(ctx context.Context, limit time.Duration) error {
	for _, t := range p.list() {
		if t.State() == target.Running {
			t.asked = true
			ptrace(unix.PTRACE_INTERRUPT, t.id, 0, 0) // a dead one reports its end
		}
	}
	ended := p.settle(limit, func() bool { return p.allStopped() || ctx.Err() != nil })
	if err := ctx.Err(); err != nil && !p.allStopped() {
		return p.attachError(Interrupted, err)
	}
	if !ended {
		return p.stuck(limit)
	}
	return nil
}

func (p *Process) stuck(limit time.Duration) error {
	for _, t := range p.list() {
		if t.State() != target.Running {
			continue
		}
		task, _ := proclist.Task(p.pid, t.id)
		return p.unstoppable(t.id, task.State, limit)
	}
	return p.attachError(Stuck, fmt.Errorf("its threads did not stop within %v", limit))
}

func (p *Process) unstoppable(id int, state string, limit time.Duration) error {
	name := (&Thread{p: p, id: id}).Name()
	return p.attachError(Stuck, fmt.Errorf("thread %d (%s) is in state %s and did not stop within %v", id, name, state, limit))
}

// settleIn looks through what happened while attaching. That threads stopped
// or came and went is known to the caller; signals and forks are kept.
func (p *Process) settleIn() error {
	var keep []target.Event
	for _, ev := range p.queue {
		switch ev.Kind {
		case target.EventExited:
			return p.attachError(Exited, unix.ESRCH)
		case target.EventExec:
			return p.attachError(Execed, unix.EAGAIN)
		case target.EventSignal, target.EventFork, target.EventChildExec:
			keep = append(keep, ev)
		case target.EventThreadExited:
		default:
			ev.Thread.(*Thread).unread = false
		}
	}
	p.queue = keep
	if len(p.threads) == 0 {
		return p.attachError(Exited, unix.ESRCH)
	}
	return nil
}

// abandon lets go of a process whose attach failed. What cannot be detached,
// since it does not stop, goes when the tracer's thread ends.
// Precondition: tracer.
func (p *Process) abandon(why error) {
	if p.Ended() == nil {
		p.letGo()
	}
	p.finish(why)
	p.tracer.end(why)
}

// attachable refuses what must not be tried.
func attachable(pid int) error {
	e := &AttachError{PID: pid, Err: unix.EINVAL}
	switch {
	case pid <= 0:
		e.Reason = BadPID
	case slices.Contains(ownThreads(), pid):
		e.Reason, e.Err = Self, unix.EPERM
	default:
		return notAProcess(pid)
	}
	return e
}

func ownThreads() []int {
	ids, _ := proclist.Tasks(os.Getpid())
	return append(ids, os.Getpid())
}

// notAProcess finds out what can be known without trying.
func notAProcess(pid int) error {
	proc, err := proclist.Read(pid)
	if err != nil {
		return &AttachError{PID: pid, Reason: NoSuchProcess, Err: unix.ESRCH}
	}
	if proc.TGID != pid {
		return &AttachError{PID: pid, Name: proc.Comm, Reason: NotAProcess, Err: unix.EINVAL, Other: proc.TGID}
	}
	if otherMachine("/proc/" + strconv.Itoa(pid) + "/exe") {
		return &AttachError{PID: pid, Name: proc.Comm, Reason: OtherMachine, Err: unix.ENOEXEC}
	}
	return nil
}

func (p *Process) attachError(r Reason, err error) error {
	proc, _ := proclist.Read(p.pid)
	return &AttachError{PID: p.pid, Name: proc.Comm, Reason: r, Err: err}
}
