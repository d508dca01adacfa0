//go:build linux && amd64

package native

import (
	"errors"
	"fmt"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/target"
)

// offspring is a task that is not the process's own and is traced for a while:
// one that still shares the memory with the process, so that it may run into
// its traps, or one whose next program may be wanted. Nobody hears of what
// happens to it but of that program.
type offspring struct {
	shares bool
	// atExec: it stands at the beginning of a program that is wanted.
	atExec bool
}

// SetChildHooks sets what is asked about children, on the tracer. See
// target.ChildFollower.
// Precondition: tracer, or before the process first runs.
func (p *Process) SetChildHooks(h target.ChildHooks) { p.children = h }

// keepChild begins to trace a child that was just made, and whose first stop
// this is, until its next program.
func (p *Process) keepChild(child int, shares bool) {
	p.offspring[child] = &offspring{shares: shares}
	ptrace(unix.PTRACE_CONT, child, 0, 0)
}

func (p *Process) wanted(child int, atExec bool) bool {
	return p.children.Wanted != nil && p.children.Wanted(child, atExec)
}

// childReported handles a report about offspring.
// Precondition: tracer.
func (p *Process) childReported(child int, o *offspring, s status) {
	switch {
	case !s.stopped:
		delete(p.offspring, child)
	case s.event == 0:
		p.childSignalled(child, s.signal)
	case s.event == unix.PTRACE_EVENT_EXEC:
		p.childExeced(child)
	case s.event == ptraceEventStop && s.signal != unix.SIGTRAP:
		ptrace(unix.PTRACE_LISTEN, child, 0, 0)
	case s.event == unix.PTRACE_EVENT_FORK, s.event == unix.PTRACE_EVENT_VFORK, s.event == unix.PTRACE_EVENT_CLONE:
		p.hearOf(child)
		fallthrough
	default:
		ptrace(unix.PTRACE_CONT, child, 0, 0)
	}
}

// hearOf learns of a child of offspring.
func (p *Process) hearOf(parent int) {
	message, err := eventMessage(parent)
	child := int(message)
	if err != nil {
		return
	}
	if !p.released[child] && p.offspring[child] == nil {
		p.awaitChild(child)
	}
	delete(p.released, child)
}

// childExeced: it has memory of its own now, without a trap of ours.
func (p *Process) childExeced(child int) {
	if old, err := eventMessage(child); err == nil {
		delete(p.offspring, int(old)) // another thread of it has become its main thread
	}
	if !p.wanted(child, true) {
		delete(p.offspring, child)
		ptrace(unix.PTRACE_DETACH, child, 0, 0)
		return
	}
	p.offspring[child] = &offspring{atExec: true}
	p.queue = append(p.queue, target.Event{Kind: target.EventChildExec, Child: child})
}

// childSignalled passes a signal on, unless it is a trap of the process's that
// a child ran into which shares its memory.
func (p *Process) childSignalled(child int, sig syscall.Signal) {
	if sig == unix.SIGTRAP {
		sig = p.passTrap(child)
	}
	ptrace(unix.PTRACE_CONT, child, 0, uintptr(sig))
}

// passTrap sends a child past a trap, as a thread of the process would be sent
// whose breakpoint's condition is false. It returns the signal that the child
// is to get: SIGTRAP if that was none of ours.
func (p *Process) passTrap(child int) syscall.Signal {
	info, err := getSiginfo(child)
	var regs unix.PtraceRegs
	if err != nil || info.Code != siKernel || p.children.PastTrap == nil || getRegs(child, &regs) != nil {
		return unix.SIGTRAP
	}
	to, original, ok := p.children.PastTrap(p.Arch().TrapAddr(addr.Addr(regs.Rip)))
	if !ok {
		return unix.SIGTRAP
	}
	if len(original) > 0 {
		return p.stepLifted(child, &regs, original)
	}
	regs.Rip = uint64(to)
	if setRegs(child, &regs) != nil {
		return unix.SIGTRAP
	}
	return 0
}

