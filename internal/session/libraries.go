package session

import (
	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/breakpoint"
	"github.com/tinydbg/tinydbg/internal/goruntime"
	"github.com/tinydbg/tinydbg/internal/locspec"
)

// librariesID is that of the breakpoint in the dynamic linker. Like all up to
// internalIDs it is never shown.
const librariesID = internalIDs

// watchLibraries has the process tell when it has loaded or unloaded a library:
// the dynamic linker calls a function for that. The thread stands there until
// the new symbols are known and suspended breakpoints are bound, so that not an
// instruction of the library is missed; the others run on, and a step in
// progress goes on. Static programs have no linker, and no such breakpoint.
// Precondition: session goroutine; stopped.
func (pr *process) watchLibraries() {
	at := pr.images.LinkBreak()
	if at == 0 || pr.remains() {
		return
	}
	b := &breakpoint.Breakpoint{ID: librariesID, Addrs: []addr.Addr{at}}
	b.Cond = func(*breakpoint.Hit) (bool, error) {
		pr.refreshImages()
		pr.set.ArmRest() // the built-in breakpoints of a Go that has come
		return false, nil
	}
	// Where arming fails, symbols of libraries are those of the last stop.
	pr.set.AddLater(b)
}

// refreshImages looks at what is loaded now, and moves breakpoints into what is
// new and out of what is gone.
// Precondition: tracer, or process not running.
func (pr *process) refreshImages() {
	loaded := map[addr.Addr]bool{}
	for _, b := range pr.set.All() {
		for _, a := range b.Addrs {
			loaded[a] = pr.images.At(a) != nil
		}
	}
	if changed, err := pr.images.Refresh(); err != nil || !changed {
		return
	}
	for _, b := range pr.set.All() {
		switch {
		case b.ID == librariesID:
			pr.followLinker(b)
		case b.ID > 0 && !b.Watch:
			pr.leaveUnloaded(b, loaded)
			pr.bindSuspended(b)
		}
	}
	pr.lateRuntime()
}

// followLinker: the address may be known better when the linker has begun.
func (pr *process) followLinker(b *breakpoint.Breakpoint) {
	if at := pr.images.LinkBreak(); at != 0 && at != b.Addrs[0] {
		_ = pr.set.Move(b, []addr.Addr{at})
	}
}

// leaveUnloaded gives up the addresses that were in a library that is gone.
func (pr *process) leaveUnloaded(b *breakpoint.Breakpoint, loaded map[addr.Addr]bool) {
	var left []addr.Addr
	for _, a := range b.Addrs {
		if !loaded[a] || pr.images.At(a) != nil {
			left = append(left, a)
		}
	}
	if len(left) == len(b.Addrs) {
		return
	}
	// There is nothing to restore where memory is gone.
	_ = pr.set.Move(b, left)
	settingsOf(b).suspended = len(left) == 0
	pr.session.breakpointsChanged()
}

// bindSuspended gives a breakpoint that waits its place, if there is one now.
func (pr *process) bindSuspended(b *breakpoint.Breakpoint) {
	set := settingsOf(b)
	text := set.locExpr()
	if !set.suspended || text == "" {
		return
	}
	at, err := addresses(text, locspec.Env{Images: pr.images.All(), Rules: set.rules})
	if err != nil || pr.set.Move(b, at) != nil {
		return
	}
	set.suspended = false
	pr.session.events.send(api.Event{
		Kind:                               api.EventBreakpointMaterialized,
		BreakpointMaterializedEventDetails: &api.BreakpointMaterializedEventDetails{Breakpoint: pr.apiBreakpoint(b)},
	})
	pr.session.breakpointsChanged()
}

// lateRuntime looks for Go's runtime in a process that had none: it may be in a
// library that was loaded since. Its first panic, and the goroutine of the first
// hit in it, are not to be missed.
// Precondition: tracer, or process not running.
func (pr *process) lateRuntime() {
	if pr.goRuntime() != nil {
		return
	}
	if rt, _ := goruntime.New(pr.images); rt != nil {
		pr.found.Store(rt)
		pr.addBuiltin()
	}
}

// goRuntime is Go's runtime in the process, nil as long as there is none.
func (d *debuggee) goRuntime() *goruntime.Runtime {
	if d.found == nil { // not looked for yet
		return nil
	}
	return d.found.Load()
}
