package session

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/run"
	"github.com/tinydbg/tinydbg/internal/step"
)

// A thread that runs alone may need the others: a lock that one of them has, the
// garbage collector, a value from a channel. It then uses no processor, and the
// others are let go.
const (
	// aloneLook is how often that is looked at.
	aloneLook = 50 * time.Millisecond
	// aloneIdle is how many looks in a row have to find it idle.
	aloneIdle = 4
)

// CommandAlone is Command, with Continue or one of the steps, for the thread of
// the selected goroutine alone: the other threads are held until the stop, or
// until that thread has waited for something for some 200 ms; then they are let
// go, and others is called, from any goroutine.
func (s *Session) CommandAlone(ctx context.Context, cmd api.DebuggerCommand, others func()) (*api.DebuggerState, error) {
	plan := planner(func(step.Start) (step.Plan, error) { return nil, nil })
	if cmd.Name != api.Continue {
		var err error
		if plan, err = s.planOf(cmd.Name); err != nil {
			return nil, err
		}
	}
	var o *outcome
	var watch sync.WaitGroup
	err := s.do(func() error {
		if err := s.checkRunnable(); err != nil {
			return err
		}
		w, err := s.at(0)
		if err != nil {
			return err
		}
		if w.thread == nil {
			return fmt.Errorf("goroutine %d is on no thread: it cannot run alone", w.g.ID)
		}
		begin, err := s.prepare(cmd.Name, plan)
		if err != nil {
			return err
		}
		only := w.thread.Thread
		loop := s.loop
		o = s.start(cmd, func() (*run.Stop, error) { return loop.Alone(only, begin) })
		pid := s.proc.PID()
		watch.Go(func() { s.watchAlone(pid, only.ID(), o.stops, others) })
		return nil
	})
	if err != nil {
		return nil, err
	}
	st, err := s.outcome(ctx, o)
	if st != nil { // it has stopped
		watch.Wait()
	}
	return st, err
}

// watchAlone lets the others go when the thread that runs alone waits.
func (s *Session) watchAlone(pid, thread int, stops chan struct{}, others func()) {
	look := time.NewTicker(aloneLook)
	defer look.Stop()
	path := fmt.Sprintf("/proc/%d/task/%d/", pid, thread)
	used, idle := onProcessor(path), 0
	for idle < aloneIdle {
		select {
		case <-look.C:
		case <-stops:
			return
		case <-s.quit:
			return
		}
		now := onProcessor(path)
		if idle++; now-used > aloneLook/5 || !sleeps(path) {
			idle = 0
		}
		used = now
	}
	joined := false
	_ = s.do(func() error {
		if s.stops != stops {
			return nil
		}
		return s.onTracer(func() error { joined = s.loop.Between(s.loop.Join); return nil })
	})
	if joined {
		others()
	}
}

// onProcessor is how long a thread has run, by its schedstat file. Where there
// is none it is 0: then only the state counts.
func onProcessor(path string) time.Duration {
	data, err := os.ReadFile(path + "schedstat")
	if err != nil {
		return 0
	}
	first, _, _ := bytes.Cut(data, []byte(" "))
	ns, _ := strconv.ParseInt(string(first), 10, 64)
	return time.Duration(ns)
}

// sleeps tells whether a thread waits for others, and not for a processor, a disk
// or us. One that is no more has nothing to do alone.
func sleeps(path string) bool {
	data, err := os.ReadFile(path + "stat")
	if err != nil {
		return true
	}
	rest := data[bytes.LastIndexByte(data, ')')+1:]
	return len(rest) > 1 && rest[1] == 'S'
}
