package session

import (
	"context"
	"fmt"
	"slices"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/goruntime"
)

// callee is the goroutine that the runtime has made for the function that the
// evaluation waits for.
// Precondition: session goroutine; stopped; the function has been entered.
func (ev *evaluation) callee() (where, error) {
	g, ok := ev.waiting.Entered().Uint(ev.s.proc.Arch().GoGReg())
	if !ok {
		return where{}, fmt.Errorf("the goroutine that runs %s is not known", ev.what)
	}
	called, err := ev.s.goRuntime().ReadG(ev.s.mem, addr.Addr(g))
	if err != nil {
		return where{}, fmt.Errorf("the goroutine that runs %s: %w", ev.what, err)
	}
	return ev.s.at(called.ID)
}

// ListCalls tells of the functions that were called and have not returned, the
// innermost last.
func (s *Session) ListCalls(context.Context) (list []api.CallInProgress, err error) {
	err = s.whileStopped(func() error { list = s.callsInProgress(); return nil })
	return list, err
}

// callsInProgress is ListCalls.
// Precondition: session goroutine; stopped; the view is fresh.
func (s *Session) callsInProgress() (list []api.CallInProgress) {
	for _, ev := range s.calls {
		if ev.waiting == nil || ev.s != s.process {
			continue
		}
		c := api.CallInProgress{Function: ev.what, CallerID: ev.caller, Aborting: s.aborting != nil && s.aborting.call == ev.waiting}
		if ev.waiting.Entered() != nil {
			ev.describe(&c)
		}
		list = append(list, c)
	}
	return list
}

// describe tells where the function is, and what it waits for.
func (ev *evaluation) describe(c *api.CallInProgress) {
	w, err := ev.callee()
	if err != nil || w.g == nil {
		return
	}
	c.GoroutineID = w.g.ID
	c.Location = ev.s.apiGoroutine(w.g).UserCurrentLoc
	switch w.g.Status {
	case goruntime.Waiting:
		c.Waits = w.g.WaitReason
		c.WaitsForEver = waitsForEver(w.g)
	case goruntime.Syscall:
		c.Waits = "system call"
	}
}

// forEver are the runtime's reasons for waiting that do not end.
var forEver = []string{"select (no cases)", "chan receive (nil chan)", "chan send (nil chan)"}

func waitsForEver(g *goruntime.G) bool {
	return g.Status == goruntime.Waiting && slices.Contains(forEver, g.WaitReason)
}
