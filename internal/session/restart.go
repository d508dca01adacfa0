package session

import (
	"context"
	"errors"
	"fmt"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/breakpoint"
	"github.com/tinydbg/tinydbg/internal/run"
	"github.com/tinydbg/tinydbg/internal/target"
)

// Restart kills the process and starts the program anew, with the breakpoints
// it had. Those whose place is gone are returned.
func (s *Session) Restart(ctx context.Context, in api.RestartIn) (discarded []api.DiscardedBreakpoint, err error) {
	if in.Rerecord || in.Position != "" {
		return nil, &target.UnsupportedError{Feature: "restarting from a position", Needs: "a recording"}
	}
	for again := true; again; {
		if err := s.stopForRestart(ctx); err != nil {
			return nil, err
		}
		err = s.do(func() error {
			if again = s.running(); again {
				return ctx.Err() // somebody has continued it meanwhile
			}
			discarded, err = s.restart(ctx, &in)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return discarded, nil
}

func (s *Session) stopForRestart(ctx context.Context) error {
	err := s.do(func() error {
		switch {
		case s.remains():
			return target.ErrCoreRun
		case s.dumping():
			return errDumping
		case s.proc.Attached():
			return errors.New("cannot restart process Delve did not create")
		}
		return nil
	})
	if err != nil {
		return err
	}
	_, err = s.haltAndWait(ctx)
	return err
}

// restart makes another process of the same program.
// Precondition: session goroutine; stopped or gone.
func (s *Session) restart(ctx context.Context, in *api.RestartIn) ([]api.DiscardedBreakpoint, error) {
	if in.Rebuild {
		if s.cfg.Build == nil {
			return nil, errors.New("the program was not built by the debugger, so it cannot be rebuilt")
		}
		if err := s.cfg.Build(ctx); err != nil {
			return nil, fmt.Errorf("rebuild: %w", err)
		}
	}
	cfg := s.cfg
	if in.ResetArgs {
		cfg.Args, cfg.Redirects = in.NewArgs, in.NewRedirects
	}
	path := s.cfg.Executable
	for _, p := range s.group[1:] {
		_ = p.release(true)
	}
	s.group = s.group[:1]
	s.process = s.group[0]
	if s.gone == nil {
		_ = s.onTracer(s.proc.Kill)
	} else {
		s.endTracer()
	}
	old := s.debuggee
	proc, file, err := s.startProgram(ctx, path, &cfg)
	if err != nil {
		s.gone = &target.ExitedError{PID: s.proc.PID()}
		return nil, fmt.Errorf("restart %s: %w", path, err)
	}
	if s.guardian != nil {
		s.guardian.Close()
		s.startGuardian(proc.PID())
	}
	s.cfg = cfg
	before := s.set.All()
	s.stop = &run.Stop{Reason: run.Halted}
	if err := s.adopt(proc, file, nil); err != nil {
		_ = proc.Do(func() { _ = proc.Kill() })
		file.Close()
		s.gone = &target.ExitedError{PID: proc.PID()}
		return nil, err
	}
	s.gone, s.first, s.firstEnd = nil, s.process, nil
	_ = old.images.Close()
	_ = old.file.Close()
	return s.restore(before), nil
}

// restore sets the breakpoints of the process before.
func (pr *process) restore(before []*breakpoint.Breakpoint) (discarded []api.DiscardedBreakpoint) {
	for _, b := range before {
		if b.ID < 0 {
			if now := pr.set.ByID(b.ID); now != nil {
				_ = pr.onTracer(func() error { return pr.set.SetDisabled(now, b.Disabled) })
			}
			continue
		}
		if err := pr.rebind(b); err != nil {
			discarded = append(discarded, api.DiscardedBreakpoint{Breakpoint: pr.apiBreakpoint(b), Reason: err.Error()})
		}
	}
	pr.session.breakpointsChanged()
	return discarded
}

// SetExecutionPoint moves the selected thread to another place in the function
// it is in.
func (s *Session) SetExecutionPoint(_ context.Context, to uint64) (st *api.DebuggerState, err error) {
	err = s.whileStopped(func() error {
		if err := s.jump(to); err != nil {
			return err
		}
		st = s.state()
		return nil
	})
	return st, err
}
