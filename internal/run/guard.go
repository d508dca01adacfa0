package run

import (
	"errors"
	"fmt"
	"slices"
	"syscall"
	"time"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/breakpoint"
	"github.com/tinydbg/tinydbg/internal/target"
)

// Flags of sigaction(2).
const (
	saSigInfo   = 0x4
	saRestorer  = 0x04000000
	saOnStack   = 0x08000000
	saResetHand = 0x80000000
	maskTrap    = 1 << (syscall.SIGTRAP - 1)
)

// room maps scratch memory near a, where that is possible.
func (l *Loop) room(a addr.Addr) {
	mapper, ok := l.proc.(target.Mapper)
	if !ok || l.hooks.NoInject || l.table.HasScratch(a) || l.triedNear(a) {
		return
	}
	l.MapScratch(mapper, a)
}

// addScratch gives scratch memory to the table, with a guard if the process is
// to outlive us. Without one it is still good for copies.
func (l *Loop) addScratch(t target.Thread, base addr.Addr) {
	if !l.hooks.Guard {
		l.table.AddScratch(base, breakpoint.ScratchSize)
		return
	}
	guarded, err := l.installGuard(t, base)
	if !guarded {
		l.table.AddScratch(base, breakpoint.ScratchSize)
	}
	if err != nil && l.hooks.Unguarded != nil {
		l.hooks.Unguarded(fmt.Errorf("a handler for traps that outlive the debugger could not be installed: %w", err))
	}
}

// GuardWatch sees to it that there is a guard before a watchpoint is set: a thread
// that comes to it when the debugger has died must find one.
// Precondition: tracer; every thread stopped.
func (l *Loop) GuardWatch() {
	if !l.ready && l.hooks.Guard && l.hooks.Code != nil {
		l.room(l.hooks.Code())
	}
}

// installGuard tells whether the region at base is the table's now.
func (l *Loop) installGuard(t target.Thread, base addr.Addr) (added bool, err error) {
	sigs, ok := l.proc.(target.SignalHandler)
	if !ok {
		return false, &target.UnsupportedError{Feature: "changing what a program does about a signal"}
	}
	before, err := sigs.Handler(t, syscall.SIGTRAP)
	if err != nil {
		return false, err
	}
	own := l.guarding(base, before)
	if err := l.table.AddGuarded(base, breakpoint.ScratchSize, own, before); err != nil {
		return false, err
	}
	_, err = sigs.SwapHandler(t, syscall.SIGTRAP, own)
	return true, err
}

// guarding is the guard at base as a handler: as the one before was set up, so
// that this finds what it expects when it gets what is not for the guard.
func (l *Loop) guarding(base addr.Addr, before target.Handler) target.Handler {
	h := before
	h.Addr = base
	h.Flags = (h.Flags | saSigInfo | saRestorer) &^ saResetHand
	h.Mask |= maskTrap
	if before.Addr <= 1 {
		h.Flags |= saOnStack
	}
	if before.Flags&saRestorer == 0 {
		h.Restorer = base + addr.Addr(l.proc.Arch().Guard().Restorer)
	}
	return h
}

// mindGuard sees to it that the guard is put back if the kernel has taken it out:
// it sets the default for SIGTRAP when a thread that blocks that, as Go's do in
// signal handlers, comes to a trap or a watchpoint. Without the guard the next one
// would kill the process, were we to die.
// Precondition: th stopped at a SIGTRAP.
func (l *Loop) mindGuard(th *thread) {
	sigs, ok := l.proc.(target.SignalHandler)
	if !ok || !l.hooks.Guard || l.unguarded {
		return
	}
	if lost, err := sigs.WasReset(th.Thread, syscall.SIGTRAP); !lost || err != nil {
		return
	}
	if own, ok := l.table.Guard(); ok {
		l.unguarded = true
		l.meanwhile = append(l.meanwhile, func() { l.putBack(sigs, own) })
	}
}

// putBack installs the guard again, unless the program has a handler by now. Where
// that fails it is not tried again until the user lets the process run once more.
// Precondition: every thread stopped.
func (l *Loop) putBack(sigs target.SignalHandler, own target.Handler) {
	ths := l.stopped()
	if len(ths) == 0 {
		return
	}
	was, err := sigs.SwapHandler(ths[0].Thread, syscall.SIGTRAP, own)
	if err == nil && was.Addr != 0 && was.Addr != own.Addr {
		_, err = sigs.SwapHandler(ths[0].Thread, syscall.SIGTRAP, was)
	}
	l.unguarded = err != nil && !errors.Is(err, target.ErrThreadGone)
	var exited *target.ExitedError
	if l.unguarded && l.hooks.Unguarded != nil && !errors.As(err, &exited) {
		l.hooks.Unguarded(fmt.Errorf("the handler for traps that outlive the debugger could not be put back: %w", err))
	}
}

