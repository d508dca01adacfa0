//go:build linux && amd64

package native

import (
	"bytes"
	"fmt"
	"io"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/proclist"
	"github.com/tinydbg/tinydbg/internal/target"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// Stepped in a signal handler that blocks everything, as Go's do, a thread blocks
// what it did before, and the program keeps its handler for SIGTRAP.
func TestStepInSignalHandler(t *testing.T) {
	proc := testkit.Start(t, testkit.Build(t, "hit_counter", testkit.Options{}), "2", "1000000000000")
	proc.WaitOutput(t, "started")
	p := attach(t, proc.PID)
	th := p.Threads()[0]
	do(t, p, func() error { return th.Resume(0) })
	if err := unix.Tgkill(proc.PID, th.ID(), unix.SIGURG); err != nil {
		t.Fatal(err)
	}
	ev := until(t, p, kind(target.EventSignal))
	do(t, p, func() error { return th.Step(ev.Signal) })
	var before uint64
	for i := range 30 {
		until(t, p, func(ev target.Event) bool { return ev.Kind == target.EventSignal && ev.Thread == th })
		var mask uint64
		do(t, p, func() error {
			var err error
			if mask, err = p.blocked(th); err != nil {
				return err
			}
			return th.Step(0)
		})
		if before == 0 {
			before = mask
		}
		if before&bit(unix.SIGTRAP) == 0 || mask != before {
			t.Fatalf("after %d steps the thread blocks %#x, at first %#x", i, mask, before)
		}
	}
	if catches, err := proclist.Catches(proc.PID, unix.SIGTRAP); !catches || err != nil {
		t.Errorf("the program has a handler for SIGTRAP: %v, %v", catches, err)
	}
}

// Stepped over system calls, and interrupted in the middle of one, a thread blocks what
// it did before.
func TestStepOverSyscallsWithSignalsBlocked(t *testing.T) {
	proc := testkit.Start(t, buildC(t, "signals_blocked"))
	proc.WaitOutput(t, "ready")
	p := attach(t, proc.PID)
	th := p.Threads()[0].(*Thread)
	var before uint64
	unchanged := func() {
		t.Helper()
		do(t, p, func() error {
			mask, err := p.blocked(th)
			if before == 0 {
				before = mask
			}
			if err == nil && (mask != before || mask&bit(unix.SIGTRAP) == 0) {
				err = fmt.Errorf("the thread blocks %#x, at first %#x", mask, before)
			}
			return err
		})
	}
	unchanged()
	io.WriteString(proc.Stdin, "a")
	own := func(ev target.Event) bool { return ev.Thread == th }
	for calls := map[uint64]int{}; calls[unix.SYS_GETPPID] < 2 || calls[unix.SYS_READ] < 3; unchanged() {
		waits := false
		do(t, p, func() error {
			code := make([]byte, len(syscallInstr))
			if err := th.readRegs(); err != nil {
				return err
			}
			nr := th.regs.Rax
			if _, err := p.ReadMemory(code, addr.Addr(th.regs.Rip)); err == nil && bytes.Equal(code, syscallInstr) {
				calls[nr]++
				waits = nr == unix.SYS_READ
			}
			return th.Step(0)
		})
		if waits {
			do(t, p, func() error { return th.Interrupt() })
			io.WriteString(proc.Stdin, "a")
		}
		until(t, p, own)
	}
}
