package run

import (
	"errors"
	"slices"
	"syscall"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/breakpoint"
	"github.com/tinydbg/tinydbg/internal/target"
)

// resumeAll sends every stopped thread on, or only the one that is stepped
// alone. What was left over from the last stop comes first, and may be a
// reason not to resume at all.
func (l *Loop) resumeAll() (*Stop, error) {
	if err := l.goOnAbandoned(); err != nil {
		return nil, err
	}
	for _, th := range l.stopped() {
		if l.only != nil && l.only != th {
			continue
		}
		stop, err := l.leftOver(th)
		if stop != nil || err != nil && err != target.ErrThreadGone {
			return stop, err
		}
	}
	for _, th := range l.stopped() {
		if l.waits(th) || th.State() != target.Stopped {
			// Passing over a trap without a copy may have resumed it already.
			continue
		}
		if err := l.sendOn(th, nil); err != nil && err != target.ErrThreadGone {
			return nil, err
		}
	}
	return nil, nil
}

func (l *Loop) stopped() (ths []*thread) {
	for _, t := range l.proc.Threads() {
		if t.State() == target.Stopped {
			ths = append(ths, l.of(t))
		}
	}
	return ths
}

// leftOver does what was put off because everybody was being stopped: asking
// the plan about a hit or about an instruction that was done.
func (l *Loop) leftOver(th *thread) (*Stop, error) {
	if th.called {
		return l.calledBefore(th)
	}
	if !th.askPlan && th.stepped != forPlan {
		th.stepped = noStep
		return nil, nil
	}
	regs, err := th.Registers(false)
	if err != nil {
		return nil, err
	}
	if th.stepped == forPlan {
		th.stepped = noStep
		return l.planStepped(th, regs)
	}
	th.askPlan = false
	site := l.table.At(th.passed)
	if site == nil {
		return nil, nil
	}
	act, err := l.askPlan(site, l.newHit(th, regs, site.Addr))
	return l.act(th, act), err
}

// sendOn resumes one thread, over the trap it has been asked about. regs is
// what it has now, if that is known.
func (l *Loop) sendOn(th *thread, regs arch.Regs) error {
	switch held := len(th.held); {
	case th.atSignal && fault(th.held[held-1]):
		return l.sendFault(th)
	case th.step == noStep && held > 0:
		return l.sendSignal(th)
	}
	th.atSignal = false
	if th.step != noStep {
		return l.stepOne(th, regs)
	}
	site := l.passing(th)
	if site == nil {
		return th.Resume(0)
	}
	at, ok := l.table.Copy(site)
	if !ok {
		return l.passLifted(th, site)
	}
	th.passed = 0
	if err := l.jump(th, regs, at); err != nil {
		return err
	}
	return th.Resume(0)
}

// sendFault resumes a thread with the signal of the instruction that it stands at, also
// where that is to be stepped or passed: it would only fault once more.
func (l *Loop) sendFault(th *thread) error {
	th.passed = 0
	return l.resumeWith(th, l.takeHeld(th))
}

// sendSignal resumes a thread with a signal that was kept back. The program must not
// see a pc in a copy: pass first, deliver then.
func (l *Loop) sendSignal(th *thread) error {
	inside, err := l.tryLeave(th)
	if err != nil {
		return err
	}
	if !inside && l.passing(th) == nil {
		return th.Resume(l.takeHeld(th))
	}
	th.atSignal, th.step = false, forSignal
	if inside {
		return th.Step(0)
	}
	return l.stepOne(th, nil)
}

// passing is the site that th is to pass over, or nil.
func (l *Loop) passing(th *thread) *breakpoint.Site {
	if th.passed == 0 {
		return nil
	}
	site := l.table.At(th.passed)
	if site == nil {
		th.passed = 0
	}
	return site
}

func (l *Loop) jump(th *thread, regs arch.Regs, to addr.Addr) error {
	if regs == nil {
		var err error
		if regs, err = th.Registers(false); err != nil {
			return err
		}
	}
	regs.SetPC(to)
	return th.SetRegisters(regs)
}

// stepOne makes a thread do one instruction of the program, for th.step.
func (l *Loop) stepOne(th *thread, regs arch.Regs) error {
	site := l.passing(th)
	if site == nil {
		return th.Step(0)
	}
	at, ok := l.table.Copy(site)
	if !ok {
		return l.stepLifted(th, site)
	}
	th.passed = 0
	if err := l.jump(th, regs, at); err != nil {
		return err
	}
	return th.Step(0)
}

func (l *Loop) takeHeld(th *thread) syscall.Signal {
	if len(th.held) == 0 {
		return 0
	}
	now := 0
	if th.atSignal {
		now = len(th.held) - 1 // what is said of a fault goes with it
	}
	sig := th.held[now]
	// One signal goes with one resume; the rest are sent anew.
	for _, more := range slices.Delete(th.held, now, now+1) {
		_ = syscall.Tgkill(l.proc.PID(), th.ID(), more)
	}
	th.held, th.atSignal = nil, false
	return sig
}

// mapScratch gives armed sites that have no room for a displaced copy some,
// where that is possible.
// Precondition: a thread is stopped.
func (l *Loop) mapScratch() {
	for _, a := range l.table.Addrs() {
		l.room(a)
	}
}

// MapScratch maps room for displaced copies of instructions near a.
// Precondition: a thread is stopped.
func (l *Loop) MapScratch(mapper target.Mapper, a addr.Addr) {
	for _, t := range l.proc.Threads() {
		if t.State() != target.Stopped {
			continue
		}
		base, err := mapper.MapNear(t, a, breakpoint.ScratchSize)
		if err != nil {
			l.noRoom(a, err)
			return
		}
		l.addScratch(t, base)
		return
	}
}

// noRoom notes that there is none near a, so that it is not tried for every
// breakpoint; a process that is frozen may not always be.
func (l *Loop) noRoom(a addr.Addr, err error) {
	if !errors.Is(err, target.ErrFrozen) {
		l.noScratch = append(l.noScratch, a)
	}
	var exited *target.ExitedError
	if l.hooks.Guard && l.hooks.Unguarded != nil && !l.warned && !errors.As(err, &exited) && !errors.Is(err, target.ErrThreadGone) {
		l.warned = true
		l.hooks.Unguarded(err)
	}
}

func (l *Loop) triedNear(a addr.Addr) bool {
	for _, tried := range l.noScratch {
		if max(a, tried)-min(a, tried) < 1<<24 {
			return true
		}
	}
	return false
}
