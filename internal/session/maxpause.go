package session

import (
	"fmt"
	"sync"
	"time"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/run"
	"github.com/tinydbg/tinydbg/internal/target"
	"github.com/tinydbg/tinydbg/internal/target/pagecache"
)

// deadline bounds the stops of processes that were attached to. It belongs to
// the session goroutine.
type deadline struct {
	bound *bound // of the stop in progress
	// passed: the process runs because its stop had lasted too long.
	passed bool
}

// bound is how long one stop may last.
type bound struct {
	timer *time.Timer
	mu    sync.Mutex
	over  bool               // the stop has ended
	mems  []*pagecache.Cache // those of the processes
}

// boundStop is called when the processes have been stopped for the user.
// Precondition: session goroutine, or nobody else has the session.
func (s *Session) boundStop() {
	if s.cfg.MaxPause <= 0 || s.gone != nil || !s.first.proc.Attached() {
		return
	}
	s.unboundStop()
	b := &bound{}
	for _, p := range s.group {
		b.mems = append(b.mems, p.mem)
	}
	why := fmt.Errorf("given up: the process has been stopped for %v, the most that --max-pause allows", s.cfg.MaxPause)
	b.timer = time.AfterFunc(s.cfg.MaxPause, func() {
		b.refuse(why) // or the session goroutine might not be free for long
		_ = s.do(func() error {
			if s.deadline.bound == b {
				s.endStop()
			}
			return nil
		})
	})
	s.deadline.bound = b
}

// refuse ends what is being read of the processes while they stand.
func (b *bound) refuse(why error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.over {
		return
	}
	for _, m := range b.mems {
		m.Refuse(why)
	}
}

// end is called when the processes are resumed.
func (b *bound) end() {
	b.timer.Stop()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.over = true
	for _, m := range b.mems {
		m.Refuse(nil)
	}
}

// unboundStop is called when the processes are resumed.
func (s *Session) unboundStop() {
	if s.deadline.bound != nil {
		s.deadline.bound.end()
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
	s.unboundStop()
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
