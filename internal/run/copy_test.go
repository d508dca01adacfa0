package run_test

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/run"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// A thread that a stop has led out of a copy is out of it for the system, too: it
// goes on there should the debugger die, when the copy may be another one's.
func TestStoppedOutsideOfCopies(t *testing.T) {
	path := testkit.Build(t, "hit_counter", testkit.Options{})
	p := testkit.StartCmd(t, exec.Command(path, "4", "1000000000000"))
	p.WaitOutput(t, "started")
	r := attach(t, run.Hooks{}, p.PID, path)
	for a := range r.instructions("main.work") {
		r.add(a, never)
	}
	for range 20 {
		halt := time.AfterFunc(5*time.Millisecond, func() { _ = r.proc.Do(r.loop.Halt) })
		if stop := r.cont(); stop.Reason != run.Halted {
			t.Fatalf("stop %+v", stop)
		}
		halt.Stop()
		r.do(func() {
			for _, th := range r.proc.Threads() {
				regs, err := th.Registers(false)
				if err != nil {
					t.Fatal(err)
				}
				if pc, ok := pcOf(t, p.PID, th.ID()); ok && pc != regs.PC() {
					t.Errorf("thread %d is at %v, and for the system at %v", th.ID(), regs.PC(), pc)
				}
			}
		})
	}
}

// pcOf is the kernel's, which tells it of threads that are not in a system call.
func pcOf(t *testing.T, pid, tid int) (pc addr.Addr, ok bool) {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/syscall", pid, tid))
	if err != nil {
		t.Fatal(err)
	}
	var sp uint64
	if !strings.HasPrefix(string(text), "-1 ") {
		return 0, false
	}
	if _, err := fmt.Sscanf(string(text), "-1 %v %v", &sp, (*uint64)(&pc)); err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return pc, true
}
