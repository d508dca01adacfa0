package guardian

import (
	"os"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tinydbg/tinydbg/internal/proclist"
)

// hurry makes the calling thread the first among its equals, as far as that is
// allowed.
func hurry() { prefer(0) }

// hurryAll is hurry for all threads of this process, and so for those that they make.
func hurryAll() {
	ids, _ := proclist.Tasks(os.Getpid())
	for _, id := range ids {
		prefer(id)
	}
}

// preferred is a nice value.
const preferred = -10

// prefer makes a thread the first among its equals; one that is beyond comparison
// becomes an ordinary one again.
func prefer(tid int) {
	short := unix.SchedAttr{Nice: preferred, Runtime: uint64(100 * time.Microsecond)}
	// The kernel prefers who asks for short turns (since Linux 6.12).
	if unix.SchedSetAttr(tid, &short, 0) == nil {
		return
	}
	if now, err := unix.SchedGetAttr(tid, 0); err == nil && now.Policy == unix.SCHED_NORMAL {
		short.Nice = now.Nice
		_ = unix.SchedSetAttr(tid, &short, 0)
	}
}

// beFirst gives the calling thread a processor whenever it wants one, but no more
// than a tenth of the time: whatever it does, everybody else gets on. (With a
// real-time priority, which has no such bound, Go's scheduler may spin for ever, waiting
// for threads that get no processor.) Threads that it makes are ordinary ones.
func beFirst() {
	const turn, period = 4 * time.Millisecond, 40 * time.Millisecond
	_ = unix.SchedSetAttr(0, &unix.SchedAttr{
		Policy: unix.SCHED_DEADLINE, Flags: unix.SCHED_FLAG_RESET_ON_FORK,
		// With an earlier deadline, who wakes up behind it had to wait for the next period.
		Runtime: uint64(turn), Deadline: uint64(period), Period: uint64(period),
	}, 0) // not everybody is allowed to
}

// putFirst prefers the session that this process has begun to others: where the kernel
// divides processors among sessions first (sched_autogroup_enabled, see sched(7)), nice
// values count only within one.
func putFirst() { _ = os.WriteFile("/proc/self/autogroup", []byte("-10"), 0) }
