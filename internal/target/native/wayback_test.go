//go:build linux && amd64

package native

import (
	"bytes"
	"os/exec"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/tinydbg/tinydbg/internal/testkit"
)

// A thread that is let go in the middle of an injected system call makes the
// call, and then goes on with what it did before: same registers, same signal
// mask, and asleep again if it was asleep.
func TestInjectionEndsWithoutUs(t *testing.T) {
	for stops := range 3 {
		s := testkit.StartCmd(t, exec.Command("/bin/sleep", "1000"))
		testkit.Eventually(t, func() bool { return testkit.Status(s.PID)["State"][0] == 'S' }, "it sleeps")
		p := attach(t, s.PID)
		before, vectors := stateOf(t, p)
		do(t, p, func() error {
			w, err := p.findWayBack()
			if err != nil {
				return err
			}
			th := p.list()[0]
			saved, err := th.save()
			if err != nil {
				return err
			}
			if err := th.writeFrame(w, saved); err != nil {
				return err
			}
			regs := saved.regs
			regs.Rip, regs.Rsp, regs.Rax, regs.Orig_rax = uint64(w.call), uint64(w.room)+roomFrame-8*uint64(w.pops), unix.SYS_ALARM, ^uint64(0)
			regs.Rdi, regs.R15, regs.Rbx = 5000, 1, 2
			if err := th.writeRegs(regs); err != nil {
				return err
			}
			for range stops {
				if err := ptrace(unix.PTRACE_SYSCALL, th.id, 0, 0); err != nil {
					return err
				}
				if _, err := th.awaitStop(); err != nil {
					return err
				}
			}
			return p.Detach()
		})
		p.tracer.gone()
		testkit.Eventually(t, func() bool { return testkit.Status(s.PID)["State"][0] == 'S' }, "it sleeps again")
		p = attach(t, s.PID)
		after, vectorsAfter := stateOf(t, p)
		if before != after || !bytes.Equal(vectors, vectorsAfter) {
			t.Errorf("after %d stops: state\n%+v becomes\n%+v\nvector registers are the same: %v", stops, before, after, bytes.Equal(vectors, vectorsAfter))
		}
		letGo(t, p)
	}
}

type threadState struct {
	regs unix.PtraceRegs
	mask uint64
}

func stateOf(t *testing.T, p *Process) (s threadState, vectors []byte) {
	do(t, p, func() error {
		th := p.list()[0]
		saved, err := th.save()
		if err != nil {
			return err
		}
		s = threadState{saved.regs, saved.mask}
		vectors, err = readXSave(th.id)
		return err
	})
	return s, vectors
}