// stepLifted does one instruction of a child's without the trap that stands
// there, and returns the signal that came instead of its end, if one did.
// Threads of the process may slip by meanwhile: a call in a vfork child that
// cannot be done out of line is rare enough.
func (p *Process) stepLifted(child int, regs *unix.PtraceRegs, original []byte) syscall.Signal {
	at := p.Arch().TrapAddr(addr.Addr(regs.Rip))
	regs.Rip = uint64(at)
	if setRegs(child, regs) != nil {
		return unix.SIGTRAP
	}
	if _, err := p.WriteMemory(at, original); err != nil {
		return unix.SIGTRAP
	}
	defer p.WriteMemory(at, p.Arch().Trap())
	if ptrace(unix.PTRACE_SINGLESTEP, child, 0, 0) != nil {
		return unix.SIGTRAP
	}
	for {
		_, s, err := wait4(child, 0)
		switch {
		case err == unix.EINTR:
			continue
		case err != nil || !s.stopped:
			delete(p.offspring, child)
		case s.event == 0 && s.signal != unix.SIGTRAP:
			return s.signal
		}
		return 0
	}
}

// HandOver makes a child that stands at the beginning of its program, as an
// EventChildExec has told, a process of its own, with a tracer of its own,
// stopped there. On an error the child is let go. See target.ChildFollower.
// Precondition: not the tracer's goroutine.
func (p *Process) HandOver(child int) (target.Process, error) {
	t, err := startTracer()
	if err != nil {
		return nil, err
	}
	q := newProcess(child, p.attached, t)
	q.exitKill = p.exitKill
	var failed error
	if err := p.tracer.do(func() { failed = p.part(child) }); err != nil {
		failed = err
	}
	err = t.do(func() {
		if failed == nil {
			if failed = q.seizeStopping(); failed != nil {
				unix.Kill(child, unix.SIGCONT) // nobody else would wake it up
			}
		}
		if failed != nil {
			t.end(failed)
		}
	})
	if err = errors.Join(err, failed); err != nil {
		t.gone()
		return nil, fmt.Errorf("follow process %d: %w", child, err)
	}
	return q, nil
}

// part lets a child go so that it stops before it runs an instruction. One that
// is no more may have left its number to another process.
// Precondition: tracer.
func (p *Process) part(child int) error {
	if p.offspring[child] == nil {
		return unix.ESRCH
	}
	delete(p.offspring, child)
	unix.Tgkill(child, child, unix.SIGSTOP)
	ptrace(unix.PTRACE_DETACH, child, 0, 0)
	return nil
}

// seizeStopping takes over a process that has a SIGSTOP under way, or has
// stopped for it. The program never notices either.
// Precondition: tracer.
func (p *Process) seizeStopping() error {
	if err := ptrace(unix.PTRACE_SEIZE, p.pid, 0, p.options()); err != nil {
		return diagnose(p.pid, p.pid, err)
	}
	for {
		s, err := p.next()
		switch {
		case err != nil:
			return err
		case s.event == 0 && s.signal == unix.SIGSTOP:
			p.beginStopped()
			return nil
		case s.event == ptraceEventStop && s.signal == unix.SIGSTOP:
			return p.continueStopped()
		}
		if err := ptrace(unix.PTRACE_CONT, p.pid, 0, 0); err != nil {
			return err
		}
	}
}

// dropOffspring lets all offspring go. When the process is gone, it is for the
// children that shared its memory to lose its traps.
// Precondition: tracer.
func (p *Process) dropOffspring() {
	for child, o := range p.offspring {
		if !o.atExec && !p.stopOffspring(child) {
			continue
		}
		if o.shares {
			p.fix(child)
		}
		ptrace(unix.PTRACE_DETACH, child, 0, 0)
	}
	clear(p.offspring)
}

// stopOffspring stops a child to be let go, and tells whether it still lives.
func (p *Process) stopOffspring(child int) bool {
	ptrace(unix.PTRACE_INTERRUPT, child, 0, 0)
	for deadline := time.Now().Add(offspringPatience); time.Now().Before(deadline); nap(50 * time.Microsecond) {
		id, s, err := wait4(child, unix.WNOHANG)
		if err == unix.EINTR || err == nil && id == 0 {
			continue
		}
		if err != nil || !s.stopped {
			return false
		}
		if sig := p.pendingOf(child, s); sig != 0 {
			if p.offspring[child].shares {
				p.fix(child)
			}
			ptrace(unix.PTRACE_DETACH, child, 0, uintptr(sig))
			return false
		}
		return true
	}
	return false // it goes with the tracer's thread
}

// pendingOf is the signal that a child which has stopped is to get, 0 for none.
func (p *Process) pendingOf(child int, s status) syscall.Signal {
	switch {
	case s.event != 0:
		return 0
	case s.signal == unix.SIGTRAP:
		return p.passTrap(child)
	}
	return s.signal
}

// offspringPatience is how long a child may take to stop.
const offspringPatience = time.Second
