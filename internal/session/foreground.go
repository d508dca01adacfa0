package session

import "syscall"

// jobOwner is a process that can be the foreground job of our terminal.
type jobOwner interface {
	GiveTerminal() error
	TakeTerminal() error
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
// Precondition: session goroutine.
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
