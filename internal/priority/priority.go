// Package priority lets everybody else go first while a process prepares
// something that nobody waits for.
//
// Threads of the scheduling policy SCHED_IDLE run when a processor has nothing
// else to do; who wakes up takes the processor from them at once. Other ways to be
// polite (nice, SCHED_BATCH, short turns) let who wakes up wait for the end of a
// turn. The price is that such threads may get nothing at all on a busy machine,
// with whatever they hold: somebody else must look after them ([Raise], [Ran]).
package priority

import (
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tinydbg/tinydbg/internal/proclist"
)

// Lower makes every thread of this process SCHED_IDLE that has the ordinary policy,
// and with them those that they make. ok is false, and nothing was done, when that
// could not be taken back: for that one must be allowed to (CAP_SYS_NICE, or
// RLIMIT_NICE, see sched(7)); and when no processor is free, so that those who give
// way would not be run for long.
func Lower() (raise func(), ok bool) {
	self := os.Getpid()
	if policy(self) != unix.SCHED_NORMAL || !mayRaise() || busy() {
		return nil, false
	}
	change(self, unix.SCHED_NORMAL, unix.SCHED_IDLE)
	return func() { Raise(self) }, true
}

// Raise takes back what Lower did in a process, in each of its threads.
func Raise(pid int) { change(pid, unix.SCHED_IDLE, unix.SCHED_NORMAL) }

// IsLow tells whether the main thread of a process is SCHED_IDLE.
func IsLow(pid int) bool { return policy(pid) == unix.SCHED_IDLE }

// Ran is how long the threads of a process have had a processor; ok is false where
// the kernel does not tell.
func Ran(pid int) (total time.Duration, ok bool) {
	files, _ := filepath.Glob("/proc/" + strconv.Itoa(pid) + "/task/*/schedstat")
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			continue // the thread has ended
		}
		first, _, _ := strings.Cut(string(data), " ")
		if ns, err := strconv.ParseInt(first, 10, 64); err == nil {
			total, ok = total+time.Duration(ns), true
		}
	}
	return total, ok
}

// mayRaise tells whether threads of this process may leave SCHED_IDLE again, for
// which the kernel asks what it asks of those who lower their nice value.
func mayRaise() bool {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	raw, err := unix.Getpriority(unix.PRIO_PROCESS, 0)
	if err != nil {
		return false
	}
	nice := 20 - raw // see getpriority(2), C library/kernel differences
	if nice == lowestNice || unix.Setpriority(unix.PRIO_PROCESS, 0, nice-1) != nil {
		return false
	}
	return unix.Setpriority(unix.PRIO_PROCESS, 0, nice) == nil
}

// lowestNice is the nice value of those who asked to go before all others.
const lowestNice = -20

// busy tells whether each processor has something to do, or could have: there are
// more threads that can be run than processors, this one counted, whenever one
// looks. Some of those are short-lived, such as a child that has just been started.
func busy() bool {
	for range looks {
		if n, ok := runnable(); ok && n <= runtime.NumCPU() {
			return false
		}
		time.Sleep(100 * time.Microsecond)
	}
	return true
}

// looks is how often busy looks.
const looks = 8

// runnable is how many threads of the machine can be run now, see proc_loadavg(5).
func runnable() (n int, ok bool) {
	data, _ := os.ReadFile("/proc/loadavg")
	fields := strings.Fields(string(data))
	if len(fields) < 4 {
		return 0, false
	}
	running, _, _ := strings.Cut(fields[3], "/")
	n, err := strconv.Atoi(running)
	return n, err == nil
}

// maxPasses bounds how often threads are listed anew.
const maxPasses = 20

// change gives all threads of a process that have one policy another. Threads
// inherit theirs: a list without anybody to change has none that was missed, but
// that the directory may pass over some while others end. So it takes two.
func change(pid int, from, to uint32) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if pid == os.Getpid() {
		set(0, from, to) // who changes the others first
	}
	clean := 0
	for pass := 0; pass < maxPasses && clean < 2; pass++ {
		ids, err := proclist.Tasks(pid)
		if err != nil {
			return
		}
		clean++
		for _, id := range ids {
			if set(id, from, to) {
				clean = 0
			}
		}
	}
}

// set changes the policy of a thread, 0 for the caller, if it is from.
func set(tid int, from, to uint32) bool {
	now, err := unix.SchedGetAttr(tid, 0)
	if err != nil || now.Policy != from {
		return false
	}
	return unix.SchedSetAttr(tid, &unix.SchedAttr{Policy: to, Nice: now.Nice}, 0) == nil
}

func policy(tid int) uint32 {
	attr, err := unix.SchedGetAttr(tid, 0)
	if err != nil {
		return unix.SCHED_NORMAL
	}
	return attr.Policy
}
