package rpc

import (
	"context"
	"errors"
	"sync"

	"github.com/tinydbg/tinydbg/api"
)

// fakeBackend plays a session whose process runs from continue to halt. The
// verbs it lacks panic, as the nil Backend does.
type fakeBackend struct {
	Backend

	mu          sync.Mutex
	running     chan struct{} // closed at the stop; nil while stopped
	log         []string
	subscribers map[int]func(api.Event)
	nextSub     int
}

func (f *fakeBackend) note(s string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.log = append(f.log, s)
}

func (f *fakeBackend) notes() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string(nil), f.log...)
}

func (f *fakeBackend) Subscribe(sub func(api.Event)) func() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.subscribers == nil {
		f.subscribers = map[int]func(api.Event){}
	}
	id := f.nextSub
	f.nextSub++
	f.subscribers[id] = sub
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.subscribers, id)
	}
}

func (f *fakeBackend) emit(kind api.EventKind) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, sub := range f.subscribers {
		sub(api.Event{Kind: kind})
	}
}

func (f *fakeBackend) run() (chan struct{}, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.running != nil {
		return nil, errors.New("the process is running")
	}
	f.running = make(chan struct{})
	f.log = append(f.log, "continue")
	return f.running, nil
}

func (f *fakeBackend) stop() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.running != nil {
		close(f.running)
		f.running = nil
	}
}

func (f *fakeBackend) Command(ctx context.Context, cmd api.DebuggerCommand) (*api.DebuggerState, error) {
	switch cmd.Name {
	case api.Continue:
		stopped, err := f.run()
		if err != nil {
			return nil, err
		}
		f.emit(api.EventResumed)
		select {
		case <-stopped:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		f.emit(api.EventStopped)
	case api.Halt:
		f.stop()
	case api.Rewind:
		return nil, errors.New("not a recording")
	}
	return &api.DebuggerState{Pid: 4711}, nil
}

func (f *fakeBackend) State(ctx context.Context, nonBlocking bool) (*api.DebuggerState, error) {
	f.mu.Lock()
	running := f.running
	f.mu.Unlock()
	if running == nil {
		return &api.DebuggerState{Pid: 4711}, nil
	}
	if nonBlocking {
		return &api.DebuggerState{Running: true}, nil
	}
	f.note("waiting for state")
	select {
	case <-running:
		return &api.DebuggerState{Pid: 4711}, nil
	case <-ctx.Done():
		f.note("state given up")
		return nil, ctx.Err()
	}
}

func (f *fakeBackend) ProcessPid(context.Context) (int, error) { return 4711, nil }

func (f *fakeBackend) Eval(_ context.Context, scope api.EvalScope, expr string, cfg *api.LoadConfig) (*api.Variable, error) {
	f.note("eval " + expr)
	if expr == "x" {
		return nil, errors.New("could not find symbol value for x")
	}
	return &api.Variable{Name: expr, Value: "1"}, nil
}

func (f *fakeBackend) ListSources(context.Context, string) ([]string, error) { return nil, nil }

func (f *fakeBackend) ListFunctions(context.Context, string, int) ([]string, error) {
	names := make([]string, 200_000)
	for i := range names {
		names[i] = "main.functionWithAName"
	}
	return names, nil
}

func (f *fakeBackend) Detach(_ context.Context, kill bool) error {
	f.note("detach")
	f.stop()
	return nil
}
