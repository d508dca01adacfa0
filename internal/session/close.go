package session

import (
	"context"
	"errors"
	"time"

	"github.com/tinydbg/tinydbg/internal/logflags"
	"github.com/tinydbg/tinydbg/internal/target"
)

// haltPatience is how long Detach waits for a running process to stop.
const haltPatience = 5 * time.Second

// Detach ends the session: the process is let go as if we had never been there
// or, if kill, killed. A command in progress is ended.
func (s *Session) Detach(ctx context.Context, kill bool) error {
	halting, cancel := context.WithTimeout(context.WithoutCancel(ctx), haltPatience)
	defer cancel()
	// A process that can't be stopped is let go, or killed, all the same.
	_, _ = s.haltAndWait(halting)
	err := s.do(func() error { return s.release(kill) })
	s.closing.Do(func() { close(s.quit) })
	if errors.Is(err, errClosed) {
		return nil
	}
	return err
}

// Close ends the session in the way that does no harm: a process that was
// attached to, or that was to be kept, is let go; one that we started is
// killed. It may be called any number of times.
func (s *Session) Close() error {
	kill := false
	err := s.do(func() error {
		kill = !s.proc.Attached() && !s.cfg.KeepOnDeath
		return nil
	})
	if errors.Is(err, errClosed) {
		return nil
	}
	return s.Detach(context.Background(), kill)
}

// release lets the process go.
// Precondition: session goroutine.
func (s *Session) release(kill bool) error {
	defer s.closeFiles()
	logflags.For(logflags.Debugger).Info("released", "pid", s.proc.PID(), "killed", kill)
	defer s.guardian.Close()
	if s.gone != nil {
		s.endTracer()
		return nil
	}
	s.dropCalls()
	err := s.onTracer(func() error {
		if kill {
			return s.proc.Kill()
		}
		return errors.Join(s.loop.Release(), s.proc.Detach())
	})
	s.gone = target.ErrDetached
	var exited *target.ExitedError
	if errors.As(err, &exited) {
		s.endTracer()
		return nil
	}
	if errors.Is(err, target.ErrDetached) {
		return nil
	}
	return err
}

// endTracer ends the tracer of a process that is no more, if that has not been
// done with its last event.
func (s *Session) endTracer() {
	_ = s.proc.Do(func() { _ = s.proc.Detach() })
}

func (s *Session) closeFiles() {
	if s.images != nil {
		_ = s.images.Close()
	}
	if s.file != nil {
		_ = s.file.Close()
	}
}
