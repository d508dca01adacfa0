package session

import (
	"github.com/tinydbg/tinydbg/internal/run"
	"github.com/tinydbg/tinydbg/internal/target"
	"github.com/tinydbg/tinydbg/internal/target/core"
)

// OpenCore opens the core file at corePath of a process that ran the program at
// path. The session is one of a process that stands still for ever: what looks
// at it works, and what would run or change it is an error.
func OpenCore(path, corePath string, cfg Config) (*Session, error) {
	cfg.Executable = path
	s := newSession(cfg)
	file, err := s.openSymbols(path)
	if err != nil {
		return nil, err
	}
	proc, err := core.Open(corePath, path)
	if err != nil {
		file.Close()
		return nil, err
	}
	if err := proc.Damage(); err != nil {
		s.warn("%v", err)
	}
	return s.open(proc, file, s.adopt(proc, file, nil))
}

// atTheEnd is how a session of a core file begins: with the thread that the end
// was about.
func (pr *process) atTheEnd(proc target.Remains) {
	t, sig := proc.Stop()
	pr.session.stop, pr.resumed = &run.Stop{Reason: run.Signalled, Thread: t, Signal: sig}, true
	if sig == 0 {
		pr.session.stop.Reason = run.Halted
	}
}

// remains tells whether there is no process, but a core file.
func (pr *process) remains() bool {
	_, ok := pr.proc.(target.Remains)
	return ok
}

// checkRunnable is nil when the process can be set running.
// Precondition: session goroutine.
func (s *Session) checkRunnable() error {
	if err := s.checkStopped(); err != nil {
		return err
	}
	if s.remains() {
		return target.ErrCoreRun
	}
	if s.dumping() {
		return errDumping
	}
	return nil
}

// backend is the api's word for how the process is debugged.
func (s *Session) backend() string {
	if s.remains() {
		return "core"
	}
	return "native"
}
