package main

import (
	"fmt"
	"syscall"

	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/target"
)

// A stop is why the process stopped, in words, and which thread it is about.
type stop struct {
	thread int
	reason string
}

// resume lets all threads run until one has something to say.
// until, if not nil, decides which temporary trap hits count.
func (d *debugger) resume(until func(target.Thread, arch.Regs) bool) (s stop, err error) {
	d.terminal(jobOwner.GiveTerminal)
	defer d.terminal(jobOwner.TakeTerminal)
	if doErr := d.proc.Do(func() { s, err = d.loop(until) }); doErr != nil {
		return stop{}, doErr
	}
	return s, err
}

// jobOwner is a process that can be the foreground job of our terminal.
type jobOwner interface {
	GiveTerminal() error
	TakeTerminal() error
}

// terminal passes the terminal on to a program started here, or gets it back:
// the program may read from it, and a Ctrl-C reaches the program as a signal,
// which stops it.
func (d *debugger) terminal(pass func(jobOwner) error) {
	job, ok := d.proc.(jobOwner)
	if !ok || d.proc.Attached() {
		return
	}
	if err := pass(job); err != nil {
		d.printf("%v\n", err)
	}
}

// loop is resume on the tracer.
func (d *debugger) loop(until func(target.Thread, arch.Regs) bool) (stop, error) {
	if h, ok := d.takePending(); ok {
		return d.report(h), nil
	}
	d.halted.Store(false)
	if err := d.resumeAll(); err != nil {
		return stop{}, err
	}
	for {
		ev, err := d.proc.Wait()
		if err != nil {
			return stop{}, err
		}
		s, found, err := d.handle(ev, until)
		if err == nil && !found && d.halted.Load() {
			s, found = stop{d.current, "interrupted"}, true
		}
		if err != nil || found {
			if stopErr := d.stopAll(); err == nil {
				err = stopErr
			}
			return s, err
		}
	}
}

// takePending is the oldest hit that has not been reported and still counts.
func (d *debugger) takePending() (hit, bool) {
	for len(d.pending) > 0 {
		h := d.pending[0]
		d.pending = d.pending[1:]
		_, alive := d.proc.Thread(h.thread)
		if t := d.traps[h.at]; t != nil && !t.temporary && alive && d.at[h.thread] == h.at {
			return h, true
		}
	}
	return hit{}, false
}

// resumeAll lets every stopped thread go, those at a trap after one step
// beneath it.
func (d *debugger) resumeAll() error {
	for _, th := range d.proc.Threads() {
		if th.State() != target.Stopped {
			continue
		}
		if err := d.passTrap(th); err != nil {
			return err
		}
	}
	for _, th := range d.proc.Threads() {
		if th.State() != target.Stopped {
			continue
		}
		if err := ignoreGone(d.goOn(th)); err != nil {
			return err
		}
	}
	return nil
}

// passTrap steps a thread over the trap at which it was reported.
// Precondition: all threads stopped.
func (d *debugger) passTrap(th target.Thread) error {
	at, ok := d.at[th.ID()]
	if !ok {
		return nil
	}
	delete(d.at, th.ID())
	regs, err := th.Registers(false)
	if err != nil {
		return ignoreGone(err)
	}
	if t := d.traps[at]; t == nil || regs.PC() != at {
		return nil
	}
	_, err = d.stepOne(th)
	return ignoreGone(err)
}

func ignoreGone(err error) error {
	if err == target.ErrThreadGone {
		return nil
	}
	return err
}

// goOn resumes a thread with the oldest signal held for it. Further ones are
// sent anew, to come when that one has been delivered.
func (d *debugger) goOn(th target.Thread) error {
	held := d.held[th.ID()]
	if len(held) == 0 {
		return th.Resume(0)
	}
	d.held[th.ID()] = held[1:]
	if err := d.deliverHeld(th); err != nil {
		return err
	}
	return th.Resume(held[0])
}

