package goruntime

import (
	"errors"
	"slices"
	"testing"

	"github.com/tinydbg/tinydbg/internal/testkit"
)

// A Go runtime in a library of a C program is found, and so are its goroutines;
// threads that C made and kept for itself have none.
func TestSharedLibrary(t *testing.T) {
	lib := testkit.Build(t, "c_shared", testkit.Options{Flags: []string{"-buildmode=c-shared"}, Env: []string{"CGO_ENABLED=1"}})
	bin := testkit.BuildC(t, "loads_go")
	proc := testkit.Start(t, bin, lib)
	proc.WaitOutput(t, "ready\n")
	p, r := attach(t, bin, proc.PID)
	inside, outside := 0, 0
	for _, th := range p.Threads() {
		g, _, err := r.ThreadG(p, registers(t, p, th))
		switch {
		case errors.Is(err, ErrNoG):
			outside++
		case err != nil:
			t.Errorf("thread %d: %v", th.ID(), err)
		case g != nil && g.Status != Waiting:
			inside++ // it may be in a handler of the signal that preempts it: then system is true
			if g.ThreadID != th.ID() {
				t.Errorf("thread %d has the goroutine of thread %d", th.ID(), g.ThreadID)
			}
		}
	}
	gs, _, err := r.Goroutines(p, 0, 0)
	if err != nil || len(gs) < 4 {
		t.Errorf("%d goroutines, %v", len(gs), err)
	}
	// On a busy machine the one that stays may just have been preempted.
	waits := slices.ContainsFunc(gs, func(g *G) bool { return g.Status == Runnable })
	if inside != 1 && !(inside == 0 && waits) || outside != 1 {
		t.Errorf("%d threads run goroutines, %d have none", inside, outside)
	}
}
