// Package run is the loop that lets a process run until there is a reason to
// stop: resume, wait for an event, ask breakpoints and the step plan, stop or
// send the thread on.
//
// Inside, it is non-stop: a thread at a trap that nobody stops for is sent on
// alone, through the displaced copy of the instruction, while the others run.
// Outside, it is all-stop: when the loop returns, every thread is stopped, no
// thread stands in a copy or behind a trap of ours, and hits that came too
// late to be this stop are kept for the next.
//
// Everything here happens on the tracer (see package target). The loop is one
// function passed to Process.Do; what others pass to Do meanwhile runs between
// two events.
package run

import (
	"slices"
	"syscall"
	"time"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/breakpoint"
	"github.com/tinydbg/tinydbg/internal/step"
	"github.com/tinydbg/tinydbg/internal/target"
)

// Loop runs one process.
// Precondition for all methods: tracer.
type Loop struct {
	proc  target.Process
	table *breakpoint.Table
	set   *breakpoint.Set
	hooks Hooks

	threads map[int]*thread
	plan    step.Plan // the step in progress, or nil
	pending []*Stop
	halt    bool
	calls   []*call // injected ones in progress, the innermost last
	ending  bool    // calls go on to their ends
	ended   []*call // whose threads have got their registers back
	// alone: only the thread that does one instruction runs.
	alone bool
	// only is the one thread that runs, nil when all do.
	only *thread
	// waiting: the loop takes events, and does between what others ask for.
	waiting bool
	between []func() (*Stop, error)
	// meanwhile is to be done when every thread has been stopped.
	meanwhile []func()
	// unguarded: the guard is to be put back meanwhile, or that was tried in vain.
	unguarded bool
	// held: nobody runs for a moment.
	held bool
	// recovering: it takes out what a dead debugger left.
	recovering bool
	// noScratch are addresses near which mapping was tried in vain.
	noScratch []addr.Addr
	// respite is until when the user's breakpoints stop nobody, and spared how
	// often they would have.
	respite time.Time
	spared  int
	// warned: the user knows that there is no guard.
	warned bool
	// ready: what must be there before the user lets the process run is.
	ready bool
}

// Hooks are what the loop asks of those who know symbols. All are optional.
type Hooks struct {
	// Goroutine is the id of the goroutine on a thread, 0 when there is none.
	Goroutine func(t target.Thread, regs arch.Regs) int64
	// StopFor tells whether a signal stops the process, as halt does, instead
	// of being passed on.
	StopFor func(sig syscall.Signal) bool
	// StopBefore tells which signals stop the process before they are passed
	// on, which happens when the thread is resumed.
	StopBefore func(sig syscall.Signal) bool
	// GroupStop is told of each thread that is stopped with its job.
	GroupStop func(sig syscall.Signal)
	// Child is told about a new process that is let go at once.
	Child func(child int)
	// Wanted tells whether a new process is to be followed, see
	// target.ChildHooks. The loop stops for one that is, with ChildExeced.
	Wanted func(child int, atExec bool) bool
	// NoInject forbids mapping memory in the process.
	NoInject bool
	// Guard makes traps harmless that outlive us. It is there before the first
	// trap is, and before the user lets the process run: then near Code.
	// Unguarded is told when that cannot be.
	Guard     bool
	Code      func() addr.Addr
	Unguarded func(err error)
}

// thread is what the loop knows about a thread.
type thread struct {
	target.Thread
	// passed is the address of the site at which the thread stands and about
	// which everybody was asked: it goes on through the copy.
	passed addr.Addr
	// askPlan: everybody but the plan was asked.
	askPlan bool
	// held are signals to be delivered when it is resumed.
	held []syscall.Signal
	// atSignal: it is stopped for the last of held.
	atSignal bool
	// step is what its single step in progress is for, and stepped what one
	// was for that ended while everybody was being stopped.
	step, stepped purpose
	// called: it is behind a trap of an injected call that nobody looked at yet.
	called bool
	// interrupted: it was asked to stop, and has not answered.
	interrupted bool
}

// purpose is what a single step is for, and so what comes after it.
type purpose int

const (
	noStep    purpose = iota
	forPlan           // the plan asked for one instruction
	forSignal         // held signals are delivered after it
)

// New is the loop of a process whose threads are all stopped.
func New(proc target.Process, set *breakpoint.Set, hooks Hooks) *Loop {
	l := &Loop{proc: proc, table: set.Table(), set: set, hooks: hooks, threads: map[int]*thread{}}
	if hooks.Guard {
		// A trap must not stand before its guard does.
		l.table.Room = l.room
	}
	if parent, ok := proc.(target.Parent); ok {
		parent.SetChildHooks(target.ChildHooks{Fix: l.table.FixChild, PastTrap: l.table.PastTrap, Wanted: hooks.Wanted})
	}
	return l
}

func (l *Loop) of(t target.Thread) *thread {
	th := l.threads[t.ID()]
	if th == nil || th.Thread != t {
		th = &thread{Thread: t}
		l.threads[t.ID()] = th
	}
	return th
}

// Continue resumes every thread and returns the next stop.
// Precondition: every thread stopped.
func (l *Loop) Continue() (*Stop, error) {
	l.respite = time.Time{}
	if stop, err := l.due(); stop != nil || err != nil {
		return stop, err
	}
	if l.halt {
		l.halt = false
		return &Stop{Reason: Halted}, nil
	}
	l.prepare()
	return l.Run()
}

// due returns the stop that is still to be reported before anything runs, if
// there is one.
func (l *Loop) due() (*Stop, error) {
	if err := l.drain(); err != nil {
		return l.failed(err)
	}
	return l.takePending(), nil
}

