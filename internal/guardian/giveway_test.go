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

// A guardian is told whether its debugger gives way, and where that is not allowed
// nobody does.
func TestGiveWay(t *testing.T) {
	if priority.IsLow(os.Getpid()) {
		t.Skip("whoever runs the tests wants them to give way")
	}
	end := GiveWay()
	defer end()
	if low := priority.IsLow(os.Getpid()); low != givesWay.Load() {
		t.Errorf("it is low: %v, its guardian would be told %v", low, givesWay.Load())
	}
	end()
	if priority.IsLow(os.Getpid()) || givesWay.Load() {
		t.Error("it still gives way")
	}
}

func TestWardArgs(t *testing.T) {
	want := ward{pid: 4711, start: 1 << 40, maxPause: time.Minute, keeper: 4712, givesWay: true}
	if got, ok := parseWard(want.args()); !ok || got != want {
		t.Errorf("%+v comes back as %+v, %v", want, got, ok)
	}
	if _, ok := parseWard(append(want.args(), "1")); ok {
		t.Error("a guardian with an argument more")
	}
}
