//go:build linux

package native

import (
	"bytes"

	"golang.org/x/sys/unix"

	"github.com/tinydbg/tinydbg/internal/addr"
)

// letStep has the thread let in the SIGTRAP that ends a single step. If a thread
// that blocks it is stepped, as in a signal handler of Go's, the kernel sets the
// default for the whole process: the next trap would kill it, were we to die.
// Precondition: tracer; thread stopped.
func (t *Thread) letStep() error {
	mask, err := getSigmask(t.id)
	if err != nil || mask&bit(unix.SIGTRAP) == 0 {
		return err
	}
	if err := setSigmask(t.id, mask&^bit(unix.SIGTRAP)); err != nil {
		return err
	}
	t.blocks = mask
	if t.atSyscall() {
		t.blocks = 0 // which may change the mask
	}
	return nil
}

// stepOver gives the thread its mask back that letStep has changed.
// Precondition: tracer; thread stopped, and told of the SIGTRAP.
func (t *Thread) stepOver() {
	if t.blocks == 0 {
		return
	}
	if mask, err := getSigmask(t.id); err == nil && mask == t.blocks&^bit(unix.SIGTRAP) {
		_ = setSigmask(t.id, t.blocks) // an error is that of a thread that is dying
	}
	t.blocks = 0
}

// atSyscall tells whether the next instruction is a system call.
func (t *Thread) atSyscall() bool {
	code := make([]byte, len(syscallInstr))
	if t.readRegs() != nil {
		return false
	}
	n, _ := t.p.ReadMemory(code, addr.Addr(t.regs.Rip))
	return n == len(code) && bytes.Equal(code, syscallInstr)
}
