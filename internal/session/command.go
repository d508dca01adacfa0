package session

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/run"
	"github.com/tinydbg/tinydbg/internal/step"
	"github.com/tinydbg/tinydbg/internal/target"
)

// Command resumes the process, waits for it to stop, or selects; see package
// api for the names. The end of the process is no error: the state tells.
func (s *Session) Command(ctx context.Context, cmd api.DebuggerCommand) (*api.DebuggerState, error) {
	switch cmd.Name {
	case api.Halt:
		return s.haltAndWait(ctx)
	case api.SwitchThread:
		return s.selecting(func() error { return s.switchThread(cmd.ThreadID) })
	case api.SwitchGoroutine:
		return s.selecting(func() error { return s.switchGoroutine(cmd.GoroutineID) })
	case api.Continue, api.DirectionCongruentContinue:
		return s.resume(ctx, cmd, func(step.Start) (step.Plan, error) { return nil, nil })
	case api.Rewind, api.ReverseNext, api.ReverseStep, api.ReverseStepOut,
		api.ReverseStepInstruction, api.ReverseNextInstruction:
		return nil, &target.UnsupportedError{Feature: cmd.Name, Needs: "a recording"}
	case api.Call:
		return s.call(ctx, cmd)
	case api.AbortCall:
		return s.abortCall(ctx, cmd)
	}
	plan, err := s.planOf(cmd.Name)
	if err != nil {
		return nil, err
	}
	return s.resume(ctx, cmd, plan)
}

func (s *Session) selecting(f func() error) (st *api.DebuggerState, err error) {
	err = s.whileStopped(func() error {
		if err := f(); err != nil {
			return err
		}
		st = s.state()
		return nil
	})
	return st, err
}

// planner makes a plan for where the selected goroutine is. A nil plan means
// to go on.
type planner func(step.Start) (step.Plan, error)

func (s *Session) planOf(name string) (planner, error) {
	makers := map[string]func(step.Program, step.Start) step.Plan{
		api.Next:    step.Next,
		api.Step:    step.Into,
		api.StepOut: step.Out,
		api.StepInstruction: func(p step.Program, st step.Start) step.Plan {
			return step.OneInstruction(p, st, false)
		},
		api.NextInstruction: func(p step.Program, st step.Start) step.Plan {
			return step.OneInstruction(p, st, true)
		},
	}
	maker, ok := makers[name]
	if !ok {
		return nil, fmt.Errorf("unknown command %q", name)
	}
	return func(st step.Start) (step.Plan, error) {
		if s.stepping() {
			return nil, errNextInProgress
		}
		return maker(s.program(), st), nil
	}, nil
}

var errNextInProgress = errors.New("next while nexting: a step is in progress; continue it or cancel it first")

// stepping tells whether a step is in progress in any process.
func (s *Session) stepping() bool {
	for _, p := range s.group {
		if p.loop.Stepping() != nil {
			return true
		}
	}
	return false
}

// resume lets the process run and waits for the stop.
func (s *Session) resume(ctx context.Context, cmd api.DebuggerCommand, plan planner) (*api.DebuggerState, error) {
	var o *outcome
	err := s.do(func() error {
		if err := s.checkRunnable(); err != nil {
			return err
		}
		run, err := s.prepare(cmd.Name, plan)
		if err != nil {
			return err
		}
		o = s.start(cmd, run)
		return nil
	})
	var exited *target.ExitedError
	if errors.As(err, &exited) {
		return s.stateNow()
	}
	if err != nil {
		return nil, err
	}
	return s.outcome(ctx, o)
}

// prepare works out what the loop is to do.
func (s *Session) prepare(name string, plan planner) (func() (*run.Stop, error), error) {
	if name == api.Continue || name == api.DirectionCongruentContinue {
		return s.loop.Continue, nil
	}
	st, err := s.stepStart(name)
	if err != nil {
		return nil, err
	}
	p, err := plan(st)
	if err != nil {
		return nil, err
	}
	loop := s.loop
	return func() (*run.Stop, error) { return loop.Step(p) }, nil
}

// outOfBreakpoint is a plan to leave runtime.Breakpoint, or nil.
func (pr *process) outOfBreakpoint(stop *run.Stop) step.Plan {
	pr.session.stop = stop
	if pr.arrive() != nil {
		return nil
	}
	w, err := pr.at(0)
	if err != nil {
		return nil
	}
	frames := pr.stack(w, 4)
	last := -1
	for i := range frames {
		if name := frames[i].Name; name == "runtime.breakpoint" || name == "runtime.Breakpoint" {
			last = i
		}
	}
	if last < 0 {
		return nil
	}
	st := pr.startAt(w, frames, last)
	st.Thread = w.thread.Thread
	return step.Out(pr.program(), st)
}

// stopped takes in a stop.
// Precondition: session goroutine.
func (s *Session) stopped(stop *run.Stop, err error, results *api.LoadConfig) error {
	if stop == nil {
		stop = &run.Stop{Reason: run.Halted}
	}
	s.stop = stop
	logStopped(stop, err)
	if stop.Spared > 0 {
		s.warn("hits that the process was not stopped for, because it had stood for as long as --max-pause allows: %d", stop.Spared)
	}
	if end := s.end(stop, err); end != nil {
		s.dropCalls()
		s.gone = cmp.Or(s.firstEnd, end)
		return nil
	}
	switch {
	case errors.Is(err, target.ErrDetached):
		s.gone = err
		return err
	case err != nil:
		s.dropCalls()
	}
	for _, p := range s.group {
		p.lateRuntime()
		err = errors.Join(err, p.rest())
	}
	s.boundStop()
	s.watchOver = s.watchesOver()
	s.loadReturned(results)
	if s.called != nil {
		s.returned = s.called.results
		err = errors.Join(err, s.called.err)
	}
	s.loadInfo()
	return errors.Join(err, conditionErrors(stop))
}

func conditionErrors(stop *run.Stop) error {
	var errs []error
	for _, r := range stop.Reached {
		errs = append(errs, r.Err)
	}
	return errors.Join(errs...)
}

// haltAndWait stops a running process. A stopped one is left as it is.
func (s *Session) haltAndWait(ctx context.Context) (*api.DebuggerState, error) {
	var stops chan struct{}
	err := s.do(func() error {
		if stops = s.stops; stops == nil {
			return nil
		}
		s.haltAll()
		return nil
	})
	if err != nil && !errors.Is(err, target.ErrDetached) {
		return nil, err
	}
	return s.await(ctx, stops)
}

// await waits for a run to end and returns the state.
func (s *Session) await(ctx context.Context, stops chan struct{}) (*api.DebuggerState, error) {
	if err := s.untilStop(ctx, stops); err != nil {
		return nil, err
	}
	return s.stateNow()
}

// untilStop waits for a run to end, if there is one.
func (s *Session) untilStop(ctx context.Context, stops chan struct{}) error {
	if stops == nil {
		return nil
	}
	select {
	case <-stops:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-s.quit:
		return errClosed
	}
}

// outcome waits for a run that start has begun and returns the state that it came
// to, with what failed.
func (s *Session) outcome(ctx context.Context, o *outcome) (*api.DebuggerState, error) {
	if err := s.untilStop(ctx, o.stops); err != nil {
		return nil, err
	}
	return o.state, o.err
}

// CancelNext drops the step in progress, and the abortion of a call.
func (s *Session) CancelNext(context.Context) error {
	return s.whileStopped(func() error {
		s.aborting = nil
		for _, p := range s.group {
			if err := p.onTracer(func() error { p.loop.CancelStep(); return nil }); err != nil {
				return err
			}
		}
		return nil
	})
}
