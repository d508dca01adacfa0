//go:build linux

package native

import (
	"bytes"
	"errors"
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/proclist"
	"github.com/tinydbg/tinydbg/internal/target"
)

// syscallSite is where the process has a system call instruction.
type syscallSite struct{ addr addr.Addr }

var syscallInstr = []byte{0x0f, 0x05}

// inject makes a stopped thread do one system call and returns the content of
// rax. Afterwards the thread is as it was: same registers, same signal about
// to be delivered, and a system call that the stop had broken off starts again
// when it is resumed.
//
// If there is a way back (see wayBack), the debugger may be killed at any time
// meanwhile; it is not needed where the process would be killed with it. It may be another thread than the one named that makes the call.
// All signals that can be are blocked meanwhile, so that none is taken out of
// its queue, which could not be undone exactly.
// Precondition: tracer; thread stopped.
func (p *Process) inject(of target.Thread, nr uint64, args ...uint64) (uint64, error) {
	t, ok := of.(*Thread)
	if !ok || t.p != p {
		return 0, errors.New("the thread is not of this process")
	}
	if err := t.check(); err != nil {
		return 0, err
	}
	if proclist.Frozen(p.pid) {
		return 0, target.ErrFrozen
	}
	if p.exitKill {
		return t.injectBare(nr, args) // nobody goes on from here without us
	}
	if w, err := p.findWayBack(); err == nil {
		if quiet := p.quiet(t); quiet != nil && !p.near(w.room) {
			return quiet.injectSafely(w, nr, args)
		}
	}
	return t.injectBare(nr, args)
}

// injectBare is inject where there is no way back: if the debugger dies within
// these microseconds, the thread goes astray.
func (t *Thread) injectBare(nr uint64, args []uint64) (uint64, error) {
	p := t.p
	saved, err := t.save()
	if err != nil {
		return 0, t.failed("read the state of", err)
	}
	site, err := p.findSyscall()
	if err != nil {
		return 0, t.orGone(err)
	}
	regs := saved.regs
	regs.Rip, regs.Rax = uint64(site), nr
	// The kernel must not take this for the end of the system call that was
	// broken off: it would wind rip back to restart it.
	regs.Orig_rax = ^uint64(0)
	into := []*uint64{&regs.Rdi, &regs.Rsi, &regs.Rdx, &regs.R10, &regs.R8, &regs.R9}
	for i, arg := range args {
		*into[i] = arg
	}
	if err := t.prepareInjection(regs); err != nil {
		return 0, t.failed("write the state of", err)
	}
	t.takeKept() // it is in saved, and gone if the debugger dies before the thread is resumed
	result, err := t.stepInjected(uint64(site))
	if p.Ended() != nil || t.State() == target.Exited {
		return 0, t.failed("step", unix.ESRCH)
	}
	if restoreErr := t.restore(saved); restoreErr != nil {
		return 0, t.failed("restore the state of", restoreErr)
	}
	return result, err
}

// orGone is err, unless it came from the thread being killed meanwhile.
func (t *Thread) orGone(err error) error {
	var regs unix.PtraceRegs
	if dead := getRegs(t.id, &regs); dead != nil {
		return t.failed("read registers of", dead)
	}
	return err
}

func (t *Thread) prepareInjection(regs unix.PtraceRegs) error {
	// SIGTRAP is the end of the step. The kernel resets its handler if it is
	// blocked when an instruction causes it.
	const all = ^uint64(0) &^ (1 << (unix.SIGTRAP - 1))
	if err := setSigmask(t.id, all); err != nil {
		return err
	}
	return t.writeRegs(regs)
}

// stepInjected steps over the system call instruction. SIGSTOP cannot be
// blocked; it is sent again afterwards.
func (t *Thread) stepInjected(site uint64) (result uint64, err error) {
	for again := syscall.Signal(0); ; {
		if err := ptrace(unix.PTRACE_SINGLESTEP, t.id, 0, 0); err != nil {
			return 0, err
		}
		s, err := t.awaitStop()
		if err != nil {
			return 0, err
		}
		t.regs = nil
		if s.event == ptraceEventStop && s.signal != unix.SIGTRAP {
			t.group = true
		}
		if s.event != 0 {
			continue
		}
		switch s.signal {
		case unix.SIGTRAP:
			t.takeKept()
			if err := t.readRegs(); err != nil {
				return 0, err
			}
			result = t.regs.Rax
			if again != 0 {
				unix.Kill(t.p.pid, again)
			}
			if t.regs.Rip != site+uint64(len(syscallInstr)) {
				return 0, fmt.Errorf("the system call did not take place: the thread is at %#x", t.regs.Rip)
			}
			return result, nil
		case unix.SIGSTOP:
			again = unix.SIGSTOP
		default:
			return 0, fmt.Errorf("the system call was refused with %v: a seccomp filter of the program may forbid it", s.signal)
		}
	}
}

