package run_test

import (
	"bytes"
	"syscall"
	"testing"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/run"
	"github.com/tinydbg/tinydbg/internal/step"
	"github.com/tinydbg/tinydbg/internal/target"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// oneStep is the plan of doing one instruction.
type oneStep struct {
	step.Plan
	start step.Start
}

func (p *oneStep) Begin() (step.Action, error)                           { return step.InstructionAmongOthers, nil }
func (p *oneStep) Stepped(target.Thread, arch.Regs) (step.Action, error) { return step.Done, nil }
func (p *oneStep) Start() step.Start                                     { return p.start }
func (p *oneStep) End()                                                  {}

// A thread that was stopped before the signal of a fault gets it once, also if it is
// stepped from there, or if a breakpoint was set there: another one would hit the
// runtime in its handler.
func TestGoOnFromAFault(t *testing.T) {
	ways := map[string]func(*real, target.Thread) *run.Stop{
		"stepped": func(r *real, th target.Thread) (stop *run.Stop) {
			r.do(func() { stop, _ = r.loop.Step(&oneStep{start: step.Start{Thread: th}}) })
			return stop
		},
		"at a breakpoint": func(r *real, th target.Thread) *run.Stop {
			var pc addr.Addr
			r.do(func() {
				if regs, err := th.Registers(false); err == nil {
					pc = regs.PC()
					r.loop.Here(th, pc)
				}
			})
			r.add(pc, never)
			return nil
		},
	}
	path := testkit.Build(t, "signals_and_faults", testkit.Options{})
	for name, goOn := range ways {
		for _, inject := range []bool{true, false} {
			hooks := run.Hooks{NoInject: !inject, StopBefore: func(sig syscall.Signal) bool { return sig == syscall.SIGSEGV }}
			r := launch(t, hooks, path)
			faults := 0
			stop := r.cont()
			for ; stop.Reason == run.Signalled; stop = r.cont() {
				if faults++; faults%20 != 1 {
					continue
				}
				if stop = goOn(r, stop.Thread); stop != nil && stop.Reason != run.StepDone {
					t.Fatalf("%s: stop %+v", name, stop)
				}
			}
			if stop.Reason != run.Exited || stop.Status != 0 || faults != 100 {
				t.Errorf("%s: after %d faults: %+v", name, faults, stop)
			}
		}
	}
}

// A thread that starts another program by an instruction that is passed while everybody
// else is stopped has left the traps of the one before.
func TestExecOverATrapWithoutCopy(t *testing.T) {
	for _, elsewhere := range []string{"", "by another thread"} {
		t.Setenv("ELSEWHERE", elsewhere)
		execOverATrapWithoutCopy(t)
	}
}

func execOverATrapWithoutCopy(t *testing.T) {
	path := testkit.Build(t, "exec_other", testkit.Options{})
	r := launch(t, run.Hooks{NoInject: true}, path, "/bin/true")
	r.add(r.entry("syscall.Exec"), nil)
	if stop := r.cont(); stop.Reason != run.BreakpointReached {
		t.Fatalf("stop %+v", stop)
	}
	for a, code := range r.instructions("internal/runtime/syscall/linux.Syscall6") {
		if bytes.Equal(code, []byte{0x0f, 0x05}) {
			r.add(a, never)
		}
	}
	if stop := r.cont(); stop.Reason != run.Execed {
		t.Fatalf("stop %+v", stop)
	}
	if stop := r.cont(); stop.Reason != run.Exited || stop.Status != 0 {
		t.Errorf("stop %+v", stop)
	}
}
