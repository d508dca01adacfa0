//go:build linux && amd64

package native

import (
	"encoding/binary"
	"fmt"
	"io"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/target"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

func TestWatchOnNewThreads(t *testing.T) {
	proc := testkit.Start(t, testkit.Build(t, "new_thread_writes", testkit.Options{}))
	var at addr.Addr
	fmt.Sscanf(proc.WaitOutput(t, "\n"), "counter %v", &at)
	p := attach(t, proc.PID)
	slot := p.WatchSlots() - 1
	do(t, p, func() error {
		if err := p.SetWatch(slot, at, 8, target.WatchWrite); err != nil {
			return err
		}
		return resumeAll(p)
	})
	trap := func(ev target.Event) bool { return ev.Kind == target.EventSignal && ev.Signal == unix.SIGTRAP }
	seen := map[int]bool{}
	for i := range 5 {
		io.WriteString(proc.Stdin, "\n")
		ev := until(t, p, trap)
		do(t, p, func() error {
			cause, err := ev.Thread.Cause()
			if cause != (target.Cause{Kind: target.CauseWatch, Slots: 1 << slot}) {
				t.Errorf("cause %+v", cause)
			}
			return err
		})
		var now [8]byte
		p.ReadMemory(now[:], at)
		if got := binary.LittleEndian.Uint64(now[:]); got != uint64(i+1) {
			t.Errorf("hit %d: the value is %d", i, got)
		}
		seen[ev.Thread.ID()] = true
		do(t, p, func() error { return ev.Thread.Resume(0) })
	}
	if len(seen) < 2 {
		t.Errorf("hits on threads %v only", seen)
	}
	// Reads, too: the program adds one to the value, and reads it.
	do(t, p, func() error { return stopAll(p) })
	do(t, p, func() error {
		if err := p.ClearWatch(slot); err != nil {
			return err
		}
		if err := p.SetWatch(0, at, 8, target.WatchRead|target.WatchWrite); err != nil {
			return err
		}
		return resumeAll(p)
	})
	io.WriteString(proc.Stdin, "\n")
	for range 2 {
		ev := until(t, p, trap)
		do(t, p, func() error { return ev.Thread.Resume(0) })
	}
	// Nothing is watched after detach: a hit would kill the program.
	letGo(t, p)
	for i := range 3 {
		io.WriteString(proc.Stdin, "\n")
		proc.WaitOutput(t, fmt.Sprintln("now", 7+i))
	}
}

// Of a watchpoint that was there nothing is left in any thread.
func TestClearWatchForgetsAddresses(t *testing.T) {
	proc := testkit.Start(t, testkit.Build(t, "new_thread_writes", testkit.Options{}))
	var at addr.Addr
	fmt.Sscanf(proc.WaitOutput(t, "\n"), "counter %v", &at)
	p := attach(t, proc.PID)
	do(t, p, func() error {
		if err := p.SetWatch(1, at, 8, target.WatchWrite); err != nil {
			return err
		}
		if err := p.ClearWatch(1); err != nil {
			return err
		}
		for _, th := range p.Threads() {
			for _, i := range []uintptr{0, 1, 2, 3, debugCtl} {
				var v uint64
				err := ptraceData(unix.PTRACE_PEEKUSR, th.ID(), debugRegAt+8*i, unsafe.Pointer(&v))
				if i == debugCtl {
					v &= 0xff // the slots that are armed
				}
				if err != nil || v != 0 {
					t.Errorf("thread %d: debug register %d is %#x, %v", th.ID(), i, v, err)
				}
			}
		}
		return nil
	})
	letGo(t, p)
}

func TestWatchErrors(t *testing.T) {
	proc := testkit.Start(t, "/bin/sleep", "1000")
	p := attach(t, proc.PID)
	do(t, p, func() error {
		for _, c := range []struct {
			slot int
			addr addr.Addr
			size int
			kind target.WatchKind
		}{
			{-1, 0x1000, 8, target.WatchWrite},
			{4, 0x1000, 8, target.WatchWrite},
			{0, 0x1000, 3, target.WatchWrite},
			{0, 0x1004, 8, target.WatchWrite},
			{0, 0x1000, 8, 0},
			{0, 1 << 63, 8, target.WatchWrite}, // the kernel's
		} {
			if err := p.SetWatch(c.slot, c.addr, c.size, c.kind); err == nil {
				t.Errorf("SetWatch(%+v) is no error", c)
			}
		}
		if err := p.ClearWatch(4); err == nil {
			t.Error("ClearWatch(4) is no error")
		}
		return nil
	})
}

func TestStepAndTrap(t *testing.T) {
	proc := testkit.Start(t, testkit.Build(t, "traps_itself", testkit.Options{}))
	proc.WaitOutput(t, "ready")
	p := attach(t, proc.PID)
	do(t, p, func() error { return resumeAll(p) })
	io.WriteString(proc.Stdin, "\n")
	trap := func(ev target.Event) bool { return ev.Kind == target.EventSignal && ev.Signal == unix.SIGTRAP }
	ev := until(t, p, trap)
	for i := range 50 {
		do(t, p, func() error {
			cause, err := ev.Thread.Cause()
			if err != nil {
				return err
			}
			regs, err := ev.Thread.Registers(false)
			if err != nil {
				return err
			}
			before := make([]byte, 1)
			p.ReadMemory(before, regs.PC()-1)
			if i == 0 && cause.Kind != target.CauseTrap || i > 0 && before[0] != 0xcc && cause.Kind != target.CauseStep {
				t.Errorf("stop %d: cause %+v at %v", i, cause, regs.PC())
			}
			return ev.Thread.Step(0)
		})
		ev = until(t, p, trap)
	}
}

func TestSetRegisters(t *testing.T) {
	proc := testkit.Start(t, testkit.Build(t, "threads", testkit.Options{}))
	proc.WaitOutput(t, "ready")
	p := attach(t, proc.PID)
	do(t, p, func() error {
		th := p.Threads()[0]
		old, err := th.Registers(true)
		if err != nil {
			return err
		}
		now := old.Clone()
		now.SetPC(now.PC() + 1)
		for name, value := range map[string][]byte{"rbx": {1, 2, 3, 4, 5, 6, 7, 8}, "xmm3": make([]byte, 16)} {
			value[0] = 0x77
			if err := now.SetByName(name, value); err != nil {
				return err
			}
		}
		if err := th.SetRegisters(now); err != nil {
			return err
		}
		got, err := th.Registers(true)
		if err != nil {
			return err
		}
		for _, name := range []string{"rip", "rbx", "xmm3"} {
			a, _ := got.ByName(name)
			b, _ := now.ByName(name)
			if fmt.Sprint(a) != fmt.Sprint(b) {
				t.Errorf("%s is %x, want %x", name, a, b)
			}
		}
		return th.SetRegisters(old)
	})
}

// From a trap to the next one: resume, wait, read the registers.
func BenchmarkTrapRoundTrip(b *testing.B) {
	proc := testkit.Start(b, testkit.Build(b, "traps_itself", testkit.Options{}))
	proc.WaitOutput(b, "ready")
	p := attach(b, proc.PID)
	do(b, p, func() error { return resumeAll(p) })
	io.WriteString(proc.Stdin, "\n")
	ev := until(b, p, kind(target.EventSignal))
	do(b, p, func() error {
		for b.Loop() {
			if err := ev.Thread.Resume(0); err != nil {
				return err
			}
			for {
				var err error
				if ev, err = p.Wait(); err != nil {
					return err
				}
				if ev.Kind == target.EventSignal && ev.Signal == unix.SIGTRAP {
					break
				}
				if err := goOn(ev); err != nil {
					return err
				}
			}
			if _, err := ev.Thread.Registers(false); err != nil {
				return err
			}
		}
		return nil
	})
}
