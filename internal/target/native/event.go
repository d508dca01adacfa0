//go:build linux && amd64

package native

import (
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/tinydbg/tinydbg/internal/proclist"
	"github.com/tinydbg/tinydbg/internal/target"
)

// handle turns one report of the kernel into what it means.
// Precondition: tracer.
func (p *Process) handle(tid int, s status) {
	t := p.threads[tid]
	switch o := p.offspring[tid]; {
	case o != nil:
		p.childReported(tid, o, s)
	case !s.stopped:
		p.taskEnded(tid, t, s.code)
	case s.event == unix.PTRACE_EVENT_EXEC && tid != p.pid:
		p.childExeced(tid)
	case s.event == unix.PTRACE_EVENT_EXEC:
		p.execed(tid)
	case t == nil:
		p.born(tid)
	default:
		t.stoppedBy(s)
	}
}

// emit queues an event about t, which stays stopped for it.
func (t *Thread) emit(kind target.EventKind, sig syscall.Signal) {
	t.queue(target.Event{Kind: kind, Thread: t, Signal: sig})
}

func (t *Thread) queue(ev target.Event) {
	t.unread = true
	t.p.queue = append(t.p.queue, ev)
}

// stoppedBy sorts out why the thread stopped.
func (t *Thread) stoppedBy(s status) {
	asked := t.asked
	request := unix.PTRACE_CONT
	if t.stepping {
		request = unix.PTRACE_SINGLESTEP
	}
	t.stepped, t.stepping, t.asked = t.stepping, false, false
	t.setState(target.Stopped)
	t.stepOver() // also if the step was broken off
	switch s.event {
	case 0:
		t.atSignal(s.signal)
	case ptraceEventStop:
		t.atEventStop(s.signal, asked, request)
	case unix.PTRACE_EVENT_FORK, unix.PTRACE_EVENT_VFORK, unix.PTRACE_EVENT_CLONE:
		t.stop = stopEvent
		t.gaveBirth(s.event, asked, request)
	default: // no other event was asked for
		t.stop = stopEvent
		t.restart(request, 0)
	}
}

// atSignal is the stop before a signal is delivered.
func (t *Thread) atSignal(sig syscall.Signal) {
	t.stop, t.held = stopSignal, sig
	if sig != unix.SIGTRAP {
		t.mendSyscall()
	}
	again := t.forward == sig
	if again {
		t.forward = 0
	}
	t.queue(target.Event{Kind: target.EventSignal, Thread: t, Signal: sig, Again: again})
}

// atEventStop is PTRACE_EVENT_STOP: an interrupt, a group stop (sig says which
// signal) or its end. One that nobody asked for and that is no group stop is
// an interrupt that came too late, after another stop had answered it, or the
// end of a group stop: of no interest to anyone.
func (t *Thread) atEventStop(sig syscall.Signal, asked bool, request int) {
	t.stop, t.group = stopEvent, sig != unix.SIGTRAP
	t.mendSyscall()
	switch {
	case t.due != nil:
		t.queue(*t.due)
		t.due = nil
	case asked && !t.group && trapPending(t.id):
		// It ran into a trap (or ended a step) just before. The kernel tells of
		// the interrupt first; let it tell of the trap instead.
		t.restart(unix.PTRACE_CONT, 0)
		t.stepping = request == unix.PTRACE_SINGLESTEP
	case asked:
		t.emit(target.EventInterrupted, 0)
	case t.group:
		t.emit(target.EventGroupStop, sig)
	default:
		t.restart(request, 0)
	}
}

// stopClean moves a thread from a stop in the middle of a system call, where
// its registers cannot be changed, to one at the end of it; there ev is
// reported.
func (t *Thread) stopClean(ev target.Event) {
	t.due = &ev
	if ptrace(unix.PTRACE_INTERRUPT, t.id, 0, 0) == nil {
		t.restart(unix.PTRACE_CONT, 0)
	}
}

// taskEnded is the end of a thread, of the process, or of a child just forked.
func (p *Process) taskEnded(tid int, t *Thread, code int) {
	delete(p.coming, tid)
	if tid == p.pid {
		p.exited(code)
		return
	}
	if t == nil {
		return
	}
	p.lastCode = code
	p.taskGone(t)
}

func (p *Process) taskGone(t *Thread) {
	p.remove(t)
	p.queue = append(p.queue, target.Event{Kind: target.EventThreadExited, Thread: t})
}

// missMain notices the end of the main thread, of which the kernel tells
// nothing while other threads live. It matters when the thread was asked to
// stop. (PTRACE_O_TRACEEXIT would tell, but it also keeps a process that was
// killed from dying until its tracer has looked.)
// Precondition: tracer.
func (p *Process) missMain() {
	if !p.mainAsked() {
		return
	}
	if task, err := proclist.Task(p.pid, p.pid); err == nil && task.Dead() {
		p.taskGone(p.threads[p.pid])
	}
}

func (p *Process) mainAsked() bool {
	main := p.threads[p.pid]
	return main != nil && main.asked && len(p.threads) > 1
}

// exited is the end of the process.
func (p *Process) exited(code int) {
	p.pauses.close()
	for _, t := range p.list() {
		p.remove(t)
	}
	clear(p.coming)
	clear(p.released)
	p.dropOffspring()
	p.finish(&target.ExitedError{PID: p.pid, Status: code})
	ev := target.Event{Kind: target.EventExited, Status: code}
	if code < 0 {
		ev.Status, ev.Signal = 0, syscall.Signal(-code)
	}
	p.queue = append(p.queue, ev)
}

// finish makes why the answer to every later request.
func (p *Process) finish(why error) {
	p.end.CompareAndSwap(nil, &why)
	p.memory.close()
}

// execed is the start of another program: the thread that asked for it is now
// the main thread, whatever it was, and the only one.
func (p *Process) execed(tid int) {
	for _, t := range p.list() {
		if t.id != tid {
			p.remove(t)
		}
	}
	main := p.threads[tid]
	if main == nil {
		main = p.add(tid)
	}
	p.dropEvents(main) // they were about the old program
	main.setRunning()
	main.asked, main.unread, main.stepping, main.stepped, main.forward, main.blocks = false, false, false, false, 0, 0
	main.setState(target.Stopped)
	main.stop = stopEvent
	clear(p.coming)
	for child, o := range p.offspring {
		if o.shares {
			p.fix(child) // it has the old memory now, alone
		}
	}
	p.watch, p.watched = [watchSlots]watchpoint{}, false // the kernel cleared them
	p.syscall, p.wayBack = syscallSite{}, nil
	p.memory.reopen()
	main.stopClean(target.Event{Kind: target.EventExec, Thread: main})
}
