//go:build linux

package native

import (
	"errors"
	"fmt"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/target"
)

// SwapHandler sets what the process does about a signal and returns what it
// did before.
// Precondition: tracer; t stopped.
func (p *Process) SwapHandler(t target.Thread, sig syscall.Signal, to target.Handler) (old target.Handler, err error) {
	w, err := p.findWayBack()
	if err != nil {
		return old, &target.UnsupportedError{Feature: "changing what a program does about a signal", Needs: "memory that it does not use: " + err.Error()}
	}
	in, out := w.room+roomScratch, w.room+roomScratch+512
	act := sigaction{handler: uintptr(to.Addr), flags: uintptr(to.Flags), restorer: uintptr(to.Restorer), mask: to.Mask}
	const size = unsafe.Sizeof(act)
	defer p.WriteMemory(in, make([]byte, roomSize-roomScratch))
	if _, err := p.WriteMemory(in, (*[size]byte)(unsafe.Pointer(&act))[:]); err != nil {
		return old, err
	}
	var was [size]byte
	r, err := p.inject(t, unix.SYS_RT_SIGACTION, uint64(sig), uint64(in), uint64(out), uint64(unsafe.Sizeof(act.mask)))
	if err == nil {
		err = syscallError(r)
	}
	if err == nil {
		_, err = p.ReadMemory(was[:], out)
	}
	if err != nil {
		return old, fmt.Errorf("change the handler of %v: %w", sig, err)
	}
	act = *(*sigaction)(unsafe.Pointer(&was))
	return target.Handler{Addr: addr.Addr(act.handler), Flags: uint64(act.flags), Restorer: addr.Addr(act.restorer), Mask: act.mask}, nil
}

// Blocks tells whether the thread blocks a signal. A thread in a handler of the
// signal does, unless the handler was set up otherwise.
// Precondition: tracer; t stopped.
func (p *Process) Blocks(of target.Thread, sig syscall.Signal) (bool, error) {
	t, ok := of.(*Thread)
	if !ok || t.p != p {
		return false, errors.New("the thread is not of this process")
	}
	if err := t.check(); err != nil {
		return false, err
	}
	mask, err := getSigmask(t.id)
	if err != nil {
		return false, t.failed("read the signal mask of", err)
	}
	return mask>>(sig-1)&1 != 0, nil
}
