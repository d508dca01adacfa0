//go:build linux && amd64

package native

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// tracer is one OS thread for life. Linux takes ptrace requests for a tracee
// only from the thread that attached to it, and reports to that thread only
// (WNOTHREAD), so that several tracers do not disturb each other.
type tracer struct {
	tid  int
	jobs chan *job
	// waiting counts the jobs that were offered and not yet taken.
	waiting atomic.Int32
	// blocked is set while the thread sits in wait4, or is about to.
	blocked atomic.Bool
	// calm: the last report came after a time for which polling is in vain.
	calm bool // the tracer's own
	// ended is closed when no more jobs are taken; why says the reason.
	ended chan struct{}
	why   atomic.Pointer[error]
}

type job struct {
	f      func()
	done   chan struct{}
	failed error
}

var errTracerEnded = errors.New("the tracer has ended")

func startTracer() (*tracer, error) {
	if err := prepareWake(); err != nil {
		return nil, err
	}
	t := &tracer{jobs: make(chan *job), ended: make(chan struct{})}
	ready := make(chan struct{})
	go t.start(ready)
	<-ready
	return t, nil
}

func (t *tracer) start(ready chan struct{}) {
	runtime.LockOSThread()
	if unix.Gettid() == os.Getpid() {
		// The first thread of a process cannot end, and the end of the thread
		// is what releases tracees in the last resort. While it is locked
		// here, the new goroutine gets another one.
		elsewhere := make(chan struct{})
		go func() {
			runtime.LockOSThread()
			t.run(ready, elsewhere)
		}()
		<-elsewhere
		runtime.UnlockOSThread()
		return
	}
	t.run(ready, nil)
}

// run ends with its goroutine still locked, which ends the thread too.
func (t *tracer) run(ready, elsewhere chan struct{}) {
	if elsewhere != nil {
		close(elsewhere)
	}
	t.tid = unix.Gettid()
	close(ready)
	defer t.end(errTracerEnded)
	for t.why.Load() == nil {
		t.take(<-t.jobs)
	}
}

// end makes every later job fail with why. The first reason counts.
// Precondition: tracer.
func (t *tracer) end(why error) {
	t.why.CompareAndSwap(nil, &why)
	if why == errTracerEnded {
		close(t.ended)
	}
}

// do runs f on the tracer's thread. A panic in f comes out of do, not out of
// the tracer: its thread's end would set every tracee free, traps and all.
func (t *tracer) do(f func()) error {
	j := &job{f: f, done: make(chan struct{})}
	if err := t.offer(j); err != nil {
		return err
	}
	<-j.done
	var p *jobPanic
	if errors.As(j.failed, &p) {
		panic(p.Error())
	}
	return j.failed
}

// offer returns when the job is taken. The wake-up is repeated until then: one
// that comes between the tracer's last look and its wait4 is lost.
func (t *tracer) offer(j *job) error {
	t.waiting.Add(1)
	for pause := 100 * time.Microsecond; ; pause = min(2*pause, time.Millisecond) {
		if t.blocked.Load() {
			wake(t.tid)
		}
		timer := time.NewTimer(pause)
		select {
		case t.jobs <- j:
			timer.Stop()
			return nil
		case <-t.ended:
			timer.Stop()
			t.waiting.Add(-1)
			return *t.why.Load()
		case <-timer.C:
		}
	}
}

// takePending runs the jobs that are offered now.
// Precondition: tracer.
func (t *tracer) takePending() bool {
	n := t.waiting.Load()
	for range n {
		t.take(<-t.jobs)
	}
	return n > 0
}

func (t *tracer) take(j *job) {
	t.waiting.Add(-1)
	t.calm = false
	returned := false
	defer func() {
		if !returned {
			j.failed = errTracerEnded // runtime.Goexit, unless it was a panic
			if v := recover(); v != nil {
				j.failed = &jobPanic{v, debug.Stack()}
			}
		}
		close(j.done)
	}()
	j.f()
	returned = true
}

// here tells whether the caller runs on the tracer's thread.
func (t *tracer) here() bool { return unix.Gettid() == t.tid }

// gone waits until the kernel has taken the thread away, and with it every
// tie to a tracee.
func (t *tracer) gone() {
	<-t.ended
	path := "/proc/self/task/" + strconv.Itoa(t.tid)
	for deadline := time.Now().Add(time.Second); time.Now().Before(deadline); time.Sleep(100 * time.Microsecond) {
		if _, err := os.Stat(path); err != nil {
			return
		}
	}
}

type jobPanic struct {
	value any
	stack []byte
}

func (p *jobPanic) Error() string { return fmt.Sprintf("%v\n\n%s", p.value, p.stack) }
