// Package pace has long work pause between its pieces, for the sake of who
// else wants to run.
//
// A thread that does not stop by itself keeps its processor until the kernel
// looks at the clock, every 4 ms on many machines, even from threads of a higher
// priority that were not the next in turn when they woke up, and while another
// processor is idle. One that sleeps for a moment hands it over at once. That needs no
// privileges, and holds across control groups, where priorities do not.
package pace

import (
	"sync"
	"sync/atomic"
	"time"
)

const (
	// piece is how long a thread works before it rests.
	piece = 300 * time.Microsecond
	// moment is how long it rests, at least: the kernel adds some 50 us.
	moment = 10 * time.Microsecond
	// patience is how long rests may take in all: on a busy machine each lasts for
	// somebody's turn.
	patience = time.Second
)

var (
	slow  atomic.Int32 // how many have asked for it
	start = time.Now()
	// spent is how long rests took, all threads together.
	spent atomic.Int64
	// rested is when threads rested last, since start, by their ids. That some
	// share a place does no harm.
	rested [256]atomic.Int64
)

// Slow has all work of this process rest now and then, until end is called, once
// or more.
func Slow() (end func()) {
	if slow.Add(1) == 1 {
		spent.Store(0)
	}
	return sync.OnceFunc(func() { slow.Add(-1) })
}

// Rest sleeps for a moment if work is to be slow and the calling thread has not
// rested for a while. Who works for long calls it every 0.1 ms or so; it costs next to
// nothing.
func Rest() {
	if slow.Load() == 0 || spent.Load() > int64(patience) {
		return
	}
	last := &rested[uint(threadID())%uint(len(rested))]
	now := time.Since(start)
	if now-time.Duration(last.Load()) < piece {
		return
	}
	sleep(moment)
	end := time.Since(start)
	spent.Add(int64(end - now))
	last.Store(int64(end))
}
