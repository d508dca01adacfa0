package session

import (
	"context"
	"errors"
	"strings"
	"syscall"
	"testing"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/target"
	"github.com/tinydbg/tinydbg/internal/target/native"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// A process that is attached to while it runs stands still for nothing but
// the stop that the user wants.
func TestAttachRunning(t *testing.T) {
	ctx := context.Background()
	for _, program := range []string{"threads", "web_service"} {
		p := testkit.Start(t, testkit.Build(t, program, testkit.Options{}))
		p.WaitOutput(t, "\n")
		for range 5 {
			s, err := Attach(ctx, p.PID, Config{Running: true})
			if err != nil {
				t.Fatal(err)
			}
			before := s.proc.(target.Pausing).Pauses()
			st, err := s.Command(ctx, api.DebuggerCommand{Name: api.Halt})
			if err != nil || st.Running || st.Exited || len(st.Threads) < 2 || st.CurrentThread == nil {
				t.Fatalf("halt: %+v, %v", st, err)
			}
			if b := (&story{t, s, ""}).breakAt("main.main"); b == nil {
				t.Error("no breakpoint")
			}
			if err := s.Detach(ctx, false); err != nil {
				t.Fatal(err)
			}
			s.Close()
			t.Logf("%s: %d pauses before the halt", program, before.Count)
			checkRuns(t, p.PID)
		}
	}
}

// A process may end, at any moment, while it is attached to.
func TestAttachRunningRaces(t *testing.T) {
	bin := testkit.Build(t, "threads", testkit.Options{})
	for i := range 30 {
		p := testkit.Start(t, bin, "10")
		p.WaitOutput(t, "ready")
		go func() {
			for range i * 2000 {
				syscall.Getpid()
			}
			syscall.Kill(p.PID, syscall.SIGKILL)
		}()
		s, err := Attach(context.Background(), p.PID, Config{Running: true})
		var attach *native.AttachError
		switch {
		case err == nil:
			st, err := s.Command(context.Background(), api.DebuggerCommand{Name: api.Halt})
			if err == nil && !st.Exited && st.CurrentThread == nil || err != nil && !strings.Contains(err.Error(), "exited") {
				t.Errorf("halt: %+v, %v", st, err)
			}
			s.Close()
		case !errors.As(err, &attach):
			t.Errorf("attach to a process that is killed: %v", err)
		}
		p.Wait(t)
	}
}
