package main

import (
	"syscall"

	"github.com/tinydbg/tinydbg/internal/target"
)

// stopAll stops every thread. What else happens meanwhile is kept: hits for
// the next continue, signals for when their thread goes on.
// Precondition: tracer.
func (d *debugger) stopAll() error {
	if d.ended != nil {
		return nil
	}
	asked := map[int]bool{}
	for {
		running := 0
		for _, th := range d.proc.Threads() {
			if th.State() != target.Running {
				continue
			}
			running++
			if asked[th.ID()] {
				continue
			}
			asked[th.ID()] = true
			if err := ignoreGone(th.Interrupt()); err != nil {
				return err
			}
		}
		if running == 0 && len(d.proc.Threads()) > 0 {
			return nil
		}
		ev, err := d.proc.Wait()
		if err != nil {
			return err
		}
		if err := d.keep(ev); err != nil || d.ended != nil {
			return err
		}
	}
}

// keep remembers an event that came while everybody was being stopped.
func (d *debugger) keep(ev target.Event) error {
	switch ev.Kind {
	case target.EventExited:
		d.exited(ev)
	case target.EventExec:
		d.forgetTraps()
	case target.EventSignal:
		return ignoreGone(d.keepSignal(ev))
	}
	return nil
}

func (d *debugger) keepSignal(ev target.Event) error {
	id := ev.Thread.ID()
	if ev.Signal != syscall.SIGTRAP {
		d.held[id] = append(d.held[id], ev.Signal)
		return nil
	}
	h, cause, err := d.trapped(ev.Thread)
	switch {
	case err != nil:
		return err
	case h.at != 0 && !d.traps[h.at].temporary:
		d.pending = append(d.pending, h)
	case h.at == 0 && (cause == target.CauseSent || cause == target.CauseTrap):
		d.held[id] = append(d.held[id], syscall.SIGTRAP)
	}
	return nil
}

// stepOne runs one instruction of one thread while all others stand still: the
// very next one, whatever signals arrive. It tells how the step ended.
// Precondition: tracer; all threads stopped.
func (d *debugger) stepOne(th target.Thread) (reason string, err error) {
	regs, err := th.Registers(false)
	if err != nil {
		return "", err
	}
	pc := regs.PC()
	if t := d.traps[pc]; t != nil {
		if _, err := d.proc.WriteMemory(pc, t.original); err != nil {
			return "", err
		}
		defer func() {
			if d.traps[pc] != t || d.ended != nil {
				return
			}
			if _, e := d.proc.WriteMemory(pc, d.proc.Arch().Trap()); err == nil {
				err = e
			}
		}()
	}
	delete(d.at, th.ID())
	if err := th.Step(0); err != nil {
		return "", err
	}
	return d.awaitStep(th)
}

// inCall is how a step ends that the user has given up.
const inCall = "interrupted in the middle of a system call"

func (d *debugger) awaitStep(th target.Thread) (string, error) {
	asked := false
	for {
		ev, err := d.proc.Wait()
		if err != nil {
			return "", err
		}
		if ev.Kind == target.EventWake {
			if d.halted.Load() && !asked && th.State() == target.Running {
				asked = true
				if err := ignoreGone(th.Interrupt()); err != nil {
					return "", err
				}
			}
			continue
		}
		if ev.Kind == target.EventExited {
			return d.exited(ev).reason, nil
		}
		if ev.Thread.ID() != th.ID() {
			if err := d.keep(ev); err != nil {
				return "", err
			}
			continue
		}
		done, reason, err := d.stepEvent(th, ev)
		if done || err != nil {
			return reason, err
		}
	}
}

// stepEvent handles an event of the thread that steps.
func (d *debugger) stepEvent(th target.Thread, ev target.Event) (done bool, reason string, err error) {
	switch ev.Kind {
	case target.EventThreadExited:
		return true, "has ended", nil
	case target.EventExec:
		d.forgetTraps()
		return true, "runs another program; breakpoints are gone with the old one", nil
	case target.EventInterrupted:
		if d.halted.Load() {
			return true, inCall, nil
		}
		return false, "", th.Step(0)
	case target.EventSignal:
		if ev.Signal == syscall.SIGTRAP {
			return true, "", nil
		}
		d.held[th.ID()] = append(d.held[th.ID()], ev.Signal)
		if fault(ev.Signal) {
			return true, "gets " + signalName(ev.Signal) + ", delivered when it goes on", nil
		}
	}
	return false, "", th.Step(0)
}
