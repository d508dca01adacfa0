package session

import (
	"errors"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/run"
	"github.com/tinydbg/tinydbg/internal/target"
)

// round is one run of all processes. It begins when they are resumed. Each has
// its own tracer and loop; the first that stops for the user has the others
// halted, and when the last of them has stopped the round is over. What they
// came to meanwhile is kept for the next round.
type round struct {
	running int
	// first is the process that stopped first, with its stop; nil: none has.
	first *process
	stop  *run.Stop
	err   error
	// selected is the process that was when the round began.
	selected *process
	end      func(*run.Stop, error)
}

// runLoop is what a process does in a round.
type runLoop func() (*run.Stop, error)

// start begins a round, in which the selected process runs the loop.
// Precondition: session goroutine; stopped.
func (s *Session) start(cmd api.DebuggerCommand, loop runLoop) *outcome {
	selected := s.process
	return s.startAll(cmd, func(p *process) runLoop {
		if p == selected {
			return loop
		}
		return p.loop.Continue
	})
}

// startAll begins a round in which each process runs its loop.
// Precondition: session goroutine; stopped.
func (s *Session) startAll(cmd api.DebuggerCommand, loop func(*process) runLoop) *outcome {
	o := &outcome{}
	stops := make(chan struct{})
	s.stops = stops
	s.returned, s.called, s.info, s.watchOver = nil, nil, nil, nil
	s.unboundStop()
	logResumed(&cmd)
	s.events.send(api.Event{Kind: api.EventResumed})
	s.group[0].lendTerminal() // those it has started are of the same job
	s.round = round{selected: s.process, end: func(stop *run.Stop, err error) {
		s.group[0].takeTerminal()
		s.endGlance()
		s.stops = nil // what follows looks at processes that are stopped
		o.err = s.stopped(stop, err, cmd.ReturnInfoLoadConfig)
		s.events.send(api.Event{Kind: api.EventStopped})
		if e := survive(func() error { o.state = s.state(); return nil }); e != nil {
			o.err = errors.Join(o.err, e)
		}
		close(stops)
	}}
	for _, p := range s.group {
		s.run(p, loop(p))
	}
	o.stops = stops
	return o
}

// outcome is what a run that start has begun comes to.
type outcome struct {
	stops chan struct{} // closed at the stop
	// What follows is set by then: what the state was, and what failed.
	state *api.DebuggerState
	err   error
}

// run has a process take part in the round.
func (s *Session) run(p *process, loop runLoop) {
	s.round.running++
	p.runs, p.halted, p.resumed, p.view, p.seen = true, false, true, view{}, nil
	p.mem.Reset()
	go func(d debuggee) { // while nobody waits for us
		d.preload()
		d.goRuntime().Prepare()
	}(p.debuggee)
	go s.drive(p, p.proc, loop)
}

// drive runs the loop on the tracer until the process has come to its end in
// the round.
func (s *Session) drive(p *process, proc target.Process, loop runLoop) {
	trapped := false
	for loop != nil {
		var stop *run.Stop
		var err error
		var seen []*threadView
		visit := func() {
			if stop, err = loop(); err == nil && stop != nil {
				seen = p.arrival(stop)
			}
		}
		if e := survive(func() error { return proc.Do(visit) }); e != nil {
			err = e
		}
		if trapped && stop != nil && stop.Reason == run.StepDone {
			stop = &run.Stop{Reason: run.Trapped, Thread: stop.Thread, Left: true}
		}
		handled := make(chan struct{})
		handle := func() {
			defer close(handled)
			p.seen = seen
			loop = s.arrived(p, stop, err)
		}
		select {
		case s.requests <- handle:
			<-handled
		case <-s.quit:
			return
		}
		trapped = stop != nil && stop.Reason == run.Trapped
	}
}

// arrived takes in what a process has come to, and tells how it goes on; nil:
// not in this round.
// Precondition: session goroutine.
func (s *Session) arrived(p *process, stop *run.Stop, err error) runLoop {
	selected := s.process
	s.process = p
	next := s.goOn(p, stop, err)
	s.process = selected
	if next != nil && s.round.first == nil {
		return next
	}
	p.runs = false
	s.round.running--
	switch {
	case next != nil: // it goes on in the next round
	case len(s.group) > 1 && p.end(stop, err) != nil:
		s.left(p, p.end(stop, err))
	case s.round.first == nil || s.round.stop != nil && s.round.stop.Reason == run.Halted && s.round.err == nil:
		s.round.first, s.round.stop, s.round.err = p, stop, err
		s.haltAll()
	case stop != nil && stop.Reason != run.Halted:
		_ = p.onTracer(func() error { p.loop.Postpone(stop); return nil })
	}
	if s.round.running == 0 {
		s.endRound()
	}
	return nil
}

// end is how the process ended, if that is what it has come to, else nil.
func (pr *process) end(stop *run.Stop, err error) (exited *target.ExitedError) {
	if err == nil && stop.Reason == run.Exited {
		return &target.ExitedError{PID: pr.proc.PID(), Status: stop.Status}
	}
	errors.As(err, &exited)
	return exited
}

// left goes on without a process that has ended before others.
func (s *Session) left(p *process, end *target.ExitedError) {
	s.warn("%v", end)
	s.leaveGroup(p)
	if p == s.first {
		s.firstEnd = end
	}
}

func (s *Session) endRound() {
	r := s.round
	s.round = round{}
	switch {
	case r.first == nil: // all but one have ended, and that one is stopped
		r.stop = &run.Stop{Reason: run.Halted}
	case r.stop == nil || r.stop.Thread != nil || !s.inGroup(r.selected):
		s.process = r.first
	default:
		s.process = r.selected
	}
	r.end(r.stop, r.err)
}

func (s *Session) inGroup(p *process) bool {
	for _, have := range s.group {
		if have == p {
			return true
		}
	}
	return false
}

// haltAll asks every process that runs to stop.
// Precondition: session goroutine.
func (s *Session) haltAll() {
	s.hurry()
	for _, p := range s.group {
		if p.runs {
			p.halted = true
			_ = p.onTracer(func() error { p.loop.Halt(); return nil })
		}
	}
}

// goOn tells how to go on after a stop that isn't the user's, or nil: when the
// process has changed its program or made another that is followed, when a call
// of ours has got somewhere, and when it runs runtime.Breakpoint, which is stopped
// at only in its caller. In a round that ends the last two wait.
func (s *Session) goOn(p *process, stop *run.Stop, err error) runLoop {
	switch {
	case err != nil:
		return nil
	case stop.Reason == run.Execed:
		s.dropCalls()
		p.execed()
		return p.loop.Continue
	case stop.Reason == run.ChildExeced:
		s.followChild(p, stop.Child)
		return p.loop.Continue
	case s.round.first != nil:
		return nil
	case s.awaiting(stop) != nil:
		return s.advance(s.awaiting(stop))
	case s.aborting.awaits(stop):
		return s.aborting.goOn(stop)
	case stop.Reason == run.Trapped && !stop.Left:
		if plan := p.outOfBreakpoint(stop); plan != nil {
			return func() (*run.Stop, error) { return p.loop.Step(plan) }
		}
	}
	return nil
}
