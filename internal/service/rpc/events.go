package rpc

import (
	"context"
	"sync"

	"github.com/tinydbg/tinydbg/api"
)

// maxEvents is how many events wait for a client; beyond it the oldest go.
const maxEvents = 1000

// events is what a client that asked for events has not fetched yet.
type events struct {
	// mu guards what follows.
	mu        sync.Mutex
	waiting   []api.Event
	followers int
	last      api.EventKind
	some      chan struct{} // closed when waiting is not empty; made on demand
}

// begin counts one more command that fills the queue.
func (e *events) begin() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.followers == 0 {
		e.last = api.EventResumed
	}
	e.followers++
}

// end counts one less. After the last one, the queue's last event is of the
// kind given: the client waits for it.
func (e *events) end(kind api.EventKind) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.followers--
	if e.followers == 0 && e.last != kind {
		e.put(api.Event{Kind: kind})
	}
}

func (e *events) add(ev api.Event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.put(ev)
}

// Precondition: mu held.
func (e *events) put(ev api.Event) {
	if len(e.waiting) >= maxEvents {
		e.waiting = append(e.waiting[:0], e.waiting[1:]...)
	}
	e.waiting = append(e.waiting, ev)
	e.last = ev.Kind
	if e.some != nil {
		close(e.some)
		e.some = nil
	}
}

// take waits for events and removes them from the queue.
func (e *events) take(ctx context.Context) ([]api.Event, error) {
	for {
		evs, some := e.poll()
		if len(evs) > 0 {
			return evs, nil
		}
		select {
		case <-some:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func (e *events) poll() ([]api.Event, <-chan struct{}) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.waiting) > 0 {
		evs := e.waiting
		e.waiting = nil
		return evs, nil
	}
	if e.some == nil {
		e.some = make(chan struct{})
	}
	return nil, e.some
}
