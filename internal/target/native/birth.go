//go:build linux && amd64

package native

import (
	"encoding/binary"
	"errors"
	"os"
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/target"
)

// options are the events that threads report beside signals. Tasks that they
// make inherit them.
func (p *Process) options() uintptr {
	o := unix.PTRACE_O_TRACECLONE | unix.PTRACE_O_TRACEFORK | unix.PTRACE_O_TRACEVFORK | unix.PTRACE_O_TRACEEXEC |
		unix.PTRACE_O_TRACESYSGOOD // the stops of injected calls, see Thread.throughSyscall
	if p.exitKill {
		o |= unix.PTRACE_O_EXITKILL
	}
	return uintptr(o)
}

// born is the first report of an unknown task, which the kernel attached when
// a thread of ours made it: a new thread, or the child of a fork.
// Precondition: tracer.
func (p *Process) born(tid int) {
	delete(p.coming, tid)
	if !p.hasThread(tid) {
		p.bornOutside(tid)
		return
	}
	t := p.add(tid)
	t.setState(target.Stopped)
	t.stop = stopEvent
	if p.watched {
		p.pokeWatch(t)
	}
	t.emit(target.EventNewThread, 0)
}

func (p *Process) hasThread(tid int) bool {
	_, err := os.Stat("/proc/" + strconv.Itoa(p.pid) + "/task/" + strconv.Itoa(tid))
	return err == nil
}

// gaveBirth is the other half of a birth, as the creating thread reports it.
// The two halves come in any order; here the other one is waited for, so that
// once all threads have stopped none is unknown. A thread reports itself. A
// forked child is let go; then its parent goes on to the end of the system
// call, for vfork not before the child has let go of the memory, and reports
// it there.
func (t *Thread) gaveBirth(event int, asked bool, request int) {
	p := t.p
	message, err := eventMessage(t.id)
	child := int(message)
	if err == nil && !p.released[child] && p.threads[child] == nil && p.offspring[child] == nil {
		p.awaitChild(child)
	}
	kept := p.offspring[child] != nil
	if kept || p.released[child] || event != unix.PTRACE_EVENT_CLONE {
		delete(p.released, child)
		t.stopClean(target.Event{Kind: target.EventFork, Thread: t, Child: child, Kept: kept})
		return
	}
	if asked {
		// This stop swallowed the interrupt that was to stop the thread.
		t.asked = true
		ptrace(unix.PTRACE_INTERRUPT, t.id, 0, 0)
	}
	t.restart(request, 0)
}

// awaitChild waits for the first stop of what a thread made. It was started
// before its parent reported it, so that it takes microseconds. One that was
// reported before and is dead by now is unknown to wait4.
func (p *Process) awaitChild(child int) {
	for {
		tid, s, err := wait4(child, 0)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case err == nil && tid == child && s.stopped:
			p.born(child)
		case err == nil && tid == child:
			p.taskEnded(child, nil, s.code)
		}
		return
	}
}

// bornOutside is the first stop of a forked child. One with a copy of the
// memory has that mended. It is let go, unless it is wanted or has the memory
// itself, traps and all.
func (p *Process) bornOutside(child int) {
	shares := sharesMemory(child)
	if !shares {
		p.fix(child)
	}
	if shares || p.wanted(child, false) {
		p.keepChild(child, shares)
		return
	}
	ptrace(unix.PTRACE_DETACH, child, 0, 0)
	p.released[child] = true
}

// fix takes out of a child's memory what does not belong there.
func (p *Process) fix(child int) {
	if p.children.Fix == nil {
		return
	}
	m := &memory{pid: child}
	p.children.Fix(m)
	m.close()
}

// sharesMemory tells whether a task that was just made shares the memory of
// the one that made it, by the system call it comes out of.
func sharesMemory(child int) bool {
	const cloneVM = unix.CLONE_VM
	var regs unix.PtraceRegs
	if getRegs(child, &regs) != nil {
		return true // it is dying: nothing to mend
	}
	switch regs.Orig_rax {
	case unix.SYS_VFORK:
		return true
	case unix.SYS_CLONE:
		return regs.Rdi&cloneVM != 0
	case unix.SYS_CLONE3:
		m := &memory{pid: child}
		defer m.close()
		var flags [8]byte
		_, err := m.ReadMemory(flags[:], addr.Addr(regs.Rdi))
		return err != nil || binary.LittleEndian.Uint64(flags[:])&cloneVM != 0
	}
	return false
}
