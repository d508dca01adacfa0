package step_test

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/breakpoint"
	"github.com/tinydbg/tinydbg/internal/run"
	"github.com/tinydbg/tinydbg/internal/step"
)

// Whoever steps is there to see what others come to, also after the process was
// resumed because nobody was.
func TestStepEndsTheRespite(t *testing.T) {
	y := newToy(t, `
Main:	1 work
`+strings.Repeat("\twork\n", 500)+`
	2 work
	3 exitp
Other:	work
hit:	work
	jmp hit
`, "Other")
	b := &breakpoint.Breakpoint{ID: 1, Addrs: []addr.Addr{y.prog.Labels["hit"]}}
	y.proc.Do(func() {
		if err := y.set.Add(b); err != nil {
			t.Error(err)
		}
		y.loop.Halt()
		if stop, err := y.loop.Relent(time.Hour); err != nil || stop.Reason != run.Halted {
			t.Errorf("%+v, %v", stop, err)
		}
		y.main.Send(syscall.SIGUSR1)
	})
	if stop := y.step(step.Next); stop.Reason != run.BreakpointReached {
		t.Errorf("stop %+v in line %d", stop, y.line())
	}
}
