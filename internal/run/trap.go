package run

import (
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/breakpoint"
	"github.com/tinydbg/tinydbg/internal/step"
	"github.com/tinydbg/tinydbg/internal/target"
)

// trapped handles a SIGTRAP. Where its cause can be seen by the place, the
// kernel need not be asked.
func (l *Loop) trapped(th *thread) (stop *Stop, passOn bool, err error) {
	regs, err := th.Registers(false)
	if err != nil {
		return nil, false, err
	}
	at := l.proc.Arch().TrapAddr(regs.PC())
	if site := l.table.OnlyTrap(at); site != nil {
		stop, err = l.reached(th, site, regs)
		return stop, false, err
	}
	cause, err := th.Cause()
	if err != nil || cause.Kind == target.CauseSent {
		return nil, true, err
	}
	stop, err = l.trap(th, regs, cause)
	return stop, false, err
}

// reached handles a thread at the trap of a site.
func (l *Loop) reached(th *thread, site *breakpoint.Site, regs arch.Regs) (*Stop, error) {
	h, err := l.backTo(th, regs, site.Addr)
	if err != nil {
		return nil, err
	}
	return l.hit(th, site, h)
}

// trap handles a SIGTRAP that the processor raised.
func (l *Loop) trap(th *thread, regs arch.Regs, cause target.Cause) (*Stop, error) {
	switch cause.Kind {
	case target.CauseStep:
		return l.stepped(th, regs)
	case target.CauseWatch:
		return l.watched(th, cause)
	}
	at := l.proc.Arch().TrapAddr(regs.PC())
	if site := l.table.At(at); site != nil {
		return l.reached(th, site, regs)
	}
	if l.table.WasRemoved(at) {
		if _, err := l.backTo(th, regs, at); err != nil {
			return nil, err
		}
		th.passed = 0
		return nil, l.sendOn(th, regs)
	}
	if c := l.callOf(th, at); c != nil {
		return l.called(th, c, regs)
	}
	if to, ok := l.table.Skipped(at); ok {
		regs.SetPC(to) // as the guard would
		if err := th.SetRegisters(regs); err != nil {
			return nil, err
		}
		return nil, l.sendOn(th, regs)
	}
	if c, in := l.table.InCopy(at); in {
		// The program's own trap instruction, in its copy.
		regs.SetPC(c.Next)
		if err := th.SetRegisters(regs); err != nil {
			return nil, err
		}
	}
	th.step = noStep
	return &Stop{Reason: Trapped, Thread: th.Thread}, nil
}

// backTo sets the thread's pc back from behind the trap to the instruction
// there, at once: whatever happens to us now, the thread is where the program
// can go on.
func (l *Loop) backTo(th *thread, regs arch.Regs, at addr.Addr) (*breakpoint.Hit, error) {
	regs.SetPC(at)
	if err := th.SetRegisters(regs); err != nil {
		return nil, err
	}
	th.passed = at
	return l.newHit(th, regs, at), nil
}

func (l *Loop) newHit(th *thread, regs arch.Regs, at addr.Addr) *breakpoint.Hit {
	return &breakpoint.Hit{Thread: th.Thread, Regs: regs, Addr: at, Ask: l.hooks.Goroutine}
}

// hit asks everybody who wants the site what to do with the thread.
func (l *Loop) hit(th *thread, site *breakpoint.Site, h *breakpoint.Hit) (*Stop, error) {
	reached := l.ranInto(th, site, h)
	act, err := l.askPlan(site, h)
	if err != nil {
		return nil, err
	}
	if len(reached) > 0 {
		if act == step.Done {
			l.CancelStep()
		} else {
			l.cancelIfMine(th.Thread)
		}
		return &Stop{Reason: BreakpointReached, Thread: th.Thread, Reached: reached}, nil
	}
	if stop := l.act(th, act); stop != nil {
		return stop, nil
	}
	if len(l.meanwhile) > 0 {
		return nil, l.doMeanwhile()
	}
	return nil, l.sendOn(th, h.Regs)
}

// doMeanwhile does what is to be done while nobody runs, if there is anything.
func (l *Loop) doMeanwhile() error {
	if len(l.meanwhile) == 0 {
		return nil
	}
	if l.held {
		l.runMeanwhile()
		return nil
	}
	if err := l.stopThreads(); err != nil {
		return err
	}
	return l.resumeAgain()
}

