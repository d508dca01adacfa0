package session

import (
	"context"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

func kill(pid int) error { return syscall.Kill(pid, syscall.SIGKILL) }

func (s *story) value(expr string) string {
	s.Helper()
	v, err := s.Eval(context.Background(), api.EvalScope{GoroutineID: -1}, expr, nil)
	if err != nil {
		s.Fatal(err)
	}
	return v.Value
}

// alone runs a command for the thread that has stopped, and tells whether the
// others had to be let go.
func (s *story) alone(name string) (st *api.DebuggerState, others bool) {
	s.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Minute)
	defer cancel()
	st, err := s.CommandAlone(ctx, api.DebuggerCommand{Name: name}, func() { others = true })
	if err != nil {
		s.Fatalf("%s: %v", name, err)
	}
	return st, others
}

// Others are held while one thread does its steps; they are let go when it waits
// for them.
func TestCommandAlone(t *testing.T) {
	s := launched(t, "one_runs_alone", testkit.Options{}, quiet())
	s.breakAt("main.go:40")
	s.command(api.Continue)
	before := s.value("main.counted.v")
	for _, step := range []struct{ name, at string }{
		{api.Step, "main.go:28"}, {api.Next, "main.go:29"}, {api.StepOut, "main.go:40"}, {api.Next, "main.go:41"}, {api.Next, "main.go:42"}, {api.Next, "main.go:43"},
	} {
		st, others := s.alone(step.name)
		if at(st) != step.at || others {
			t.Errorf("%s: at %s, want %s; others run: %v", step.name, at(st), step.at, others)
		}
	}
	if after := s.value("main.counted.v"); after != before {
		t.Errorf("the other thread has run: %s, then %s", before, after)
	}
	st, others := s.alone(api.Next)
	if at(st) != "main.go:44" || !others {
		t.Errorf("at %s; others run: %v", at(st), others)
	}
	if st := s.command(api.Continue); !st.Exited {
		t.Errorf("at %s", at(st))
	}
}

// A thread that runs alone can be stopped, and what it hits stops it.
func TestContinueAlone(t *testing.T) {
	s := launched(t, "one_runs_alone", testkit.Options{}, quiet())
	s.breakAt("main.go:40")
	s.command(api.Continue)
	s.breakAt("main.square")
	if st, _ := s.alone(api.Continue); st.StopReason != "breakpoint" || st.CurrentThread.Function.Name() != "main.square" {
		t.Errorf("at %s", at(st))
	}
	if _, err := s.CommandAlone(context.Background(), api.DebuggerCommand{Name: "nosuch"}, nil); err == nil {
		t.Error("nosuch")
	}
	if st, _ := s.alone(api.Continue); at(st) != "main.go:28" {
		t.Errorf("at %s", at(st))
	}
	if st, others := s.alone(api.Continue); !st.Exited || !others {
		t.Errorf("at %s", at(st))
	}
}

// A signal is seen before it is delivered, and delivered then.
func TestStopOnSignals(t *testing.T) {
	ctx := context.Background()
	cfg := quiet()
	cfg.Args = []string{"term"}
	s := launched(t, "editor_deeds", testkit.Options{}, cfg)
	if err := s.StopOnSignals(ctx, []syscall.Signal{syscall.SIGTERM, syscall.SIGUSR1}); err != nil {
		t.Fatal(err)
	}
	s.breakAt("main.tick")
	s.command(api.Continue)
	if _, err := s.ClearBreakpoint(ctx, 1, ""); err != nil {
		t.Fatal(err)
	}
	pid, _ := s.ProcessPid(ctx)
	p, _ := os.FindProcess(pid)
	for range 2 { // pending signals of a kind are one
		if err := p.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
	}
	if st := s.command(api.Continue); st.StopReason != "signal terminated" || st.CurrentThread == nil {
		t.Fatalf("%+v", st)
	}
	if st := s.command(api.Continue); !st.Exited || st.ExitStatus != 7 {
		t.Errorf("%+v", st)
	}
}