// handle says whether an event is a reason to stop; if not, it has sent the
// thread on.
func (d *debugger) handle(ev target.Event, until func(target.Thread, arch.Regs) bool) (s stop, found bool, err error) {
	switch ev.Kind {
	case target.EventExited:
		s, found = d.exited(ev), true
	case target.EventWake, target.EventThreadExited, target.EventChildExec:
	case target.EventExec:
		d.forgetTraps()
		s, found = stop{ev.Thread.ID(), "runs another program; breakpoints are gone with the old one"}, true
	case target.EventSignal:
		s, found, err = d.signal(ev, until)
	case target.EventFork:
		d.printf("process %d was started, and is not followed\n", ev.Child)
		err = ev.Thread.Resume(0)
	default:
		err = ev.Thread.Resume(0)
	}
	return s, found, ignoreGone(err)
}

func (d *debugger) exited(ev target.Event) stop {
	if ev.Signal != 0 {
		d.ended = fmt.Errorf("process %d was killed by %v", d.proc.PID(), ev.Signal)
	} else {
		d.ended = fmt.Errorf("process %d has exited with status %d", d.proc.PID(), ev.Status)
	}
	return stop{0, d.ended.Error()}
}

// forgetTraps is for a process whose memory was replaced as a whole.
func (d *debugger) forgetTraps() {
	clear(d.traps)
	clear(d.at)
	clear(d.held)
	d.pending = nil
	d.symbols.forget()
}

func (d *debugger) signal(ev target.Event, until func(target.Thread, arch.Regs) bool) (stop, bool, error) {
	th := ev.Thread
	if ev.Signal == syscall.SIGINT && !d.proc.Attached() {
		return stop{th.ID(), "interrupted"}, true, nil
	}
	if ev.Signal != syscall.SIGTRAP {
		if fault(ev.Signal) {
			d.held[th.ID()] = append(d.held[th.ID()], ev.Signal)
			return stop{th.ID(), "gets " + signalName(ev.Signal) + ", delivered when it goes on"}, true, nil
		}
		return stop{}, false, th.Resume(ev.Signal)
	}
	h, cause, err := d.trapped(th)
	switch {
	case err != nil:
		return stop{}, false, err
	case h.at != 0:
		return d.arrived(th, h, until)
	case cause == target.CauseTrap:
		return stop{th.ID(), "ran a trap instruction of its own"}, true, nil
	case cause == target.CauseSent:
		return stop{}, false, th.Resume(ev.Signal)
	}
	return stop{}, false, th.Resume(0)
}

// arrived decides whether a hit stops the process.
func (d *debugger) arrived(th target.Thread, h hit, until func(target.Thread, arch.Regs) bool) (stop, bool, error) {
	if t := d.traps[h.at]; !t.temporary {
		return d.report(h), true, nil
	}
	regs, err := th.Registers(false)
	if err != nil {
		return stop{}, false, err
	}
	if until == nil || until(th, regs) {
		return stop{th.ID(), ""}, true, nil
	}
	// Somebody else's return: let it by, while the others are stopped.
	if err := d.stopAll(); err != nil {
		return stop{}, false, err
	}
	if len(d.pending) > 0 {
		h, _ := d.takePending()
		return d.report(h), true, nil
	}
	return stop{}, false, d.resumeAll()
}

func (d *debugger) report(h hit) stop {
	t := d.traps[h.at]
	t.hits++
	return stop{h.thread, fmt.Sprintf("hit breakpoint %d (%d hit%s)", t.id, t.hits, plural(t.hits))}
}

// trapped finds out why a thread has SIGTRAP. Behind a trap of ours its pc is
// put back, so that it never stands after half an instruction.
func (d *debugger) trapped(th target.Thread) (hit, target.CauseKind, error) {
	cause, err := th.Cause()
	if err != nil || cause.Kind != target.CauseTrap {
		return hit{}, cause.Kind, err
	}
	regs, err := th.Registers(false)
	if err != nil {
		return hit{}, cause.Kind, err
	}
	at := d.proc.Arch().TrapAddr(regs.PC())
	if d.traps[at] == nil {
		return hit{}, cause.Kind, nil
	}
	regs.SetPC(at)
	d.at[th.ID()] = at
	return hit{th.ID(), at}, cause.Kind, th.SetRegisters(regs)
}

func fault(sig syscall.Signal) bool {
	switch sig {
	case syscall.SIGSEGV, syscall.SIGBUS, syscall.SIGILL, syscall.SIGFPE, syscall.SIGABRT, syscall.SIGSYS:
		return true
	}
	return false
}