// Run is Continue for a process that has just been attached to, of whose threads
// some may run already.
func (l *Loop) Run() (*Stop, error) {
	stop, err := l.resumeAll()
	if err != nil {
		return l.failed(err)
	}
	if stop != nil {
		return l.finish(stop)
	}
	return l.wait()
}

// Go resumes the threads for Run, which is to follow at once. If unattended, what
// must be there when breakpoints are set is put in before.
// Precondition: every thread stopped or, unless unattended, some.
func (l *Loop) Go(unattended bool) {
	if unattended {
		l.prepare()
	}
	_, _ = l.resumeAll()
}

// prepare does what was put off until the user lets the process run, lest its
// first stop be longer than need be: it maps the guard, so that breakpoints can
// be set while the process runs, and arms the breakpoints that are always there.
// Precondition: every thread stopped.
func (l *Loop) prepare() {
	l.GuardWatch()
	l.ready, l.unguarded = true, false
	l.set.ArmRest()
	l.mapScratch()
}

// Step begins a plan, in place of one that may be in progress, and runs until
// the next stop, which need not be the plan's.
// Precondition: every thread stopped.
func (l *Loop) Step(p step.Plan) (*Stop, error) {
	l.respite = time.Time{}
	l.CancelStep()
	l.plan = p
	act, err := p.Begin()
	if err != nil {
		l.CancelStep()
		return nil, err
	}
	switch act {
	case step.Done:
		return l.stepDone(l.of(p.Start().Thread)), nil
	case step.GoOnAlone:
		return l.briefly(l.of(p.Start().Thread))
	case step.Instruction, step.InstructionAmongOthers:
		l.alone = act == step.Instruction
		l.of(p.Start().Thread).step = forPlan
		return l.Continue()
	}
	return l.Continue()
}

// CancelStep drops the step in progress, if there is one.
func (l *Loop) CancelStep() {
	if l.plan != nil {
		l.plan.End()
		l.plan = nil
	}
	for _, th := range l.threads {
		th.askPlan = false
		if th.step == forPlan {
			th.step = noStep
		}
		if th.stepped == forPlan {
			th.stepped = noStep
		}
	}
}

// Stepping is the step in progress, or nil.
func (l *Loop) Stepping() step.Plan { return l.plan }

// Halt makes a running loop stop; passed to Do by others while it waits. When
// it comes before the loop has begun, that ends at once.
func (l *Loop) Halt() { l.halt = true }

// Unhalt takes back a Halt that came after the loop had found another reason
// to stop.
func (l *Loop) Unhalt() { l.halt = false }

// Moved must be called after a stopped thread's pc was changed. A fault of the
// instruction that it stood at is not the fault of the one it stands at now.
func (l *Loop) Moved(t target.Thread) {
	th := l.of(t)
	th.passed = 0
	if l.Faulted(t) {
		th.held = slices.DeleteFunc(th.held, fault)
		th.atSignal = false
	}
}

// Faulted tells whether a thread is about to get a signal that the instruction
// it stands at has raised.
func (l *Loop) Faulted(t target.Thread) bool { return slices.ContainsFunc(l.of(t).held, fault) }

// Here says that the user was told that t stands at pc: a site that is armed
// there later isn't hit by t when it goes on.
func (l *Loop) Here(t target.Thread, pc addr.Addr) { l.of(t).passed = pc }

// wait handles events until there is a stop, and stops everybody.
func (l *Loop) wait() (*Stop, error) {
	l.waiting = true
	defer func() { l.waiting, l.held, l.between = false, false, nil }()
	for {
		if err := l.doMeanwhile(); err != nil {
			return l.failed(err)
		}
		if l.halt {
			return l.finish(&Stop{Reason: Halted})
		}
		handle := l.takeBetween()
		if handle == nil {
			ev, err := l.proc.Wait()
			if err != nil {
				return nil, err
			}
			handle = func() (*Stop, error) { return l.event(ev) }
		}
		stop, err := handle()
		if err != nil {
			return l.failed(err)
		}
		if stop == nil {
			continue
		}
		if stop.Reason == Exited {
			return stop, nil
		}
		return l.finish(stop)
	}
}

// finish stops everybody for a stop.
func (l *Loop) finish(stop *Stop) (*Stop, error) {
	if err := l.StopAll(); err != nil {
		if ex := l.exited(err); ex != nil {
			return ex, nil
		}
		return stop, err
	}
	l.alone, l.only = false, nil
	stop.Spared, l.spared = l.spared, 0
	if stop.Reason == Halted {
		l.halt = false
	}
	if stop.Reason == BreakpointReached {
		l.removeTemporary(stop)
	}
	if stop.Reason == ChildExeced && l.execed() {
		l.pending = append(l.pending, stop) // the child waits for somebody to take it over
	}
	if stop.Reason == Halted || l.execed() {
		if hit := l.takePending(); hit != nil {
			hit.Spared = stop.Spared
			return hit, nil
		}
	}
	return stop, nil
}

// execed tells whether the process has changed its program while everybody was
// being stopped: any other reason to stop is history.
func (l *Loop) execed() bool {
	return slices.ContainsFunc(l.pending, func(s *Stop) bool { return s.Reason == Execed })
}

// failed stops everybody after an error, as far as possible, so that the user
// can look.
func (l *Loop) failed(err error) (*Stop, error) {
	if ex := l.exited(err); ex != nil {
		return ex, nil
	}
	if e := l.StopAll(); e != nil {
		if ex := l.exited(e); ex != nil {
			return ex, nil
		}
	}
	l.alone, l.only = false, nil
	return nil, err
}
