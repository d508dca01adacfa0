package session

import (
	"os"
	"os/signal"
	"syscall"

	"github.com/tinydbg/tinydbg/internal/job"
	"github.com/tinydbg/tinydbg/internal/run"
)

// jobOwner is a process that can be the foreground job of our terminal.
type jobOwner interface {
	GiveTerminal() error
	TakeTerminal() error
	InForeground() bool
}

// lendTerminal lets a process in a group of its own read from our terminal
// while it runs. A ^C there then reaches the process and not us; stopFor makes
// a stop of it. Without a terminal there is nothing to lend.
// Precondition: session goroutine.
func (pr *process) lendTerminal() {
	if job, ok := pr.proc.(jobOwner); ok && pr.session.cfg.NewGroup {
		_ = job.GiveTerminal()
	}
}

// takeTerminal gets the terminal back.
func (pr *process) takeTerminal() {
	if job, ok := pr.proc.(jobOwner); ok && pr.session.cfg.NewGroup {
		_ = job.TakeTerminal()
	}
}

// stopFor tells which signals stop the process instead of being delivered: a
// ^C that was meant for us.
func (s *Session) stopFor(sig syscall.Signal) bool {
	return s.cfg.NewGroup && sig == syscall.SIGINT
}

// jobStopped has the debugger stop with its program, which a ^Z has got to: the
// shell is to have the terminal back, and sees one job. When the shell continues
// the debugger, the program goes on.
// Precondition: tracer.
func (pr *process) jobStopped(sig syscall.Signal) {
	s := pr.session
	if !s.cfg.NewGroup || !s.suspending.CompareAndSwap(false, true) {
		return
	}
	if sig == syscall.SIGSTOP {
		sig = syscall.SIGTSTP
	}
	go func() {
		if !pr.foregroundAgain(sig) {
			pr.takeTerminal()
			job.Suspend(sig)
		}
		_ = s.do(func() error { return pr.continueJob() })
	}()
}

// foregroundAgain tells whether the program was stopped for the terminal's sake
// while it was in the background, and no longer is: fg can follow bg so soon.
func (pr *process) foregroundAgain(sig syscall.Signal) bool {
	owner, ok := pr.proc.(jobOwner)
	return ok && (sig == syscall.SIGTTIN || sig == syscall.SIGTTOU) && owner.InForeground()
}

// continueJob lets the program's job run again. What its threads have to tell of
// their stop is taken in before: a stop that is told of later is another one.
// Precondition: session goroutine.
func (pr *process) continueJob() error {
	s := pr.session
	if s.running() {
		s.group[0].lendTerminal()
	}
	send := func() {
		s.suspending.Store(false)
		_ = syscall.Kill(-pr.proc.PID(), syscall.SIGCONT)
	}
	return pr.onTracer(func() error {
		if !pr.loop.Between(func() (*run.Stop, error) {
			if err := pr.loop.Hold(); err != nil {
				return nil, err
			}
			send()
			return pr.loop.GoOn()
		}) {
			send()
		}
		return nil
	})
}

// watchJob lends the terminal again when the shell makes a job that runs in the
// background the foreground one.
func (s *Session) watchJob() {
	continued := make(chan os.Signal, 1)
	signal.Notify(continued, syscall.SIGCONT)
	defer signal.Stop(continued)
	for {
		select {
		case <-continued:
			s.lendIfRunning()
		case <-s.quit:
			return
		}
	}
}

func (s *Session) lendIfRunning() {
	_ = s.do(func() error {
		if s.running() {
			s.group[0].lendTerminal()
		}
		return nil
	})
}
