package run

import (
	"errors"
	"fmt"
	"syscall"
	"time"

	"github.com/tinydbg/tinydbg/internal/target"
)

// Release makes the process as it would be without us: no trap, no watchpoint,
// no scratch memory, no thread in a copy, no signal kept back. It goes on after
// an error; what it returns joins them all.
// Precondition: every thread stopped.
func (l *Loop) Release() error {
	l.CancelStep()
	l.pending = nil
	errs := []error{l.StopAll(), l.table.RemoveAll(), l.releaseCalls()}
	if w, ok := l.proc.(target.Watcher); ok {
		for _, b := range l.set.All() {
			if b.Watch && !b.Disabled {
				errs = append(errs, w.ClearWatch(b.Slot))
			}
		}
	}
	err := l.unguard()
	if err == nil { // else the handler may still be run
		err = l.unmap()
	}
	errs = append(errs, err)
	l.sendHeld()
	return errors.Join(errs...)
}

// callPatience is how long injected calls are waited for before the process is
// let go.
const callPatience = 2 * time.Second

func (l *Loop) releaseCalls() error {
	if len(l.calls) == 0 {
		return nil
	}
	l.halt = false
	timer := time.AfterFunc(callPatience, func() { _ = l.proc.Do(l.Halt) })
	defer timer.Stop()
	left, err := l.EndCalls()
	switch {
	case err != nil || left == 0:
		return err
	case l.table.Skips():
		return fmt.Errorf("%d injected calls have not ended: they go on, and end without the debugger (call -abort ends one)", left)
	default:
		return fmt.Errorf("%d injected calls have not ended: when they do, the program will get SIGTRAP; call -abort ends one", left)
	}
}

func (l *Loop) unmap() error {
	mapper, ok := l.proc.(target.Mapper)
	ths := l.stopped()
	if !ok || len(ths) == 0 {
		return nil
	}
	var errs []error
	bases, sizes := l.table.DropScratch()
	for i := range bases {
		errs = append(errs, mapper.Unmap(ths[0].Thread, bases[i], sizes[i]))
	}
	return errors.Join(errs...)
}

// sendHeld sends the signals that were kept back anew. The one that a thread
// is stopped for the backend delivers itself.
func (l *Loop) sendHeld() {
	for _, th := range l.stopped() {
		for i, sig := range th.held {
			if i < len(th.held)-1 || !th.atSignal {
				_ = syscall.Tgkill(l.proc.PID(), th.ID(), sig)
			}
		}
		th.held, th.atSignal = nil, false
	}
}
