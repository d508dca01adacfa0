package main

import (
	"strconv"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/tinydbg/tinydbg/internal/proclist"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// A debugger that has attached no longer gives way to everybody: who has the
// process stopped must not wait for a processor behind them.
func TestPriorityOnceAttached(t *testing.T) {
	proc := testkit.Start(t, testkit.Build(t, "echoes_lines", testkit.Options{}))
	s := headless(t, "attach", strconv.Itoa(proc.PID))
	c := s.dial(t)
	ids, err := proclist.Tasks(s.cmd.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range ids {
		if attr, err := unix.SchedGetAttr(id, 0); err == nil && attr.Policy == unix.SCHED_IDLE {
			t.Errorf("thread %d of the debugger is SCHED_IDLE", id)
		}
	}
	if err := c.Detach(t.Context(), false); err != nil {
		t.Error(err)
	}
}
