package session

import (
	"context"
	"fmt"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// A signal that comes as a thread does one instruction, over a trap, waits until
// that is done: the step ends in the program, not in a signal handler.
func TestSignalAtAStep(t *testing.T) {
	s := launched(t, "hit_counter", testkit.Options{}, quiet())
	if _, err := s.Restart(context.Background(), api.RestartIn{ResetArgs: true, NewArgs: []string{"1", "1000000"}}); err != nil {
		t.Fatal(err)
	}
	jumps := s.jumps()
	for _, pc := range jumps {
		b := s.breakAt(fmt.Sprintf("*%#x", pc))
		st := s.command(api.Continue)
		if st.CurrentThread == nil || st.CurrentThread.PC != pc {
			t.Fatalf("at %s, want the jump at %#x", at(st), pc)
		}
		if err := unix.Tgkill(st.Pid, st.CurrentThread.ID, unix.SIGURG); err != nil {
			t.Fatal(err)
		}
		st = s.command(api.StepInstruction)
		if th := st.CurrentThread; th == nil || th.Function.Name() != "main.work" || th.PC == pc {
			t.Errorf("a step from the jump at %#x led to %s", pc, at(st))
		}
		s.clear(b)
	}
	if len(jumps) < 2 {
		t.Errorf("only %d jumps: the test shows little", len(jumps))
	}
}

// jumps are the addresses of the jumps of main.work's if statement, which it comes
// to in a few calls; those at the checks of its indices are never taken.
func (s *story) jumps() (pcs []uint64) {
	s.Helper()
	b := s.breakAt("main.work")
	st := s.command(api.Continue)
	s.clear(b)
	code, err := s.Disassemble(context.Background(), api.DisassembleIn{Scope: api.EvalScope{GoroutineID: -1}})
	if err != nil {
		s.Fatal(err)
	}
	for _, in := range code {
		short := len(in.Bytes) == 2 && (in.Bytes[0]&0xf0 == 0x70 || in.Bytes[0] == 0xeb)
		if short && in.Loc.PC > st.CurrentThread.PC && in.Loc.Line <= st.CurrentThread.Line+3 {
			pcs = append(pcs, in.Loc.PC)
		}
	}
	return pcs
}
