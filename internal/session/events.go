package session

import (
	"sync"

	"github.com/tinydbg/tinydbg/api"
)

// subscribers are who wants to hear of events.
type subscribers[E any] struct {
	mu   sync.Mutex // guards all
	last int
	fns  map[int]func(E)
}

// Subscribe has f called for every event until cancel is called. f is called
// from any goroutine, and must not block.
func (s *Session) Subscribe(f func(api.Event)) (cancel func()) { return s.events.add(f) }

// SubscribeBreakpoints is Subscribe for changes that somebody makes to
// breakpoints: clients of the API know no event for that.
func (s *Session) SubscribeBreakpoints(f func()) (cancel func()) {
	return s.changes.add(func(struct{}) { f() })
}

// changed tells of a change to breakpoints, unless it has failed.
func (s *Session) changed(err error) error {
	if err == nil {
		s.breakpointsChanged()
	}
	return err
}

// breakpointsChanged tells of a change to breakpoints.
func (s *Session) breakpointsChanged() { s.changes.send(struct{}{}) }

func (e *subscribers[E]) add(f func(E)) (cancel func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.fns == nil {
		e.fns = map[int]func(E){}
	}
	e.last++
	id := e.last
	e.fns[id] = f
	return func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		delete(e.fns, id)
	}
}

func (e *subscribers[E]) send(ev E) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, f := range e.fns {
		f(ev)
	}
}
