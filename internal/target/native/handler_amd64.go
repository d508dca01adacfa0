//go:build linux

package native

import (
	"errors"
	"fmt"
	"math/bits"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/proclist"
	"github.com/tinydbg/tinydbg/internal/target"
)

// Handler is what the process does about a signal.
// Precondition: tracer; t stopped.
func (p *Process) Handler(t target.Thread, sig syscall.Signal) (target.Handler, error) {
	return p.changeHandler(t, sig, nil)
}

// SwapHandler sets what the process does about a signal and returns what it
// did before.
// Precondition: tracer; t stopped.
func (p *Process) SwapHandler(t target.Thread, sig syscall.Signal, to target.Handler) (old target.Handler, err error) {
	return p.changeHandler(t, sig, &sigaction{
		handler: uintptr(to.Addr), flags: uintptr(to.Flags), restorer: uintptr(to.Restorer), mask: to.Mask,
	})
}

// changeHandler sets the handler unless to is nil.
func (p *Process) changeHandler(t target.Thread, sig syscall.Signal, to *sigaction) (old target.Handler, err error) {
	w, err := p.findWayBack()
	if err != nil {
		return old, &target.UnsupportedError{Feature: "changing what a program does about a signal", Needs: "memory that it does not use: " + err.Error()}
	}
	if p.near(w.room) {
		return old, errors.New("the main thread's stack is full")
	}
	in, out := w.room+roomScratch, w.room+roomScratch+512
	defer p.WriteMemory(in, make([]byte, roomSize-roomScratch))
	const size = unsafe.Sizeof(*to)
	var from addr.Addr
	if to != nil {
		from = in
		if _, err := p.WriteMemory(in, (*[size]byte)(unsafe.Pointer(to))[:]); err != nil {
			return old, err
		}
	}
	r, err := p.inject(t, unix.SYS_RT_SIGACTION, uint64(sig), uint64(from), uint64(out), uint64(unsafe.Sizeof(to.mask)))
	if err == nil {
		err = syscallError(r)
	}
	var was sigaction
	if err == nil {
		_, err = p.ReadMemory((*[size]byte)(unsafe.Pointer(&was))[:], out)
	}
	if err != nil {
		return old, fmt.Errorf("change the handler of %v: %w", sig, err)
	}
	return target.Handler{Addr: addr.Addr(was.handler), Flags: uint64(was.flags), Restorer: addr.Addr(was.restorer), Mask: was.mask}, nil
}

// Blocks tells whether the thread blocks a signal. A thread in a handler of the
// signal does, unless the handler was set up otherwise.
// Precondition: tracer; t stopped.
func (p *Process) Blocks(of target.Thread, sig syscall.Signal) (bool, error) {
	mask, err := p.blocked(of)
	return mask&bit(sig) != 0, err
}

// WasReset tells whether the kernel has set the default for a signal that the
// processor has raised for the thread, since that blocked it. Afterwards it does not
// block that one any more; but one who blocks SIGTRAP blocks most others, too, as do
// all signal handlers of Go. Who blocks few, as a program may for good that was started
// so, is not looked at further: that takes ten times as long.
// Precondition: tracer; t stopped at the signal.
func (p *Process) WasReset(of target.Thread, sig syscall.Signal) (bool, error) {
	const most = 32
	mask, err := p.blocked(of)
	if err != nil || bits.OnesCount64(mask) < most {
		return false, err
	}
	catches, err := proclist.Catches(p.pid, sig)
	return !catches, err
}

// blocked is the thread's signal mask.
func (p *Process) blocked(of target.Thread) (mask uint64, err error) {
	t, ok := of.(*Thread)
	if !ok || t.p != p {
		return 0, errors.New("the thread is not of this process")
	}
	if err := t.check(); err != nil {
		return 0, err
	}
	if mask, err = getSigmask(t.id); err != nil {
		return 0, t.failed("read the signal mask of", err)
	}
	return mask, nil
}

// bit is a signal in a mask.
func bit(sig syscall.Signal) uint64 { return 1 << (sig - 1) }
