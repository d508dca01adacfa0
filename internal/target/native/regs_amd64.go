//go:build linux

package native

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/arch/amd64"
	"github.com/tinydbg/tinydbg/internal/target"
)

// Registers copies the registers.
// Precondition: tracer; thread stopped.
func (t *Thread) Registers(vector bool) (arch.Regs, error) {
	if err := t.check(); err != nil {
		return nil, err
	}
	if err := t.readRegs(); err != nil {
		return nil, t.failed("read registers of", err)
	}
	if !vector {
		return amd64.NewRegs(t.regs, nil), nil
	}
	area, err := readXSave(t.id)
	if err != nil {
		return nil, t.failed("read vector registers of", err)
	}
	return amd64.NewRegs(t.regs, area), nil
}

func (t *Thread) readRegs() error {
	if t.regs != nil {
		return nil
	}
	if err := getRegs(t.id, &t.room); err != nil {
		return err
	}
	t.regs = &t.room
	return nil
}

func (t *Thread) writeRegs(regs unix.PtraceRegs) error {
	t.room = regs
	t.regs, t.dirty = &t.room, true
	return t.flushRegs()
}

// flushRegs gives the kernel the registers that SetRegisters has kept: before
// the thread is resumed or let go, and before the report of its stop is taken
// (see Process.keep).
func (t *Thread) flushRegs() error {
	if !t.dirty {
		return nil
	}
	t.dirty = false
	err := setRegs(t.id, t.regs)
	if err != nil {
		t.regs = nil
	}
	return err
}

// Flush implements target.Flusher.
func (t *Thread) Flush() error {
	if err := t.check(); err != nil {
		return err
	}
	if err := t.flushRegs(); err != nil {
		return t.failed("write registers of", err)
	}
	return nil
}

// PastTrap implements target.Flusher.
func (t *Thread) PastTrap() error {
	err := t.Flush()
	if err == nil {
		t.takeKept()
	}
	return err
}

// readXSave reads the XSAVE area, some 2.5 KiB with AVX-512 and 11 with AMX.
func readXSave(tid int) ([]byte, error) {
	area := make([]byte, 16<<10)
	iov := unix.Iovec{Base: &area[0], Len: uint64(len(area))}
	if err := ptraceData(unix.PTRACE_GETREGSET, tid, ntX86XState, unsafe.Pointer(&iov)); err != nil {
		return nil, err
	}
	return area[:iov.Len:iov.Len], nil
}

// SetRegisters writes the registers back. When the program counter is moved
// away from a system call that was broken off, the kernel is told not to
// restart it: it would wind the new program counter back by the length of the
// instruction. The kernel gets them when that matters: a thread at a trap is
// mostly set back to it and then at once on to the copy behind it.
// Precondition: tracer; thread stopped.
func (t *Thread) SetRegisters(regs arch.Regs) error {
	r, ok := regs.(*amd64.Regs)
	if !ok {
		return fmt.Errorf("write registers of thread %d: %T are of another machine", t.id, regs)
	}
	if err := t.check(); err != nil {
		return err
	}
	if err := t.readRegs(); err != nil {
		return t.failed("read registers of", err)
	}
	gp := r.GP
	if gp.Rip != t.regs.Rip && gp.Orig_rax == t.regs.Orig_rax && int64(gp.Orig_rax) >= 0 {
		gp.Orig_rax = ^uint64(0)
		if amd64.Restarts(gp.Rax) {
			gp.Rax = errno(unix.EINTR)
		}
	}
	t.room = gp
	t.regs, t.dirty = &t.room, true
	if len(r.XSave) == 0 {
		return nil
	}
	iov := unix.Iovec{Base: &r.XSave[0], Len: uint64(len(r.XSave))}
	if err := ptraceData(unix.PTRACE_SETREGSET, t.id, ntX86XState, unsafe.Pointer(&iov)); err != nil {
		return t.failed("write vector registers of", err)
	}
	return nil
}

// Values of si_code, see sigaction(2).
const (
	siKernel   = 0x80
	trapBrkpt  = 1
	trapTrace  = 2
	trapHwbkpt = 4
)

// Cause tells what stopped the thread with SIGTRAP. A single step that also
// touched watched memory is a CauseWatch.
// Precondition: tracer; thread stopped by SIGTRAP.
func (t *Thread) Cause() (target.Cause, error) {
	if err := t.check(); err != nil {
		return target.Cause{}, err
	}
	if t.stop != stopSignal || t.held != unix.SIGTRAP {
		return target.Cause{}, fmt.Errorf("thread %d is not stopped by SIGTRAP", t.id)
	}
	info, err := getSiginfo(t.id)
	if err != nil {
		return target.Cause{}, t.failed("read the signal of", err)
	}
	switch info.Code {
	case siKernel: // int3
		return target.Cause{Kind: target.CauseTrap}, nil
	case trapTrace, trapHwbkpt:
		if slots := t.firedWatch(); slots != 0 {
			return target.Cause{Kind: target.CauseWatch, Slots: slots, Stepped: t.stepped && info.Code == trapTrace}, nil
		}
	}
	switch {
	case t.stepped && (info.Code == trapTrace || info.Code == trapBrkpt || info.Code == int32(unix.SIGTRAP)):
		// TRAP_BRKPT after a system call; SIGTRAP at the first instruction of
		// a signal handler.
		return target.Cause{Kind: target.CauseStep}, nil
	case info.Code == trapBrkpt: // icebp
		return target.Cause{Kind: target.CauseTrap}, nil
	}
	return target.Cause{Kind: target.CauseSent}, nil
}
