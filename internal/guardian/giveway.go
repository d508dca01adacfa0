package guardian

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/tinydbg/tinydbg/internal/priority"
)

// attention is how long from its start on a guardian sees to it that its debugger
// gets on, if that gives way, and glance how often it looks.
const (
	attention = 4 * time.Second
	glance    = 20 * time.Millisecond
)

// GiveWay lets everybody else on the machine go before this process until the
// function that it returns is called. On a machine that is or becomes busy the
// guardian, which is to be started soon, calls it off: a debugger that gets no
// processor cannot do that itself. It does nothing where it is not allowed, see
// package priority.
func GiveWay() (end func()) {
	raise, ok := priority.Lower()
	if !ok {
		return func() {}
	}
	givesWay.Store(true)
	return sync.OnceFunc(func() {
		givesWay.Store(false)
		raise()
	})
}

// givesWay is set while this process gives way.
var givesWay atomic.Bool

// hasten gives a debugger its priority back that gave way and does not get on.
func (w *watch) hasten() {
	var low progress
	for end := time.Now().Add(attention); time.Now().Before(end); time.Sleep(glance) {
		if !priority.IsLow(w.debugger) {
			if low.known {
				return // it is over
			}
			continue
		}
		now := lookAt(w.debugger)
		if !now.known || low.known && now.slow(low) {
			break
		}
		low = now
	}
	if priority.IsLow(w.debugger) {
		priority.Raise(w.debugger)
	}
}

// progress is how long a process had had a processor at a time.
type progress struct {
	at    time.Time
	ran   time.Duration
	known bool
}

func lookAt(pid int) progress {
	ran, ok := priority.Ran(pid)
	return progress{time.Now(), ran, ok}
}

// slow tells whether less than a third of the time since before was spent on a
// processor. A process that waits for a disk is slow, too, and loses nothing by it.
func (now progress) slow(before progress) bool {
	return now.ran-before.ran < now.at.Sub(before.at)/3
}