// ErrKept means that scratch memory cannot be unmapped yet.
var ErrKept = errors.New("the program uses the debugger's handler for SIGTRAP: its memory stays mapped")

// unguard gives SIGTRAP back to the program, or to a guard that calls in progress
// need. It fails, and scratch memory must stay, when others may still be run.
// Precondition: every thread stopped, no trap left.
func (l *Loop) unguard() error {
	ths := l.stopped()
	sigs, ok := l.proc.(target.SignalHandler)
	if len(ths) == 0 || !ok {
		return nil
	}
	handlers, before, err := l.table.Retire()
	if len(handlers) == 0 || err != nil {
		return err
	}
	was, err := sigs.SwapHandler(ths[0].Thread, syscall.SIGTRAP, before)
	if err != nil {
		return err
	}
	// The kernel may have set the default, see mindGuard.
	if was.Addr != 0 && !slices.Contains(handlers, was.Addr) && was.Addr != before.Addr {
		// The program has a handler of its own by now, which may call ours.
		_, err := sigs.SwapHandler(ths[0].Thread, syscall.SIGTRAP, was)
		return errors.Join(ErrKept, err)
	}
	return l.leaveHandlers(sigs)
}

// leaveHandlers lets threads run that are in the guard or will come back to it
// or to a copy.
func (l *Loop) leaveHandlers(sigs target.SignalHandler) error {
	for range 50 {
		busy := false
		for _, th := range l.stopped() {
			if !l.inHandler(th, sigs) {
				continue
			}
			busy = true
			if err := th.Resume(l.takeHeld(th)); err != nil && !errors.Is(err, target.ErrThreadGone) {
				return err
			}
		}
		if !busy {
			return nil
		}
		time.Sleep(time.Millisecond)
		if err := l.gather(); err != nil {
			return err
		}
	}
	return ErrKept
}

// inHandler tells whether the thread may be in the guard. While the process is
// debugged it gets there only by a SIGTRAP that somebody sends. After the
// debugger's death it may also be in a handler of the program that interrupted
// a copy: in Go programs every handler blocks SIGTRAP.
func (l *Loop) inHandler(th *thread, sigs target.SignalHandler) bool {
	if l.recovering {
		// A debugger that died may have had it let in SIGTRAP, which Go's block with
		// all others.
		for _, sig := range []syscall.Signal{syscall.SIGTRAP, syscall.SIGURG} {
			if blocks, err := sigs.Blocks(th.Thread, sig); err == nil && blocks {
				return true
			}
		}
	}
	regs, err := th.Registers(false)
	return err == nil && l.table.InGuard(regs.PC())
}

// Left is what was found of a debugger that died.
type Left struct {
	Found bool
	// Foreign: there is what another version of the debugger left. It stays.
	Foreign bool
	// Calls are those it may have left in progress.
	Calls breakpoint.Left
}

// InCall tells whether a guard has to stay because calls are in progress.
func (l Left) InCall() bool { return len(l.Calls.Frames) > 0 }

// Recover takes out what a debugger left that died: traps, watchpoints, the
// guard, scratch memory. If it finds anything, it leaves every thread stopped.
// Precondition: tracer.
func Recover(proc target.Process) (left Left, err error) {
	maps, err := proc.Maps()
	if err != nil {
		return left, err
	}
	table := breakpoint.NewTable(proc, proc.Arch())
	left.Found = table.Adopt(maps)
	left.Foreign = table.Foreign()
	if !left.Found {
		return left, nil
	}
	l := New(proc, breakpoint.NewSet(table), Hooks{})
	l.recovering = true
	if err := l.StopAll(); err != nil {
		return left, err
	}
	if w, ok := proc.(target.Watcher); ok {
		for i := range w.WatchSlots() {
			err = errors.Join(err, w.ClearWatch(i))
		}
	}
	e := l.Release()
	if errors.Is(e, ErrKept) { // memory that has to stay does no harm
		e = nil
	}
	left.Calls = table.Left()
	return left, errors.Join(err, e)
}

// RestoreText takes the traps out of the text that a dead debugger left in the
// process with that memory. Everything else that makes them harmless stays.
func RestoreText(mem target.Memory, a arch.Arch, maps []target.Mapping) error {
	table := breakpoint.NewTable(mem, a)
	if !table.Adopt(maps) {
		return nil
	}
	return table.RemoveAll()
}

// InCall tells whether calls may be in progress in the process with that memory that
// a dead debugger has made.
func InCall(mem target.Memory, a arch.Arch, maps []target.Mapping) bool {
	table := breakpoint.NewTable(mem, a)
	return table.Adopt(maps) && table.InCall()
}
