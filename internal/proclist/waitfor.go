package proclist

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// ErrExpired is returned by WaitFor when no process came in time.
var ErrExpired = errors.New("waitfor duration expired")

// safetyInterval is how often the list is read while the kernel reports new
// programs; it may drop reports when there are too many.
const safetyInterval = 250 * time.Millisecond

// WaitFor waits for a process whose command line (arguments joined by spaces)
// or program's base name begins with prefix, and returns it. One that runs
// already counts. It looks every interval (1 ms when 0), or, with the
// privilege for it, when the kernel reports the start of a program. duration 0
// means for ever; after that the error is ErrExpired.
func WaitFor(ctx context.Context, prefix string, interval, duration time.Duration) (Proc, error) {
	if interval <= 0 {
		interval = time.Millisecond
	}
	var expired <-chan time.Time
	if duration > 0 {
		timer := time.NewTimer(duration)
		defer timer.Stop()
		expired = timer.C
	}
	started, stop := execs()
	defer stop()
	if started != nil {
		interval = max(interval, safetyInterval)
	}
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for candidates := pids(); ; {
		for _, pid := range candidates {
			if matches(pid, prefix) {
				if p, err := Read(pid); err == nil {
					return p, nil
				}
			}
		}
		select {
		case pid := <-started:
			candidates = []int{pid}
		case <-tick.C:
			// Every process is looked at each time: one that was seen
			// between its fork and its exec has another name now.
			candidates = pids()
		case <-expired:
			return Proc{}, ErrExpired
		case <-ctx.Done():
			return Proc{}, ctx.Err()
		}
	}
}

func matches(pid int, prefix string) bool {
	if pid == os.Getpid() {
		return false
	}
	dir := procDir(pid)
	args := cmdLine(dir)
	if len(args) == 0 {
		return false // a kernel thread or a zombie
	}
	// The executable's name differs from the first argument's for a symbolic
	// link, or where the program changed its arguments.
	return strings.HasPrefix(strings.Join(args, " "), prefix) ||
		strings.HasPrefix(filepath.Base(args[0]), prefix) ||
		strings.HasPrefix(Proc{Exe: exe(dir), CmdLine: args}.Base(), prefix)
}
