package session

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// background resumes the process and returns what waits for the stop.
func (s *story) background() (wait func() *api.DebuggerState) {
	s.Helper()
	resumed, stopped := make(chan bool, 100), make(chan *api.DebuggerState, 1)
	cancel := s.Subscribe(func(ev api.Event) {
		if ev.Kind == api.EventResumed {
			resumed <- true
		}
	})
	defer cancel()
	go func() {
		st, _ := s.Command(context.Background(), api.DebuggerCommand{Name: api.Continue})
		stopped <- st
	}()
	select {
	case <-resumed:
	case st := <-stopped: // before anybody was told, or not resumed at all
		stopped <- st
	}
	return func() *api.DebuggerState { return <-stopped }
}

// A process that runs is looked at, by several at once, and runs on: the run ends
// only when somebody wants it to.
func TestGlances(t *testing.T) {
	ctx := context.Background()
	cfg := quiet()
	cfg.Args, cfg.GlanceLimit = []string{"spin"}, time.Minute
	s := launched(t, "editor_deeds", testkit.Options{}, cfg)
	hit := s.breakIf("main.tick", "counter < 0") // hit all the time
	wait := s.background()
	counter := func() (v *api.Variable, err error) {
		err = s.Glance(ctx, func() error {
			v, err = s.Eval(ctx, api.EvalScope{GoroutineID: -1}, "main.counter", nil)
			return err
		})
		return v, err
	}
	testkit.Eventually(t, func() bool {
		v, err := counter()
		return err == nil && v.Value != "0"
	}, "the counter counts while it is looked at")
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 10 {
				err := s.Glance(ctx, func() error {
					out, err := s.ListGoroutines(ctx, api.ListGoroutinesIn{})
					if err != nil || len(out.Goroutines) < 2 {
						t.Errorf("%+v, %v", out, err)
						return err
					}
					frames, err := s.Stacktrace(ctx, api.StacktraceIn{Id: 1, Depth: 20})
					if err != nil || frames[len(frames)-1].Function.Name() != "runtime.goexit" {
						t.Errorf("%+v, %v", frames, err)
					}
					_, e := s.Command(ctx, api.DebuggerCommand{Name: api.Next})
					if !errors.Is(e, ErrRunning) || !errors.Is(s.Set(ctx, api.EvalScope{GoroutineID: -1}, "main.counter", "1"), ErrRunning) {
						t.Errorf("in a glance: %v", e)
					}
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if _, err := s.ListGoroutines(ctx, api.ListGoroutinesIn{}); !errors.Is(err, ErrRunning) {
		t.Errorf("after the glances: %v", err)
	}
	if n := s.Glances(); n.Count < 40 || n.Longest > n.Total || n.Longest == 0 {
		t.Errorf("%+v", n)
	}
	if st, err := s.State(ctx, true); err != nil || !st.Running {
		t.Fatalf("%+v, %v", st, err)
	}
	if err := s.AmendBreakpoint(ctx, api.Breakpoint{ID: hit.ID}); err != nil {
		t.Fatal(err)
	}
	if st := wait(); st.StopReason != "breakpoint" || st.CurrentThread.Function.Name() != "main.tick" {
		t.Errorf("%+v", st)
	}
	before := s.Glances()
	if v, err := counter(); err != nil || v.Value == "0" || s.Glances() != before {
		t.Errorf("of a stopped process: %+v, %v", v, err)
	}
}

// A glance that takes too long is at its end, and the process runs.
func TestGlanceLimit(t *testing.T) {
	ctx := context.Background()
	cfg := quiet()
	cfg.Args, cfg.GlanceLimit = []string{"spin"}, time.Millisecond
	s := launched(t, "editor_deeds", testkit.Options{}, cfg)
	wait := s.background()
	err := s.Glance(ctx, func() (err error) {
		testkit.Eventually(t, func() bool {
			_, err = s.ListRegisters(ctx, api.ListRegistersIn{})
			return err != nil
		}, "the glance ends")
		return err
	})
	if !errors.Is(err, ErrRunning) {
		t.Error(err)
	}
	if _, err := s.Command(ctx, api.DebuggerCommand{Name: api.Halt}); err != nil {
		t.Error(err)
	}
	wait()
}

// Glances come in the middle of steps, and no step goes astray.
func TestGlancesAmongSteps(t *testing.T) {
	ctx := context.Background()
	s := launched(t, "step_lines", testkit.Options{}, quiet())
	s.breakAt("main.go:50")
	s.command(api.Continue)
	done := make(chan bool)
	var all sync.WaitGroup
	all.Go(func() {
		for {
			select {
			case <-done:
				return
			case <-time.After(time.Millisecond): // the steps need the processor, too
				_ = s.Glance(ctx, func() error { _, err := s.ListThreads(ctx); return err })
			}
		}
	})
	for _, want := range []string{"main.go:51", "main.go:50", "main.go:51", "main.go:50"} {
		if st := s.command(api.Next); at(st) != want {
			t.Errorf("at %s, want %s", at(st), want)
		}
	}
	close(done)
	all.Wait()
}

// A process that dies, or is let go, in the middle of a glance ends it.
func TestGlancesAtTheEnd(t *testing.T) {
	ctx := context.Background()
	cfg := quiet()
	cfg.Args = []string{"spin"}
	s := launched(t, "editor_deeds", testkit.Options{}, cfg)
	wait := s.background()
	err := s.Glance(ctx, func() error {
		st, err := s.Command(ctx, api.DebuggerCommand{Name: api.Halt})
		if err != nil || st.Running {
			t.Errorf("%+v, %v", st, err)
		}
		return nil
	})
	if st := wait(); err != nil || st.StopReason != "manual" {
		t.Errorf("%+v, %v", st, err)
	}
	wait = s.background()
	pid, _ := s.ProcessPid(ctx)
	_ = s.Glance(ctx, func() error { return kill(pid) })
	if st := wait(); !st.Exited {
		t.Errorf("%+v", st)
	}
	if err := s.Glance(ctx, func() error { return nil }); err == nil {
		t.Error("a glance at a process that is no more")
	}
}

// What is done in a glance at a process that has just stopped may resume it, and
// wait for its next stop: others have their glances meanwhile.
func TestGlanceThatResumes(t *testing.T) {
	ctx := t.Context()
	s := launched(t, "hit_counter", testkit.Options{}, Config{Args: []string{"1", "1000000000000"}, Redirects: quiet().Redirects})
	resumed := make(chan error, 1)
	go func() {
		resumed <- s.Glance(ctx, func() error {
			_, err := s.Session.Command(ctx, api.DebuggerCommand{Name: api.Continue})
			return err
		})
	}()
	testkit.Eventually(t, func() bool {
		st, err := s.State(ctx, true)
		return err == nil && st.Running
	}, "the process runs")
	looked := make(chan error, 1)
	go func() {
		looked <- s.Glance(ctx, func() error { return nil })
	}()
	select {
	case err := <-looked:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(time.Minute):
		t.Fatal("the second glance waits for the first")
	}
	if _, err := s.Session.Command(ctx, api.DebuggerCommand{Name: api.Halt}); err != nil {
		t.Fatal(err)
	}
	if err := <-resumed; err != nil {
		t.Error(err)
	}
}
