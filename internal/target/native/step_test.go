//go:build linux && amd64

package native

import (
	"io"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/tinydbg/tinydbg/internal/target"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// A step over the system call that makes a thread ends after it.
func TestStepOverClone(t *testing.T) {
	proc := testkit.Start(t, buildC(t, "processes_made"))
	proc.WaitOutput(t, "ready")
	p := attach(t, proc.PID)
	io.WriteString(proc.Stdin, "m")
	main := p.Threads()[0]
	for born := 0; born == 0; {
		do(t, p, func() error { return main.Step(0) })
		ev := until(t, p, func(target.Event) bool { return true })
		if ev.Kind == target.EventNewThread {
			born = ev.Thread.ID()
			ev = until(t, p, func(target.Event) bool { return true })
		}
		if ev.Kind != target.EventSignal || ev.Signal != unix.SIGTRAP || ev.Thread != main {
			t.Fatalf("event %+v", ev)
		}
		do(t, p, func() error {
			cause, err := main.Cause()
			if cause.Kind != target.CauseStep {
				t.Errorf("cause %+v", cause)
			}
			return err
		})
	}
}
