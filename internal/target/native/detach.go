//go:build linux && amd64

package native

import (
	"fmt"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tinydbg/tinydbg/internal/target"
)

// patience is how long threads may take to stop or to die.
const patience = 10 * time.Second

// Detach lets every thread go. A signal that a thread was about to receive is
// delivered, whether its event was fetched or not; a SIGTRAP only if somebody
// sent it. Threads that run are stopped first.
// Precondition: tracer.
func (p *Process) Detach() error {
	if err := p.Ended(); err != nil {
		p.tracer.end(err)
		return err
	}
	for _, t := range p.list() {
		if t.State() == target.Running {
			t.asked = true
			ptrace(unix.PTRACE_INTERRUPT, t.id, 0, 0)
		}
	}
	if !p.settle(patience, p.allStopped) {
		return fmt.Errorf("detach from process %d: its threads did not stop within %v", p.pid, patience)
	}
	if err := p.Ended(); err != nil {
		p.tracer.end(err)
		return err
	}
	p.clearWatches()
	p.dropOffspring()
	p.letGo()
	p.pauses.close()
	p.finish(target.ErrDetached)
	p.tracer.end(target.ErrDetached)
	if !p.attached {
		go reap(p.pid)
	}
	return nil
}

// reap waits for the end of a child that was let go, lest it stays a zombie.
func reap(pid int) {
	for {
		if _, err := unix.Wait4(pid, nil, 0, nil); err != unix.EINTR {
			return
		}
	}
}

// letGo detaches all threads that are stopped.
// Precondition: tracer.
func (p *Process) letGo() {
	for _, t := range p.list() {
		if t.State() != target.Stopped {
			continue
		}
		if t.stop == stopEvent && !t.group {
			t.expire()
		}
		t.flushRegs()
		// Of a thread that is killed at this moment nothing is left to detach.
		ptrace(unix.PTRACE_DETACH, t.id, 0, uintptr(t.undelivered()))
		t.setRunning()
	}
	p.queue = nil
}

// undelivered is the signal to be passed on at detach.
func (t *Thread) undelivered() syscall.Signal {
	if t.stop != stopSignal || t.held == unix.SIGTRAP && !t.wasSent() {
		return 0
	}
	return t.held
}

func (t *Thread) wasSent() bool {
	info, err := getSiginfo(t.id)
	return err == nil && info.Code <= 0 // SI_USER, SI_QUEUE, SI_TKILL ...
}

// Kill ends the process with SIGKILL, waits until it is gone, and ends the
// tracer. A process that is gone already is no error.
// Precondition: tracer.
func (p *Process) Kill() error {
	if p.Ended() == nil {
		if err := unix.Kill(p.pid, unix.SIGKILL); err != nil && err != unix.ESRCH {
			return fmt.Errorf("kill process %d: %w", p.pid, err)
		}
		if !p.settle(patience, func() bool { return false }) {
			return fmt.Errorf("kill process %d: it did not die within %v", p.pid, patience)
		}
	}
	p.queue = nil
	p.tracer.end(p.Ended())
	return nil
}
