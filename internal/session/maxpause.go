package session

import (
	"fmt"
	"time"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/run"
	"github.com/tinydbg/tinydbg/internal/target"
)

// deadline bounds the stops of processes that were attached to. It belongs to
// the session goroutine.
type deadline struct {
	timer *time.Timer // of the stop in progress
	// passed: the process runs because its stop had lasted too long.
	passed bool
}

// boundStop is called when the processes have been stopped for the user.
// Precondition: session goroutine, or nobody else has the session.
func (s *Session) boundStop() {
	if s.cfg.MaxPause <= 0 || s.gone != nil || !s.first.proc.Attached() {
		return
	}
	s.unboundStop()
	var timer *time.Timer
	timer = time.AfterFunc(s.cfg.MaxPause, func() {
		_ = s.do(func() error {
			if s.deadline.timer == timer {
				s.endStop()
			}
			return nil
		})
	})
	s.deadline.timer = timer
}

// unboundStop is called when the processes are resumed.
func (s *Session) unboundStop() {
	if s.deadline.timer != nil {
		s.deadline.timer.Stop()
	}
	s.deadline = deadline{}
}

// noMoreBounds is called when the processes are about to be let go.
// Precondition: session goroutine.
func (s *Session) noMoreBounds() {
	s.unboundStop()
	s.cfg.MaxPause = 0
}

// endStop resumes the processes because their stop has lasted too long. A core
// file that is being written is given up.
// Precondition: session goroutine; stopped.
func (s *Session) endStop() {
	if s.dump != nil {
		s.dump.stop()
	}
	least := s.cfg.MaxPause // which is the session goroutine's
	s.startAll(api.DebuggerCommand{Name: api.Continue}, func(p *process) runLoop {
		return func() (*run.Stop, error) { return p.loop.Relent(least) }
	})
	s.deadline.passed = true
	s.warn("process %d was stopped for %v, the most that --max-pause allows: it runs again, and for as long breakpoints only count",
		s.proc.PID(), s.cfg.MaxPause)
}

// runningError says that the target runs, and if need be why.
func (s *Session) runningError() error {
	if !s.deadline.passed {
		return ErrRunning
	}
	return fmt.Errorf("%w (it had been stopped for %v, the most that --max-pause allows)", ErrRunning, s.cfg.MaxPause)
}

// Pauses tells how often and for how long no thread of the selected process could
// run because of the debugger.
func (s *Session) Pauses() (sum target.Pauses) {
	_ = s.do(func() error { sum = s.process.pauses(); return nil })
	return sum
}

func (pr *process) pauses() (sum target.Pauses) {
	if p, ok := pr.proc.(target.Pausing); ok {
		sum = p.Pauses()
	}
	return sum
}

// reportPauses accounts for a process that was attached to and is let go.
func (pr *process) reportPauses() {
	if pr.session.cfg.Report == nil || !pr.proc.Attached() {
		return
	}
	sum := pr.pauses()
	pr.session.cfg.Report(fmt.Sprintf("process %d was stopped %s in all, longest %s", pr.proc.PID(), milliseconds(sum.Total), milliseconds(sum.Longest)))
}

func milliseconds(d time.Duration) string {
	if d >= 10*time.Second {
		return d.Round(100 * time.Millisecond).String()
	}
	return fmt.Sprintf("%.1f ms", d.Seconds()*1000)
}
