// Package trapped runs target programs until they run into a trap of their own
// (runtime.Breakpoint), for tests of what looks at a stopped process.
package trapped

import (
	"bufio"
	"context"
	"os"
	"syscall"
	"testing"

	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/goruntime"
	"github.com/tinydbg/tinydbg/internal/image"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/target"
	"github.com/tinydbg/tinydbg/internal/target/native"
	"github.com/tinydbg/tinydbg/internal/unwind"
)

// Program is a program stopped at its trap. All its threads are stopped.
type Program struct {
	Proc *native.Process
	// Thread ran into the trap.
	Thread target.Thread
	Images *image.Set
	// Runtime is nil if the program is not Go.
	Runtime *goruntime.Runtime
	// Lines is what it printed before.
	Lines []string
}

// Run starts a program and waits for its trap. It is killed when the test ends.
func Run(t testing.TB, path string, args ...string) *Program {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	proc, err := native.Launch(context.Background(), native.Command{Path: path, Args: append([]string{path}, args...), Stdout: w})
	w.Close()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { proc.Do(func() { proc.Kill() }) })
	p := &Program{Proc: proc}
	printed := make(chan []string)
	go func() {
		var lines []string
		for sc := bufio.NewScanner(r); sc.Scan() && sc.Text() != "READY"; {
			lines = append(lines, sc.Text())
		}
		printed <- lines
	}()
	if e := proc.Do(func() { err = p.run() }); e != nil || err != nil {
		t.Fatal(e, err)
	}
	p.Lines = <-printed
	p.load(t, path)
	return p
}

// run resumes the program until a thread has trapped, and stops the others.
// Precondition: tracer.
func (p *Program) run() error {
	for _, th := range p.Proc.Threads() {
		if err := th.Resume(0); err != nil {
			return err
		}
	}
	for p.Thread == nil {
		ev, err := p.Proc.Wait()
		if err != nil {
			return err
		}
		switch {
		case ev.Kind == target.EventSignal && ev.Signal == syscall.SIGTRAP:
			p.Thread = ev.Thread
		case ev.Kind == target.EventExited:
			return &target.ExitedError{PID: p.Proc.PID(), Status: ev.Status}
		case ev.Kind == target.EventThreadExited || ev.Kind == target.EventWake:
		default:
			if err := ev.Thread.Resume(ev.Signal); err != nil {
				return err
			}
		}
	}
	return p.stopOthers()
}

func (p *Program) stopOthers() error {
	running := map[int]bool{}
	for _, th := range p.Proc.Threads() {
		if th.State() == target.Running {
			running[th.ID()] = true
			if err := th.Interrupt(); err != nil {
				return err
			}
		}
	}
	for len(running) > 0 {
		ev, err := p.Proc.Wait()
		if err != nil {
			return err
		}
		if ev.Kind == target.EventExited {
			return &target.ExitedError{PID: p.Proc.PID(), Status: ev.Status}
		}
		if ev.Thread != nil {
			delete(running, ev.Thread.ID())
		}
	}
	return nil
}

func (p *Program) load(t testing.TB, path string) {
	t.Helper()
	f, err := symbol.Open(path, symbol.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	if p.Images, err = image.Load(p.Proc, f, image.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Images.Close() })
	if p.Runtime, err = goruntime.New(p.Images); err != nil && f.IsGo() {
		t.Fatal(err)
	}
}

// Regs reads a thread's registers.
func (p *Program) Regs(thread int, vector bool) (regs arch.Regs, err error) {
	e := p.Proc.Do(func() {
		th, ok := p.Proc.Thread(thread)
		if !ok {
			err = target.ErrThreadGone
			return
		}
		regs, err = th.Registers(vector)
	})
	if e != nil {
		err = e
	}
	return regs, err
}

// SetRegs writes a thread's registers.
func (p *Program) SetRegs(thread int, regs arch.Regs) (err error) {
	e := p.Proc.Do(func() {
		th, ok := p.Proc.Thread(thread)
		if !ok {
			err = target.ErrThreadGone
			return
		}
		err = th.SetRegisters(regs)
	})
	if e != nil {
		err = e
	}
	return err
}

// Stack unwinds the thread that trapped.
func (p *Program) Stack(t testing.TB) []unwind.Frame {
	t.Helper()
	regs, err := p.Regs(p.Thread.ID(), true)
	if err != nil {
		t.Fatal(err)
	}
	return unwind.Stack(p.Proc, p.Images, unwind.FromThread(p.Proc.Arch(), regs), unwind.Options{})
}