// awaitStop waits for the next report of this thread. Reports of others are
// handled as usual meanwhile: the main thread of a process that is killed is
// not reported before all others have been.
func (t *Thread) awaitStop() (s status, err error) {
	p, arrived := t.p, false
	ok := p.settleBy(patience, func() bool { return arrived || t.State() == target.Exited }, func(tid int, got status) {
		stop := got.event == 0 || got.event == ptraceEventStop
		if tid == t.id && got.stopped && stop {
			s, arrived = got, true
			return
		}
		p.handle(tid, got)
	})
	switch {
	case arrived:
		return s, nil
	case !ok:
		return s, errRunsOn
	}
	return s, target.ErrThreadGone
}

// errRunsOn means that a thread was resumed and has not come to its next stop.
var errRunsOn = fmt.Errorf("the thread did not stop within %v", patience)

// saved is what an injection disturbs.
type saved struct {
	regs unix.PtraceRegs
	mask uint64
	info *siginfo // of the signal about to be delivered
}

func (t *Thread) save() (s saved, err error) {
	if err := t.readRegs(); err != nil {
		return s, err
	}
	s.regs = *t.regs
	if s.mask, err = getSigmask(t.id); err != nil {
		return s, err
	}
	if t.stop == stopSignal {
		info, err := getSiginfo(t.id)
		if err != nil {
			return s, err
		}
		s.info = &info
	}
	return s, nil
}

// restore undoes what the injection did. The thread is now before the delivery
// of the step's SIGTRAP; the signal that it was stopped at before takes its
// place.
func (t *Thread) restore(s saved) error {
	if err := setSigmask(t.id, s.mask); err != nil {
		return err
	}
	if err := t.writeRegs(s.regs); err != nil {
		return err
	}
	if s.info != nil {
		return setSiginfo(t.id, s.info)
	}
	if !t.group {
		return nil
	}
	// Only at a PTRACE_EVENT_STOP can it go on listening for SIGCONT.
	if err := ptrace(unix.PTRACE_INTERRUPT, t.id, 0, 0); err != nil {
		return err
	}
	if err := ptrace(unix.PTRACE_CONT, t.id, 0, 0); err != nil {
		return err
	}
	stop, err := t.awaitStop()
	t.group = stop.signal != unix.SIGTRAP
	return err
}

// findSyscall finds a system call instruction, which may well be the middle of
// another one: in the vdso, and else anywhere in executable memory.
func (p *Process) findSyscall() (addr.Addr, error) {
	if p.syscall.addr != 0 {
		return p.syscall.addr, nil
	}
	maps, err := p.Maps()
	if err != nil {
		return 0, err
	}
	for _, vdso := range []bool{true, false} {
		for _, m := range maps {
			if m.Exec && m.Read && (m.Path == "[vdso]") == vdso {
				if a, ok := p.searchSyscall(m); ok {
					p.syscall.addr = a
					return a, nil
				}
			}
		}
	}
	return 0, errors.New("no system call instruction in executable memory")
}

func (p *Process) searchSyscall(m target.Mapping) (addr.Addr, bool) {
	const chunk = 1 << 20
	buf := make([]byte, min(chunk, uint64(m.End-m.Start)))
	for a := m.Start; a+1 < m.End; {
		n, _ := p.ReadMemory(buf[:min(uint64(len(buf)), uint64(m.End-a))], a)
		if i := bytes.Index(buf[:n], syscallInstr); i >= 0 {
			return a + addr.Addr(i), true
		}
		if n < 2 {
			return 0, false
		}
		a += addr.Addr(n - 1) // an instruction may lie across the border
	}
	return 0, false
}

// syscallError is the failure that rax tells, nil for none.
func syscallError(rax uint64) error {
	if n := -int64(rax); n > 0 && n < 4096 {
		return syscall.Errno(n)
	}
	return nil
}