// ranInto is a thread's running into a site's trap. A single step has ended so,
// but for the plan's: that trap was set under the thread's feet, and the
// instruction is still to be done.
func (l *Loop) ranInto(th *thread, site *breakpoint.Site, h *breakpoint.Hit) []Reached {
	if th.step != forPlan || l.plan == nil {
		th.step = noStep
	}
	return l.askBreakpoints(site, h)
}

func (l *Loop) askBreakpoints(site *breakpoint.Site, h *breakpoint.Hit) (reached []Reached) {
	for _, o := range site.Owners() {
		b, ok := o.(*breakpoint.Breakpoint)
		if !ok {
			continue
		}
		switch stop, err := b.Check(h); {
		case stop && b.Meanwhile != nil:
			l.meanwhile = append(l.meanwhile, b.Meanwhile)
		case stop:
			reached = append(reached, Reached{b, err})
		}
	}
	return l.spare(reached)
}

func (l *Loop) askPlan(site *breakpoint.Site, h *breakpoint.Hit) (step.Action, error) {
	if l.plan == nil {
		return step.GoOn, nil
	}
	for _, o := range site.Owners() {
		if o == breakpoint.Owner(l.plan) {
			return l.plan.Hit(h)
		}
	}
	return step.GoOn, nil
}

// watched handles hardware watchpoints. The processor reports them after the
// access.
func (l *Loop) watched(th *thread, cause target.Cause) (*Stop, error) {
	stops, err := l.accesses(th, cause)
	switch {
	case err != nil:
		return nil, err
	case len(stops) > 0:
		l.pending = append(l.pending, stops[1:]...)
		return stops[0], nil
	case th.stepped != noStep:
		th.step, th.stepped = th.stepped, noStep
		regs, err := th.Registers(false)
		if err != nil {
			return nil, err
		}
		return l.stepped(th, regs)
	}
	return nil, l.goOn(th)
}

// accesses asks the watchpoints that an access of a thread's has touched: one
// instruction may touch several.
func (l *Loop) accesses(th *thread, cause target.Cause) (stops []*Stop, err error) {
	regs, err := l.behindAccess(th, cause)
	if err != nil {
		return nil, err
	}
	h := l.newHit(th, regs, regs.PC())
	for slot := range cause.Slots.All() {
		b := l.set.InSlot(slot)
		if b == nil {
			continue
		}
		stop, err := b.Check(h)
		if !stop {
			continue
		}
		if reached := l.spare([]Reached{{b, err}}); len(reached) > 0 {
			stops = append(stops, &Stop{Reason: WatchpointReached, Thread: th.Thread, Reached: reached})
		}
	}
	return stops, nil
}

// behindAccess gives the registers of a thread as the program knows them after
// an access that was reported: also where the instruction had a copy. A step that
// has made it is over.
func (l *Loop) behindAccess(th *thread, cause target.Cause) (arch.Regs, error) {
	inside, err := l.tryLeave(th)
	if err != nil {
		return nil, err
	}
	if cause.Stepped && !inside {
		th.step, th.stepped = noStep, th.step
	}
	regs, err := th.Registers(false)
	if err == nil && inside {
		c, _ := l.table.InCopy(regs.PC())
		regs.SetPC(c.Site)
	}
	return regs, err
}

// act does what the plan decided about a thread, but for resuming it.
func (l *Loop) act(th *thread, act step.Action) *Stop {
	switch act {
	case step.Done:
		return l.stepDone(th)
	case step.Instruction, step.InstructionAmongOthers:
		th.step = forPlan
	}
	return nil
}

// planStepped tells the plan that the instruction it asked for is done.
func (l *Loop) planStepped(th *thread, regs arch.Regs) (*Stop, error) {
	if l.plan == nil {
		return nil, nil
	}
	act, err := l.plan.Stepped(th.Thread, regs)
	return l.act(th, act), err
}

// stepped handles the end of a processor's single step. A displaced copy may
// have more instructions than one.
func (l *Loop) stepped(th *thread, regs arch.Regs) (*Stop, error) {
	if th.step == noStep {
		return nil, l.goOn(th)
	}
	if c, in := l.table.InCopy(regs.PC()); in {
		if !c.Done {
			return nil, th.Step(0)
		}
		regs.SetPC(c.Next)
		if err := th.SetRegisters(regs); err != nil {
			return nil, err
		}
	}
	was := th.step
	th.step = noStep
	if was == forPlan {
		if stop, err := l.planStepped(th, regs); stop != nil || err != nil {
			return stop, err
		}
	}
	if l.alone && th.step == noStep {
		l.alone = false
		return l.resumeAll()
	}
	return nil, l.sendOn(th, regs)
}
