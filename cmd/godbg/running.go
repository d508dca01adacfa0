package main

import (
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/target"
)

func continueCommand(d *debugger, args []string) error {
	if _, err := d.thread(); err != nil {
		return err
	}
	s, err := d.resume(nil)
	return d.stopped(s, err)
}

// stopped tells the user about a stop.
func (d *debugger) stopped(s stop, err error) error {
	d.next = 0
	if err != nil {
		return err
	}
	if d.ended != nil {
		d.printf("%v\n", d.ended)
		return nil
	}
	if s.thread != 0 {
		d.current = s.thread
	}
	if s.reason != "" {
		d.printf("thread %d %s\n", d.current, s.reason)
	}
	d.where()
	return nil
}

func stepCommand(d *debugger, args []string) error {
	th, err := d.thread()
	if err != nil {
		return err
	}
	if regs, err := d.registers(false); err == nil && regs.InCall() {
		d.printf("thread %d is in a system call, which has to end first; the other threads stand still, so it may wait for ever: Ctrl-C gives up\n", th.ID())
	}
	d.halted.Store(false)
	var s stop
	d.terminal(jobOwner.GiveTerminal)
	defer d.terminal(jobOwner.TakeTerminal)
	doErr := d.proc.Do(func() { s, err = d.stepThread(th) })
	if doErr != nil {
		return doErr
	}
	return d.stopped(s, err)
}

// stepThread steps and marks a trap that the thread now stands at as met, so
// that continuing goes beneath it. Precondition: tracer.
func (d *debugger) stepThread(th target.Thread) (stop, error) {
	reason, err := d.stepOne(th)
	if err != nil || d.ended != nil || th.State() != target.Stopped {
		return stop{0, reason}, err
	}
	regs, err := th.Registers(false)
	if err != nil {
		return stop{}, err
	}
	if reason == "" && d.halted.Load() && regs.InCall() {
		reason = inCall // the trap at the end of the step came first
	}
	s := stop{th.ID(), reason}
	if t := d.traps[regs.PC()]; t != nil && !t.temporary && reason == "" {
		d.at[th.ID()] = t.at
		s = d.report(hit{th.ID(), t.at})
	}
	return s, nil
}

func nextCommand(d *debugger, args []string) error {
	th, err := d.thread()
	if err != nil {
		return err
	}
	regs, err := d.registers(false)
	if err != nil {
		return err
	}
	list, err := d.instructions(regs.PC(), 1)
	if err != nil || list[0].Kind != arch.InstCall {
		return stepCommand(d, nil)
	}
	back := regs.PC() + addr.Addr(len(list[0].Bytes))
	fresh := d.traps[back] == nil
	t, err := d.arm(back)
	if err != nil {
		return err
	}
	t.temporary = fresh
	d.at[th.ID()] = regs.PC() // a trap here was met already
	// Only this thread's return from this very call counts, not a recursive one's.
	s, err := d.resume(func(other target.Thread, r arch.Regs) bool {
		return other.ID() == th.ID() && r.SP() >= regs.SP()
	})
	if fresh && d.traps[back] == t {
		if e := d.disarm(t); err == nil && d.ended == nil {
			err = e
		}
		for id, at := range d.at {
			if at == back {
				delete(d.at, id)
			}
		}
	}
	return d.stopped(s, err)
}
