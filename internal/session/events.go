package session

import (
	"sync"

	"github.com/tinydbg/tinydbg/api"
)

// subscribers are who wants to hear of events.
type subscribers struct {
	mu   sync.Mutex // guards all
	last int
	fns  map[int]func(api.Event)
}

// Subscribe has f called for every event until cancel is called. f is called
// from any goroutine, and must not block.
func (s *Session) Subscribe(f func(api.Event)) (cancel func()) {
	e := &s.events
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.fns == nil {
		e.fns = map[int]func(api.Event){}
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

func (e *subscribers) send(ev api.Event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, f := range e.fns {
		f(ev)
	}
}
