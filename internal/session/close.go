package session

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tinydbg/tinydbg/internal/logflags"
	"github.com/tinydbg/tinydbg/internal/run"
	"github.com/tinydbg/tinydbg/internal/target"
)

// haltPatience is how long Detach waits for a running process to stop.
const haltPatience = 5 * time.Second

// Detach ends the session: the process is let go as if we had never been there
// or, if kill, killed. A command in progress is ended.
func (s *Session) Detach(ctx context.Context, kill bool) error {
	halting, cancel := context.WithTimeout(context.WithoutCancel(ctx), haltPatience)
	defer cancel()
	_ = s.do(func() error { s.noMoreBounds(); return nil })
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

// release lets every process go.
// Precondition: session goroutine.
func (s *Session) release(kill bool) error {
	if s.dump != nil {
		s.dump.stop()
	}
	var err error
	for _, p := range s.group {
		err = errors.Join(err, p.release(kill))
	}
	if s.gone == nil {
		s.gone = target.ErrDetached
	}
	return err
}

func (pr *process) release(kill bool) error {
	stuck := false
	defer func() {
		if !stuck { // else the tracer may still read them
			pr.closeFiles()
		}
	}()
	logflags.For(logflags.Debugger).Info("released", "pid", pr.proc.PID(), "killed", kill)
	if pr.session.gone != nil {
		pr.endTracer()
		pr.guardian.Close()
		return nil
	}
	pr.session.dropCalls()
	err := pr.inTime(func() error {
		if kill {
			return pr.proc.Kill()
		}
		err := pr.loop.Release()
		if err == nil && len(pr.leftCalls.Frames) > 0 { // calls that a debugger left that died may have ended
			_, err = run.Recover(pr.proc)
		}
		if pr.began && errors.Is(err, run.ErrKept) {
			// Go's runtime has found our handler when it began, and remembers it.
			err = nil
		}
		err = errors.Join(err, pr.proc.Detach())
		time.Sleep(headStart)
		return err
	})
	if stuck = errors.Is(err, errStuck); stuck {
		// When we end, the kernel lets it go.
		pr.session.warn("process %d was not let go, %v; its guardian takes out what is left when it runs again", pr.proc.PID(), err)
		return fmt.Errorf("process %d: %w", pr.proc.PID(), err)
	}
	pr.guardian.Close()
	if !kill {
		pr.reportPauses()
	}
	var exited *target.ExitedError
	if errors.As(err, &exited) {
		pr.endTracer()
		return nil
	}
	if errors.Is(err, target.ErrDetached) {
		return nil
	}
	return err
}

// releasePatience is how long the threads of a process may take to stop and to be
// let go.
const releasePatience = 10 * time.Second

// headStart is what a process that was let go has of us, who end and would take
// processors that its threads wait for.
const headStart = time.Millisecond

var errStuck = errors.New("a thread does not stop: it waits in the kernel, or is frozen by its control group")

// inTime is onTracer if that takes no longer than it may, else errStuck.
func (pr *process) inTime(f func() error) error {
	done := make(chan error, 1)
	go func() { done <- pr.onTracer(f) }()
	select {
	case err := <-done:
		return err
	case <-time.After(releasePatience):
		return errStuck
	}
}

// endTracer ends the tracer of a process that is no more, if that has not been
// done with its last event.
func (pr *process) endTracer() {
	_ = pr.proc.Do(func() { _ = pr.proc.Detach() })
}

func (pr *process) closeFiles() {
	if pr.images != nil {
		_ = pr.images.Close()
	}
	if pr.file != nil {
		_ = pr.file.Close()
	}
}
