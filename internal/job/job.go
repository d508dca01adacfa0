// Package job has the debugger take part in the job control of the shell that
// started it. A program that it has started is in a process group of its own, so
// that ^C gets to the program alone; but for the shell both are one job.
package job

import (
	"os"
	"os/signal"
	"syscall"
	"time"
)

// ignored is how long Suspend waits to be stopped. Where no shell looks after the
// process group, the kernel does not stop it at all (setpgid(2), orphaned groups).
const ignored = 500 * time.Millisecond

// Suspend stops the process group of the caller by one of the terminal's signals
// (SIGTSTP, SIGTTIN, SIGTTOU), and returns when the shell has continued it, or when
// there is none.
func Suspend(sig syscall.Signal) {
	continued := make(chan os.Signal, 1)
	signal.Notify(continued, syscall.SIGCONT)
	defer signal.Stop(continued)
	if syscall.Kill(0, sig) != nil {
		return
	}
	timer := time.NewTimer(ignored)
	defer timer.Stop()
	select {
	case <-continued:
	case <-timer.C:
	}
}
