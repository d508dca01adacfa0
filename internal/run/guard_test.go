package run_test

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/tinydbg/tinydbg/internal/breakpoint"
	"github.com/tinydbg/tinydbg/internal/proclist"
	"github.com/tinydbg/tinydbg/internal/run"
	"github.com/tinydbg/tinydbg/internal/target/native"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// Let go with traps in it, as by the death of the debugger, the program goes on
// by itself; whoever attaches next takes everything out.
func TestTrapsLeftBehind(t *testing.T) {
	path := testkit.Build(t, "hit_counter", testkit.Options{})
	p := testkit.StartCmd(t, exec.Command(path, "8", "1000000000000"))
	p.WaitOutput(t, "started")
	r := attach(t, run.Hooks{Guard: true, Unguarded: func(err error) { t.Error(err) }}, p.PID, path)
	m, fn := r.images.FuncNamed("main.work")
	before := r.text(m, fn)
	var handler uint64
	r.do(func() { handler = handlerOf(t, r.proc) })
	r.add(r.entry("main.work"), never)
	r.add(r.body("main.work"), never)
	if string(r.text(m, fn)) == string(before) {
		t.Fatal("no trap was set")
	}
	r.do(func() {
		if err := r.proc.Detach(); err != nil {
			t.Error(err)
		}
	})
	ran := cpuTime(t, p.PID)
	testkit.Eventually(t, func() bool { return p.Exited() || cpuTime(t, p.PID) > ran+5 }, "the program goes on")
	if p.Exited() {
		t.Fatalf("the program died:\n%s", p.Output())
	}

	r = attach(t, run.Hooks{}, p.PID, path)
	r.do(func() {
		if left, err := run.Recover(r.proc); !left.Found || err != nil {
			t.Errorf("found %v, %v", left, err)
		}
		if now := handlerOf(t, r.proc); now != handler {
			t.Errorf("the handler is %#x, before %#x", now, handler)
		}
		if left, err := run.Recover(r.proc); left.Found || err != nil {
			t.Errorf("then found %v, %v", left, err)
		}
	})
	if string(r.text(m, fn)) != string(before) {
		t.Error("a trap is left")
	}
}

// A thread that runs into a trap in a signal handler, where Go's block SIGTRAP, has
// the kernel take the guard out. It is put back.
func TestGuardAfterTrapInSignalHandler(t *testing.T) {
	path := testkit.Build(t, "hit_counter", testkit.Options{})
	p := testkit.StartCmd(t, exec.Command(path, "4", "1000000000000"))
	p.WaitOutput(t, "started")
	r := attach(t, run.Hooks{Guard: true, Unguarded: func(err error) { t.Error(err) }}, p.PID, path)
	hits := 0
	r.add(r.entry("runtime.sigtrampgo"), func(*breakpoint.Hit) (bool, error) { hits++; return hits%3 == 0, nil })
	for range 4 {
		if stop := r.cont(); stop.Reason != run.BreakpointReached {
			t.Fatalf("stop %+v", stop)
		}
		if catches, err := proclist.Catches(p.PID, syscall.SIGTRAP); !catches || err != nil {
			t.Errorf("after %d hits there is a handler for SIGTRAP: %v, %v", hits, catches, err)
		}
	}
}

func handlerOf(t *testing.T, p *native.Process) uint64 {
	h, err := p.Handler(p.Threads()[0], syscall.SIGTRAP)
	if err != nil {
		t.Error(err)
	}
	return uint64(h.Addr)
}

// cpuTime is how long a process has run, in ticks of 10 ms.
func cpuTime(t *testing.T, pid int) int {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	var user, system int
	if _, err := fmt.Sscan(strings.Join(strings.Fields(rest)[11:13], " "), &user, &system); err != nil {
		t.Fatal(err)
	}
	return user + system
}
