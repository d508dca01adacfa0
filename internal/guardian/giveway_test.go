//go:build linux && amd64

package guardian

import (
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tinydbg/tinydbg/internal/priority"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// A debugger that gave way and gets no processor is given its priority back.
func TestHasten(t *testing.T) {
	d := testkit.Start(t, "/bin/sleep", "1000")
	if _, ok := priority.Ran(d.PID); !ok {
		t.Log("the kernel does not tell how long a process ran")
	}
	low := func() {
		if err := unix.SchedSetAttr(d.PID, &unix.SchedAttr{Policy: unix.SCHED_IDLE}, 0); err != nil {
			t.Skip(err)
		}
	}
	if low(); !priority.IsLow(d.PID) {
		t.Fatal("it does not give way")
	}
	if priority.Raise(d.PID); priority.IsLow(d.PID) {
		t.Skip("needs CAP_SYS_NICE")
	}
	low()
	(&watch{debugger: d.PID}).hasten()
	if priority.IsLow(d.PID) {
		t.Error("it still gives way")
	}
}

func TestSlow(t *testing.T) {
	start := time.Now()
	before := progress{start, time.Second, true}
	for _, c := range []struct {
		ran  time.Duration
		want bool
	}{{time.Second, true}, {time.Second + 10*time.Millisecond, true}, {time.Second + 30*time.Millisecond, false}} {
		now := progress{start.Add(60 * time.Millisecond), c.ran, true}
		if now.slow(before) != c.want {
			t.Errorf("ran %v: slow is %v", c.ran-before.ran, !c.want)
		}
	}
}

// Without a guardian nobody gives way, since nobody would call it off.
func TestGiveWayAlone(t *testing.T) {
	(*Guardian)(nil).GiveWay()()
	(&Guardian{started: time.Now().Add(-attention)}).GiveWay()()
	if priority.IsLow(os.Getpid()) {
		t.Error("it gives way")
	}
}
