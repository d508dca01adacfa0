package core

import (
	"encoding/binary"
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/arch/amd64"
	"github.com/tinydbg/tinydbg/internal/target"
)

// Thread is a thread as it was.
type Thread struct {
	p              *Process
	id             int
	signal         syscall.Signal
	gp             []byte
	xstate, fpregs place
}

// place is where bytes are in the core file.
type place struct {
	at   int64
	size int
}

const (
	// gpSize is that of user_regs_struct (linux/sys/user.h).
	gpSize = 27 * 8
	// fxSize is that of the part of an XSAVE area that all processors have, and
	// xHeader that of the header behind it, whose first word says what is valid.
	fxSize, xHeader = 512, 64
)

// ID is the kernel's thread id.
func (t *Thread) ID() int { return t.id }

// Name is "": core files do not have the names of threads.
func (t *Thread) Name() string { return "" }

// State is Stopped for ever.
func (t *Thread) State() target.State { return target.Stopped }

// Registers copies the registers from the notes.
func (t *Thread) Registers(vector bool) (arch.Regs, error) {
	gp := new(unix.PtraceRegs)
	if _, err := binary.Decode(t.gp, order, gp); err != nil {
		return nil, err
	}
	if !vector {
		return amd64.NewRegs(gp, nil), nil
	}
	area, err := t.vector()
	return amd64.NewRegs(gp, area), err
}

// vector is the XSAVE area, nil if the core file has none.
func (t *Thread) vector() ([]byte, error) {
	at := t.xstate
	if at.size == 0 {
		at = t.fpregs
	}
	if at.size == 0 {
		return nil, nil
	}
	area := make([]byte, max(at.size, fxSize+xHeader))
	if _, err := t.p.file.ReadAt(area[:at.size], at.at); err != nil {
		return nil, fmt.Errorf("read vector registers of thread %d: %w", t.id, err)
	}
	if t.xstate.size == 0 {
		area[fxSize] = 3 // x87 and SSE
	}
	return area, nil
}

// SetRegisters fails.
func (t *Thread) SetRegisters(arch.Regs) error { return target.ErrCoreWrite }

// Cause is that the signal was sent: traps are none of a debugger's.
func (t *Thread) Cause() (target.Cause, error) { return target.Cause{Kind: target.CauseSent}, nil }

// Resume fails.
func (t *Thread) Resume(syscall.Signal) error { return target.ErrCoreRun }

// Step fails.
func (t *Thread) Step(syscall.Signal) error { return target.ErrCoreRun }

// Interrupt fails: it does not run.
func (t *Thread) Interrupt() error { return target.ErrCoreRun }
