package unwind_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/image"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/target"
	"github.com/tinydbg/tinydbg/internal/target/native"
	"github.com/tinydbg/tinydbg/internal/testkit"
	"github.com/tinydbg/tinydbg/internal/unwind"
)

func TestMain(m *testing.M) { os.Exit(testkit.Main(m)) }

// tracee is a stopped process and what is needed to unwind its stacks.
type tracee struct {
	t    testing.TB
	proc *native.Process
	mem  target.Memory // proc, or a cache before it
	set  *image.Set
	g    layout
	opts unwind.Options
	trap addr.Addr // where runTo's trap was last
	// frames are those of the last stopIn.
	frames []unwind.Frame
}

func attach(t testing.TB, pid int, path string) *tracee {
	t.Helper()
	p, err := native.Attach(context.Background(), pid, native.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Do(func() { p.Detach() }) })
	return newTracee(t, p, path)
}

func launch(t testing.TB, path string, args ...string) *tracee {
	t.Helper()
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	p, err := native.Launch(context.Background(), native.Command{
		Path: path, Args: append([]string{path}, args...), Stdin: null, Stdout: null, Stderr: null,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Do(func() { p.Kill() }) })
	return newTracee(t, p, path)
}

func newTracee(t testing.TB, p *native.Process, path string) *tracee {
	t.Helper()
	f, err := symbol.Open(path, symbol.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	set, err := image.Load(p, f, image.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { set.Close() })
	tr := &tracee{t: t, proc: p, mem: p, set: set, opts: unwind.Options{Cache: &unwind.Cache{}}}
	if f.IsGo() {
		tr.g = newLayout(t, f)
		tr.opts.Switch = tr
	}
	return tr
}

// do runs f on the tracer.
func (tr *tracee) do(f func() error) {
	tr.t.Helper()
	var err error
	if e := errors.Join(tr.proc.Do(func() { err = f() }), err); e != nil {
		tr.t.Fatal(e)
	}
	if err != nil {
		tr.t.Fatal(err)
	}
}

// stack unwinds a thread.
func (tr *tracee) stack(th target.Thread) []unwind.Frame {
	tr.t.Helper()
	var regs *unwind.Regs
	o := tr.opts
	tr.do(func() error {
		r, err := th.Registers(false)
		if err != nil {
			return err
		}
		regs = unwind.FromThread(tr.proc.Arch(), r)
		if tr.opts.Switch != nil {
			o.G = addr.Addr(tr.word(r.TLS() - 8))
		}
		return nil
	})
	return unwind.Stack(tr.proc, tr.set, regs, o)
}

func (tr *tracee) word(a addr.Addr) uint64 {
	var b [8]byte
	tr.mem.ReadMemory(b[:], a)
	return tr.proc.Arch().ByteOrder().Uint64(b[:])
}

// runTo lets the program run until a thread is at a function's place.
func (tr *tracee) runTo(a addr.Addr) target.Thread {
	tr.t.Helper()
	var th target.Thread
	tr.do(func() error {
		tr.trap = a
		old := make([]byte, 1)
		if _, err := tr.proc.ReadMemory(old, a); err != nil {
			return err
		}
		if _, err := tr.proc.WriteMemory(a, []byte{0xcc}); err != nil {
			return err
		}
		for _, t := range tr.proc.Threads() {
			if t.State() != target.Stopped {
				continue
			}
			if err := t.Resume(0); err != nil {
				return err
			}
		}
		var err error
		if th, err = tr.waitSignal(syscall.SIGTRAP); err != nil {
			return err
		}
		if _, err := tr.proc.WriteMemory(a, old); err != nil {
			return err
		}
		regs, err := th.Registers(false)
		if err != nil {
			return err
		}
		regs.SetPC(a)
		return th.SetRegisters(regs)
	})
	return th
}

// step runs one instruction of a thread, which gets sig. Others go on.
// Precondition: tracer.
func (tr *tracee) step(th target.Thread, sig syscall.Signal) error {
	if err := th.Step(sig); err != nil {
		return err
	}
	for {
		ev, err := tr.proc.Wait()
		switch {
		case err != nil:
			return err
		case ev.Kind == target.EventExited:
			return errors.New("exited")
		case ev.Kind == target.EventWake || ev.Kind == target.EventThreadExited:
			continue
		case ev.Thread.ID() != th.ID() && ev.Kind == target.EventSignal:
			if tr.alsoHit(ev) {
				ev.Signal = 0
			}
			err = ev.Thread.Resume(ev.Signal)
		case ev.Thread.ID() != th.ID():
			err = ev.Thread.Resume(0)
		case ev.Kind == target.EventSignal && ev.Signal == syscall.SIGTRAP:
			return nil
		case ev.Kind == target.EventSignal:
			err = th.Step(ev.Signal)
		default:
			err = th.Step(0)
		}
		if err != nil {
			return err
		}
	}
}

// alsoHit puts a thread back that ran into runTo's trap, too.
func (tr *tracee) alsoHit(ev target.Event) bool {
	regs, err := ev.Thread.Registers(false)
	if err != nil || ev.Signal != syscall.SIGTRAP || regs.PC()-1 != tr.trap {
		return false
	}
	regs.SetPC(tr.trap)
	return ev.Thread.SetRegisters(regs) == nil
}

// stopAll stops all threads. Precondition: tracer.
func (tr *tracee) stopAll() error {
	running := 0
	for _, th := range tr.proc.Threads() {
		if th.State() == target.Running {
			if err := th.Interrupt(); err != nil {
				return err
			}
			running++
		}
	}
	for running > 0 {
		ev, err := tr.proc.Wait()
		if err != nil {
			return err
		}
		switch ev.Kind {
		case target.EventExited:
			return errors.New("exited")
		case target.EventWake:
		case target.EventSignal:
			tr.alsoHit(ev)
			running--
		default:
			running--
		}
	}
	return nil
}

// waitSignal passes other events on.
func (tr *tracee) waitSignal(want syscall.Signal) (target.Thread, error) {
	for {
		ev, err := tr.proc.Wait()
		switch {
		case err != nil:
			return nil, err
		case ev.Kind == target.EventExited:
			return nil, errors.New("exited")
		case ev.Kind == target.EventSignal && ev.Signal == want:
			return ev.Thread, nil
		case ev.Kind == target.EventSignal:
			err = ev.Thread.Resume(ev.Signal)
		case ev.Kind == target.EventWake || ev.Kind == target.EventThreadExited:
		default:
			err = ev.Thread.Resume(0)
		}
		if err != nil {
			return nil, err
		}
	}
}

// layout is where the fields of the runtime's structs are.
type layout struct{ stack, sched, m, curg, g0, gsignal, sp, pc, bp, goid int64 }

func newLayout(t testing.TB, f *symbol.File) layout {
	t.Helper()
	off := func(typ, field string) int64 {
		s, err := f.TypeNamed(typ)
		if err != nil {
			t.Fatal(err)
		}
		for _, fl := range s.Fields() {
			if fl.Name == field {
				return fl.Offset
			}
		}
		t.Fatalf("%s has no field %s", typ, field)
		return 0
	}
	return layout{
		stack: off("runtime.g", "stack"), sched: off("runtime.g", "sched"), m: off("runtime.g", "m"), goid: off("runtime.g", "goid"),
		curg: off("runtime.m", "curg"), g0: off("runtime.m", "g0"), gsignal: off("runtime.m", "gsignal"),
		sp: off("runtime.gobuf", "sp"), pc: off("runtime.gobuf", "pc"), bp: off("runtime.gobuf", "bp"),
	}
}

// Goroutine makes a tracee an unwind.Switcher.
func (tr *tracee) Goroutine(g addr.Addr) (unwind.Goroutine, error) {
	l := tr.g
	at := func(off int64) addr.Addr { return addr.Addr(tr.word(g + addr.Addr(off))) }
	out := unwind.Goroutine{
		Low: at(l.stack), High: at(l.stack + 8),
		PC: at(l.sched + l.pc), SP: at(l.sched + l.sp), FP: at(l.sched + l.bp),
	}
	if m := at(l.m); m != 0 {
		out.CurG = addr.Addr(tr.word(m + addr.Addr(l.curg)))
		out.G0 = addr.Addr(tr.word(m + addr.Addr(l.g0)))
		out.GSignal = addr.Addr(tr.word(m + addr.Addr(l.gsignal)))
	}
	return out, nil
}

// names lists frames' functions, outermost last.
func names(frames []unwind.Frame) string {
	var list []string
	for _, f := range frames {
		list = append(list, f.Name)
	}
	last := frames[len(frames)-1]
	if last.Err != nil {
		list = append(list, "ERROR "+last.Err.Error())
	} else if last.Bottom {
		list = append(list, "bottom")
	}
	return strings.Join(list, " ")
}

// buildC compiles testdata/programs/name/main.c.
func buildC(t testing.TB, name string, flags ...string) string {
	t.Helper()
	gcc, err := exec.LookPath("gcc")
	if err != nil {
		t.Skip("gcc is not installed; it builds the C program that this test looks at")
	}
	bin := filepath.Join(t.TempDir(), name)
	src := filepath.Join(testkit.Root(t), "testdata", "programs", name, "main.c")
	if out, err := exec.Command(gcc, append(flags, "-g", "-o", bin, src)...).CombinedOutput(); err != nil {
		t.Fatalf("gcc %s: %v\n%s", name, err, out)
	}
	return bin
}
