package session

import (
	"cmp"
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tinydbg/tinydbg/internal/logflags"
	"github.com/tinydbg/tinydbg/internal/run"
)

// glanceLimit is how long a running process is held for one glance, unless the
// configuration says otherwise. The question that is being answered then is
// answered still.
const glanceLimit = 100 * time.Millisecond

// Glances counts the moments in which a running process was held to be looked
// at.
type Glances struct {
	Count          int
	Total, Longest time.Duration
}

// glances are those of a session.
type glances struct {
	turn sync.Mutex // one glance at a time
	// what follows belongs to the session goroutine.
	now   *glance
	count Glances
}

// glance is one in progress, with what the session had selected before it.
type glance struct {
	stops    chan struct{}
	since    time.Time
	stop     *run.Stop
	selected selection
	process  *process
}

// Glance calls f, which may ask what needs a stopped process: one that runs is
// held meanwhile, for at most Config.GlanceLimit, and nobody is told of a stop.
// f is called on the caller's goroutine; verbs that resume or change the process
// refuse, and after that time so do all others.
func (s *Session) Glance(ctx context.Context, f func() error) error {
	held, err := s.glance(ctx, f)
	if err != nil || held {
		return err
	}
	return f() // not in the turn of a glance: it may resume the process, and wait
}

// glance calls f if the process ran and could be held for it.
func (s *Session) glance(ctx context.Context, f func() error) (held bool, err error) {
	s.glances.turn.Lock()
	defer s.glances.turn.Unlock()
	g, err := s.hold(ctx)
	if err != nil || g == nil {
		return false, err
	}
	limit := time.AfterFunc(cmp.Or(s.cfg.GlanceLimit, glanceLimit), func() { s.letGo(g) })
	defer limit.Stop()
	defer s.letGo(g)
	return true, f()
}

// Glances tells how often and for how long the process was held.
func (s *Session) Glances() (n Glances) {
	_ = s.do(func() error { n = s.glances.count; return nil })
	return n
}

// hold holds a running process. It returns nil for one that is stopped.
func (s *Session) hold(ctx context.Context) (g *glance, err error) {
	ctx, cancel := context.WithTimeout(ctx, haltPatience)
	defer cancel()
	for {
		stops, held, err := s.askHold(ctx)
		if err != nil || stops == nil {
			return nil, err
		}
		if held {
			return s.beginGlance(stops)
		}
		// The loop is about to begin, or to end.
		select {
		case <-stops:
		case <-time.After(time.Millisecond):
		case <-ctx.Done():
			return nil, fmt.Errorf("the process could not be held for a moment: %w", ctx.Err())
		}
	}
}

// Stages of a wish to hold the process: who changes it first decides.
const (
	holdAsked int32 = iota
	holdTaken
	holdGivenUp
)

// askHold asks the loop to hold the threads and waits until it has. stops is
// that of the run, nil when the process is stopped.
func (s *Session) askHold(ctx context.Context) (stops chan struct{}, held bool, err error) {
	var stage atomic.Int32
	done := make(chan error, 1)
	asked := false
	err = s.whileAlive(func() error {
		if stops = s.stops; stops == nil {
			return nil
		}
		loop := s.loop
		return s.onTracer(func() error {
			asked = loop.Between(func() (*run.Stop, error) {
				if !stage.CompareAndSwap(holdAsked, holdTaken) {
					return nil, nil
				}
				err := loop.Hold()
				done <- err
				return nil, err
			})
			return nil
		})
	})
	if err != nil || stops == nil || !asked {
		return stops, false, err
	}
	select {
	case err := <-done:
		return stops, err == nil, err
	case <-stops:
		return nil, false, nil
	case <-s.quit:
		return nil, false, errClosed
	case <-ctx.Done():
	}
	if stage.CompareAndSwap(holdAsked, holdGivenUp) {
		return nil, false, ctx.Err()
	}
	err = <-done
	return stops, err == nil, err
}

// beginGlance takes a look at the threads that are held.
func (s *Session) beginGlance(stops chan struct{}) (g *glance, err error) {
	err = s.whileAlive(func() error {
		if s.stops != stops {
			return nil // it has stopped for good meanwhile
		}
		g = &glance{stops: stops, since: time.Now(), stop: s.stop, selected: s.selected, process: s.process}
		s.glances.now = g
		s.stop = &run.Stop{Reason: run.Halted}
		return s.arrive()
	})
	if err != nil && g != nil {
		s.letGo(g)
	}
	return g, err
}

// letGo ends a glance, if that has not been done.
func (s *Session) letGo(g *glance) {
	_ = s.do(func() error {
		if s.glances.now != g {
			return nil
		}
		s.endGlance()
		p := g.process
		p.view = view{}
		p.mem.Reset()
		return p.onTracer(func() error { p.loop.Between(p.loop.GoOn); return nil })
	})
}

// endGlance counts a glance that is over.
// Precondition: session goroutine.
func (s *Session) endGlance() {
	g := s.glances.now
	if g == nil {
		return
	}
	s.glances.now, s.stop, g.process.selected = nil, g.stop, g.selected
	took := time.Since(g.since)
	n := &s.glances.count
	n.Count, n.Total, n.Longest = n.Count+1, n.Total+took, max(n.Longest, took)
	logflags.For(logflags.Debugger).Debug("held for a glance", "for", took, "count", n.Count)
}

// canLook is nil when there are stopped threads to be looked at, at a stop or in
// a glance.
// Precondition: session goroutine.
func (s *Session) canLook() error {
	if s.gone == nil && s.glances.now != nil {
		return nil
	}
	return s.checkStopped()
}
