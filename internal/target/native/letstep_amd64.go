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
	if t.setsMask() {
		t.blocks = 0 // it has the last word
	}
	return nil
}

// stepOver gives the thread its mask back that letStep has changed, unless the SIGTRAP
// is still to come.
// Precondition: tracer; thread stopped.
func (t *Thread) stepOver() {
	if t.blocks == 0 || trapPending(t.id) {
		return
	}
	if mask, err := getSigmask(t.id); err == nil && mask == t.blocks&^bit(unix.SIGTRAP) {
		_ = setSigmask(t.id, t.blocks) // an error is that of a thread that is dying
	}
	t.blocks = 0
}

// setsMask tells whether the next instruction is a system call that sets the mask.
func (t *Thread) setsMask() bool {
	code := make([]byte, len(syscallInstr))
	if t.readRegs() != nil || t.regs.Rax != unix.SYS_RT_SIGPROCMASK && t.regs.Rax != unix.SYS_RT_SIGRETURN {
		return false
	}
	n, _ := t.p.ReadMemory(code, addr.Addr(t.regs.Rip))
	return n == len(code) && bytes.Equal(code, syscallInstr)
}
