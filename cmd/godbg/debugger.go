package main

import (
	"fmt"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/target"
)

// A debugger has one process in its hands. Between two commands all threads of
// the process are stopped.
type debugger struct {
	proc    target.Process
	symbols *symbols
	out     io.Writer

	halted atomic.Bool // somebody wants a running process to stop

	leaving sync.Once
	mu      sync.Mutex // one command at a time, leaving included

	// Guarded by mu:

	traps   map[addr.Addr]*trap
	nextID  int
	current int                      // the selected thread
	held    map[int][]syscall.Signal // signals a thread gets when it goes on
	at      map[int]addr.Addr        // traps at which threads stand and that were reported
	pending []hit                    // hits to be reported by the next continue
	ended   error                    // how the process ended
	next    addr.Addr                // where disass and pmem go on
}

// A hit is a thread's arrival at a breakpoint.
type hit struct {
	thread int
	at     addr.Addr
}

func newDebugger(proc target.Process, out io.Writer) *debugger {
	d := &debugger{
		proc: proc, symbols: newSymbols(proc), out: out,
		traps: map[addr.Addr]*trap{}, held: map[int][]syscall.Signal{}, at: map[int]addr.Addr{},
		nextID: 1, current: proc.PID(),
	}
	if parent, ok := proc.(target.Parent); ok {
		parent.SetChildHooks(target.ChildHooks{Fix: d.cleanChild, PastTrap: d.pastTrap})
	}
	return d
}

func (d *debugger) printf(format string, args ...any) { fmt.Fprintf(d.out, format, args...) }

func (d *debugger) greet() {
	how := "started"
	if d.proc.Attached() {
		how = "attached to"
	}
	n := len(d.proc.Threads())
	d.printf("%s process %d (%s): %d thread%s stopped, state %s\n",
		how, d.proc.PID(), d.name(), n, plural(n), d.kernelState(d.proc.PID()))
	d.where()
}

func plural(n int) string {
	if n == 1 {
		return ""
	}
	return "s"
}

func (d *debugger) name() string {
	if th, ok := d.proc.Thread(d.proc.PID()); ok {
		return th.Name()
	}
	return "?"
}

// leave takes every trap out and lets the process go, or kills it if it was
// started here. Only the first call does anything.
func (d *debugger) leave() error {
	var err error
	d.leaving.Do(func() {
		d.halt()
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.ended != nil {
			return
		}
		if doErr := d.proc.Do(func() { err = d.letGo() }); doErr != nil {
			err = doErr
		}
	})
	return err
}

// Precondition: tracer; all threads stopped.
func (d *debugger) letGo() error {
	if !d.proc.Attached() {
		return d.proc.Kill()
	}
	var failed error
	for _, t := range d.traps {
		if err := d.disarm(t); err != nil && failed == nil {
			failed = err
		}
	}
	// A thread that signals were held back from goes on with them first. It may
	// still be in the stop before one of them, which detaching would deliver
	// a second time.
	for _, th := range d.proc.Threads() {
		if len(d.held[th.ID()]) == 0 || th.State() != target.Stopped {
			continue
		}
		if err := ignoreGone(d.goOn(th)); err != nil && failed == nil {
			failed = err
		}
	}
	if err := d.proc.Detach(); err != nil {
		return err
	}
	return failed
}

// deliverHeld hands a thread the signals it was not given while it was stopped
// or stepped, by sending them anew.
func (d *debugger) deliverHeld(th target.Thread) error {
	for _, sig := range d.held[th.ID()] {
		if err := syscall.Tgkill(d.proc.PID(), th.ID(), sig); err != nil && err != syscall.ESRCH {
			return fmt.Errorf("deliver %v to thread %d: %w", sig, th.ID(), err)
		}
	}
	delete(d.held, th.ID())
	return nil
}

// halt asks a running process to stop.
func (d *debugger) halt() {
	d.halted.Store(true)
	_ = d.proc.Do(func() {}) // wakes the loop; fails only when nothing runs any more
}

// thread is the selected thread, or the first one when that has ended.
func (d *debugger) thread() (target.Thread, error) {
	if d.ended != nil {
		return nil, d.ended
	}
	if th, ok := d.proc.Thread(d.current); ok && th.State() == target.Stopped {
		return th, nil
	}
	for _, th := range d.proc.Threads() {
		if th.State() == target.Stopped {
			d.current = th.ID()
			return th, nil
		}
	}
	return nil, fmt.Errorf("process %d has no thread left", d.proc.PID())
}

// registers are those of the selected thread.
func (d *debugger) registers(vector bool) (regs arch.Regs, err error) {
	th, err := d.thread()
	if err != nil {
		return nil, err
	}
	if e := d.proc.Do(func() { regs, err = th.Registers(vector) }); e != nil {
		return nil, e
	}
	return regs, err
}

// setRegisters changes those of the selected thread.
func (d *debugger) setRegisters(regs arch.Regs) error {
	th, err := d.thread()
	if err != nil {
		return err
	}
	if e := d.proc.Do(func() { err = th.SetRegisters(regs) }); e != nil {
		return e
	}
	delete(d.at, th.ID()) // a trap at a new pc has not been reported yet
	return err
}

// read is memory as the program wrote it: our traps do not show.
func (d *debugger) read(buf []byte, a addr.Addr) (int, error) {
	n, err := d.proc.ReadMemory(buf, a)
	d.hideTraps(buf[:n], a)
	return n, err
}

// where prints the instruction the selected thread is about to run.
func (d *debugger) where() {
	regs, err := d.registers(false)
	if err != nil {
		d.printf("%v\n", err)
		return
	}
	list, err := d.instructions(regs.PC(), 1)
	if err != nil {
		d.printf("thread %d at %s: %v\n", d.current, d.symbols.place(regs.PC()), err)
		return
	}
	d.printf("thread %d at %s\n=> %s\n", d.current, d.symbols.place(regs.PC()), d.format(list[0], arch.Go))
}

// sortedTraps are the breakpoints in order of their ids.
func (d *debugger) sortedTraps() []*trap {
	var list []*trap
	for _, t := range d.traps {
		if !t.temporary {
			list = append(list, t)
		}
	}
	slices.SortFunc(list, func(a, b *trap) int { return a.id - b.id })
	return list
}
