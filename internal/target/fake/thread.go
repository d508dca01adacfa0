package fake

import (
	"errors"
	"sync/atomic"
	"syscall"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/target"
)

// Thread is a thread of the toy processor.
type Thread struct {
	proc           *Process
	id             int
	pc, sp, r0, r1 addr.Addr
	top            addr.Addr
	state          atomic.Int32
	stepping       bool
	blocked        bool
	interrupt      bool
	// frozen: it has stopped, but stays Running until its event was returned.
	frozen  bool
	signals []syscall.Signal // to be reported, then delivered
	cause   target.Cause
}

// ID implements target.Thread.
func (t *Thread) ID() int { return t.id }

// Name implements target.Thread.
func (t *Thread) Name() string { return "toy" }

// State implements target.Thread.
func (t *Thread) State() target.State { return target.State(t.state.Load()) }

// R0 counts the Work the thread has done.
func (t *Thread) R0() int { return int(t.r0) }

// Top is where its stack begins.
func (t *Thread) Top() addr.Addr { return t.top }

// Send makes the thread report a signal when it next runs.
// Precondition: tracer.
func (t *Thread) Send(sig syscall.Signal) { t.signals = append(t.signals, sig) }

var errNotStopped = errors.New("fake: thread is not stopped")

// Registers implements target.Thread.
func (t *Thread) Registers(bool) (arch.Regs, error) {
	if err := t.check(); err != nil {
		return nil, err
	}
	return &Regs{t.pc, t.sp, t.r0, t.r1}, nil
}

// SetRegisters implements target.Thread.
func (t *Thread) SetRegisters(r arch.Regs) error {
	if err := t.check(); err != nil {
		return err
	}
	f := r.(*Regs)
	t.pc, t.sp, t.r0, t.r1 = f.Pc, f.Sp, f.R0, f.R1
	return nil
}

func (t *Thread) check() error {
	switch t.State() {
	case target.Exited:
		return target.ErrThreadGone
	case target.Running:
		return errNotStopped
	}
	return nil
}

// Cause implements target.Thread.
func (t *Thread) Cause() (target.Cause, error) { return t.cause, t.check() }

// Resume implements target.Thread.
func (t *Thread) Resume(sig syscall.Signal) error { return t.resume(sig, false) }

// Step implements target.Thread.
func (t *Thread) Step(sig syscall.Signal) error { return t.resume(sig, true) }

func (t *Thread) resume(sig syscall.Signal, step bool) error {
	if err := t.check(); err != nil {
		return err
	}
	if sig != 0 {
		t.proc.Signals = append(t.proc.Signals, sig)
		t.blocked = false
	}
	t.stepping = step
	t.frozen = false
	t.state.Store(int32(target.Running))
	return nil
}

// Interrupt implements target.Thread.
func (t *Thread) Interrupt() error {
	if t.State() != target.Running {
		return errNotStopped
	}
	t.interrupt = !t.frozen
	return nil
}
