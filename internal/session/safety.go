package session

import (
	"context"
	"fmt"
	"time"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/breakpoint"
	"github.com/tinydbg/tinydbg/internal/guardian"
	"github.com/tinydbg/tinydbg/internal/logflags"
	"github.com/tinydbg/tinydbg/internal/run"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/target"
	"github.com/tinydbg/tinydbg/internal/target/native"
)

// outlivesUs tells whether the process is to go on when the debugger dies.
func (pr *process) outlivesUs() bool { return pr.proc.Attached() || pr.session.cfg.KeepOnDeath }

// startGuardian starts a guardian for a process, if one is wanted.
func (pr *process) startGuardian(pid int) {
	if !pr.session.cfg.Guardian {
		return
	}
	g, err := guardian.Start(pid, pr.session.cfg.MaxPause)
	if err != nil {
		pr.session.warn("if this debugger is killed, its traps stay in process %d until the next one attaches: %v", pid, err)
	}
	pr.guardian = g
}

// tidying is how long a guardian may take.
const tidying = 2 * time.Second

// attach attaches, after the guardian of a debugger that has just died.
func attach(ctx context.Context, pid int, o native.Options) (*native.Process, error) {
	for deadline := time.Now().Add(tidying); ; time.Sleep(time.Millisecond) {
		proc, err := native.Attach(ctx, pid, o)
		if err == nil || !guardian.Blocks(err) || time.Now().After(deadline) || ctx.Err() != nil {
			return proc, err
		}
	}
}

// recover takes out what a debugger left in the process that died.
func (pr *process) recover(proc target.Process) error {
	pr.leftCalls = breakpoint.Left{}
	if !proc.Attached() {
		return nil
	}
	var left run.Left
	var err error
	if e := proc.Do(func() { left, err = run.Recover(proc) }); e != nil {
		return e
	}
	pr.leftCalls = left.Calls
	if left.Found {
		pr.session.warn("process %d still had the traps of a debugger that had died: they were taken out", proc.PID())
	}
	if left.Foreign {
		pr.session.warn("process %d has the traps of a debugger that died, which was another version: it stays as it is; attach with that version to take them out", proc.PID())
	}
	return err
}

// entry is where the program's code is.
// Precondition: tracer.
func (pr *process) entry() addr.Addr { return pr.images.Main().Addr(pr.file.Entry()) }

// guardCall has the traps of the protocol for calls skipped if nobody is there
// to act on them: the call then ends by itself, and the runtime gives the
// thread its registers back.
func (pr *process) guardCall() {
	table := pr.set.Table()
	if !pr.outlivesUs() || table.Skips() {
		return
	}
	var traps []addr.Addr
	var end addr.Addr // here the registers are to be restored
	for _, f := range protocol(pr.file) {
		of := pr.trapsIn(f)
		traps = append(traps, of...)
		if f.Name == debugCall && len(of) > 0 {
			end = of[len(of)-1]
		}
	}
	if err := table.Skip(traps, end); err != nil {
		pr.unguarded(err)
	}
}

// guardRegisters has the thread get all its registers back at the end of a call
// if nobody is there to do it.
func (pr *process) guardRegisters(t target.Thread, sp, pc addr.Addr) (over func()) {
	framer, ok := pr.proc.(target.Framer)
	if !ok {
		return func() {}
	}
	over, err := pr.set.Table().EndCall(sp, pc, func(at addr.Addr) ([]byte, error) {
		return framer.SignalFrame(t, at)
	})
	if err != nil {
		logflags.For(logflags.Debugger).Warn("registers of a call are not guarded", "error", err)
	}
	return over
}

// trapsIn finds the trap instructions of a function, but not those that fill
// the space behind it.
func (pr *process) trapsIn(f *symbol.Func) (traps []addr.Addr) {
	img, code := pr.images.Main(), pr.program().Code
	trap := string(pr.proc.Arch().Trap())
	var run []addr.Addr
	for at, end := img.Addr(f.Entry), img.Addr(f.End); at < end; {
		in, err := code.Instr(at)
		if err != nil || len(in.Bytes) == 0 {
			return traps
		}
		if string(in.Bytes) == trap {
			run = append(run, at)
		} else {
			if len(run) == 1 {
				traps = append(traps, run...)
			}
			run = nil
		}
		at += addr.Addr(len(in.Bytes))
	}
	return traps
}

func (pr *process) unguarded(err error) {
	pr.session.warn("process %d may die if this debugger is killed while breakpoints are set: %v", pr.proc.PID(), err)
}

func (s *Session) warn(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	logflags.For(logflags.Debugger).Warn(text)
	if s.cfg.Warn != nil {
		s.cfg.Warn(text)
	}
}
