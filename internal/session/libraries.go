package session

import (
	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/breakpoint"
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
func (s *Session) watchLibraries() {
	at := s.images.LinkBreak()
	if at == 0 || s.remains() {
		return
	}
	b := &breakpoint.Breakpoint{ID: librariesID, Addrs: []addr.Addr{at}}
	b.Cond = func(*breakpoint.Hit) (bool, error) {
		s.refreshImages()
		return false, nil
	}
	// Where this fails, symbols of libraries are those of the last stop.
	_ = s.onTracer(func() error { return s.set.Add(b) })
}

// refreshImages looks at what is loaded now, and moves breakpoints into what is
// new and out of what is gone.
// Precondition: tracer, or process not running.
func (s *Session) refreshImages() {
	loaded := map[addr.Addr]bool{}
	for _, b := range s.set.All() {
		for _, a := range b.Addrs {
			loaded[a] = s.images.At(a) != nil
		}
	}
	if changed, err := s.images.Refresh(); err != nil || !changed {
		return
	}
	for _, b := range s.set.All() {
		switch {
		case b.ID == librariesID:
			s.followLinker(b)
		case b.ID > 0 && !b.Watch:
			s.leaveUnloaded(b, loaded)
			s.bindSuspended(b)
		}
	}
}

// followLinker: the address may be known better when the linker has begun.
func (s *Session) followLinker(b *breakpoint.Breakpoint) {
	if at := s.images.LinkBreak(); at != 0 && at != b.Addrs[0] {
		_ = s.set.Move(b, []addr.Addr{at})
	}
}

// leaveUnloaded gives up the addresses that were in a library that is gone.
func (s *Session) leaveUnloaded(b *breakpoint.Breakpoint, loaded map[addr.Addr]bool) {
	var left []addr.Addr
	for _, a := range b.Addrs {
		if !loaded[a] || s.images.At(a) != nil {
			left = append(left, a)
		}
	}
	if len(left) == len(b.Addrs) {
		return
	}
	// There is nothing to restore where memory is gone.
	_ = s.set.Move(b, left)
	settingsOf(b).suspended = len(left) == 0
}

// bindSuspended gives a breakpoint that waits its place, if there is one now.
func (s *Session) bindSuspended(b *breakpoint.Breakpoint) {
	set := settingsOf(b)
	text := set.locExpr()
	if !set.suspended || text == "" {
		return
	}
	at, err := addresses(text, locspec.Env{Images: s.images.All(), Rules: set.rules})
	if err != nil || s.set.Move(b, at) != nil {
		return
	}
	set.suspended = false
	s.events.send(api.Event{
		Kind:                               api.EventBreakpointMaterialized,
		BreakpointMaterializedEventDetails: &api.BreakpointMaterializedEventDetails{Breakpoint: s.apiBreakpoint(b)},
	})
}

// lateRuntime looks for Go's runtime in a process that had none: it may be in a
// library that was loaded since.
// Precondition: session goroutine; stopped.
func (s *Session) lateRuntime() {
	if s.runtime != nil {
		return
	}
	_ = s.findRuntime()
	s.addBuiltin()
}
