package dap

import "sync"

// tasks are done by the worker in the order they came. Adding one never blocks:
// the session's events are added from its own goroutine.
type tasks struct {
	mu      sync.Mutex // guards all
	wake    *sync.Cond
	list    []func()
	ended   bool
	stopped chan struct{}
}

func (t *tasks) start() {
	t.wake = sync.NewCond(&t.mu)
	t.stopped = make(chan struct{})
	go func() {
		defer close(t.stopped)
		for f := t.next(); f != nil; f = t.next() {
			f()
		}
	}()
}

func (t *tasks) add(f func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.list = append(t.list, f)
	t.wake.Signal()
}

// next waits for a task; it is nil at the end.
func (t *tasks) next() func() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for len(t.list) == 0 && !t.ended {
		t.wake.Wait()
	}
	if len(t.list) == 0 {
		return nil
	}
	f := t.list[0]
	t.list[0] = nil
	t.list = t.list[1:]
	return f
}

// stop ends the worker when everything that was added has been done.
func (t *tasks) stop() {
	t.mu.Lock()
	t.ended = true
	t.wake.Signal()
	t.mu.Unlock()
	<-t.stopped
}
