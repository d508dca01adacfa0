//go:build linux && amd64

package native

import (
	"errors"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tinydbg/tinydbg/internal/target"
)

// spinTime is how long Wait polls before it blocks. To be woken by the kernel
// costs some 50 us on a virtual machine with several CPUs, a poll well under
// one (BenchmarkTrapRoundTrip).
const spinTime = 80 * time.Microsecond

// calmTime is how long a report has to take for the next not to be polled for. It
// is much longer than spinTime because to be woken takes a part of it, on a busy
// machine a large one.
const calmTime = 500 * time.Microsecond

// askedTime is how long Wait polls for the answer to an interrupt: the thread may
// wait for the very processor that we poll on.
const askedTime = 10 * time.Microsecond

// shortNap is how long Wait sleeps between looks for such an answer when it may
// not block; the kernel adds some 50 us.
const shortNap = 20 * time.Microsecond

// Wait returns the next event. See target.Process. Neither a flood of events
// nor one of requests can starve the other: they take turns.
// Precondition: tracer.
func (p *Process) Wait() (target.Event, error) {
	if !p.woke && p.tracer.takePending() {
		p.woke = true
		return target.Event{Kind: target.EventWake}, nil
	}
	p.woke = false
	for {
		if ev, ok, err := p.Poll(); ok || err != nil {
			return ev, err
		}
		if p.tracer.takePending() {
			p.woke = true
			return target.Event{Kind: target.EventWake}, nil
		}
		p.pause()
	}
}

// Poll returns the next event that is there now. It runs no functions passed
// to Do: they wait for Wait, or for the end of the function that polls.
// Precondition: tracer.
func (p *Process) Poll() (target.Event, bool, error) {
	for {
		if len(p.queue) > 0 {
			return p.pop(), true, nil
		}
		if err := p.Ended(); err != nil {
			return target.Event{}, false, err
		}
		if !p.sweep() && !p.collect(unix.WNOHANG) {
			return target.Event{}, false, nil
		}
	}
}

func (p *Process) pop() target.Event {
	ev := p.queue[0]
	p.queue = p.queue[1:]
	if t, ok := ev.Thread.(*Thread); ok {
		t.unread = false
	}
	if ev.Kind == target.EventExited {
		p.tracer.end(p.Ended())
	}
	return ev
}

// collect takes one report of the kernel, if there is one, and handles it.
// Precondition: tracer.
func (p *Process) collect(flags int) bool { return p.collectBy(flags, p.handle) }

func (p *Process) collectBy(flags int, handle func(tid int, s status)) bool {
	p.takeKept()
	if len(p.kept) > 0 {
		return p.collectBeside(handle)
	}
	tid, s, err := peekAny(flags)
	if errors.Is(err, unix.ECHILD) {
		// The last thread is gone and the main one, not traced because it
		// ended before we came, will never report. All threads of a process
		// end with the same code.
		p.exited(p.lastCode)
		return true
	}
	return err == nil && tid != 0 && p.take(tid, s, handle)
}

// take handles a report that was seen, and leaves it with the kernel if that is
// better.
func (p *Process) take(tid int, s status, handle func(tid int, s status)) bool {
	if !p.keep(tid, s) {
		var err error
		if tid, s, err = wait4(tid, unix.WNOHANG); err != nil || tid == 0 { // what it says now counts
			return false
		}
	}
	handle(tid, s)
	return true
}

// sweep is where a search for the answers to interrupts has got to.
type sweep struct {
	// asked counts the interrupts that may not have been answered.
	asked int
	next  int // index in Process.list
}

// manyAsked is from how many interrupts on their answers are looked for thread
// by thread. The kernel finds the report of one thread at once, but to find
// anyone's it goes through all.
const manyAsked = 32

// sweep handles the next report of a thread that was asked to stop, when many
// were. It tells whether it found one.
// Precondition: tracer.
func (p *Process) sweep() bool {
	w := &p.sweeping
	if w.asked < manyAsked {
		return false
	}
	p.takeKept()
	for list := p.list(); w.next < len(list); {
		t := list[w.next]
		w.next++
		if !t.asked || t.State() != target.Running {
			continue
		}
		if s, ok := peekOne(t.id); ok && p.take(t.id, s, p.handle) {
			return true
		}
	}
	w.next, w.asked = 0, 0
	for _, t := range p.list() {
		if t.asked {
			w.asked++
		}
	}
	return false
}

// pause returns when there may be something to do. It polls for a while if a
// thread is running, unless that was in vain the last time, and then blocks: what
// polls has a processor that the program could use.
// Precondition: tracer.
func (p *Process) pause() {
	mayBlock, asked := len(p.kept) == 0 && !p.mainAsked(), p.anyAsked()
	spin := spinTime
	if asked && len(p.kept) == 0 {
		spin = askedTime
	}
	if p.anyRunning() && !(p.tracer.calm && mayBlock) {
		for deadline := time.Now().Add(spin); time.Now().Before(deadline); {
			if p.tracer.waiting.Load() > 0 || p.collect(unix.WNOHANG) {
				return
			}
		}
	}
	if !mayBlock { // the main thread's end is not told; of those kept the reports would be found
		if asked {
			nap(shortNap)
		} else {
			nap(time.Millisecond)
		}
		p.missMain()
		return
	}
	p.tracer.blocked.Store(true)
	// Who offers a job after this looks at blocked, and wakes us up.
	if p.tracer.waiting.Load() == 0 {
		began := time.Now()
		p.collect(0)
		p.tracer.calm = time.Since(began) > calmTime
	}
	p.tracer.blocked.Store(false)
}

// anyAsked tells whether a thread that runs is about to answer an interrupt.
func (p *Process) anyAsked() bool {
	if p.sweeping.asked == 0 {
		return false
	}
	for _, t := range p.list() {
		if t.asked && t.State() == target.Running {
			return true
		}
	}
	p.sweeping = sweep{}
	return false
}

// nap sleeps on the tracer's thread, shortly.
func nap(d time.Duration) {
	t := unix.NsecToTimespec(int64(d))
	unix.Nanosleep(&t, nil)
}

func (p *Process) anyRunning() bool {
	for _, t := range p.threads {
		if t.State() == target.Running {
			return true
		}
	}
	return len(p.coming) > 0
}

// settle handles reports until done holds or the process has ended, and tells
// whether that came within the limit. Events stay in the queue.
// Precondition: tracer.
func (p *Process) settle(limit time.Duration, done func() bool) bool {
	return p.settleBy(limit, done, p.handle)
}

func (p *Process) settleBy(limit time.Duration, done func() bool, handle func(tid int, s status)) bool {
	start := time.Now()
	rest := 20 * time.Microsecond
	for {
		for p.Ended() == nil && p.collectBy(unix.WNOHANG, handle) {
			// done may look at every thread: not after each of them
		}
		if p.Ended() != nil || done() {
			return true
		}
		waited := time.Since(start)
		if waited > limit {
			return false
		}
		if waited > 4*spinTime {
			p.missMain()
			nap(rest)
			rest = min(2*rest, 2*time.Millisecond)
		}
	}
}

func (p *Process) allStopped() bool { return !p.anyRunning() }
