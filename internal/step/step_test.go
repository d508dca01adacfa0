package step_test

import (
	"errors"
	"fmt"
	"sort"
	"strings"
	"syscall"
	"testing"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/breakpoint"
	"github.com/tinydbg/tinydbg/internal/run"
	"github.com/tinydbg/tinydbg/internal/step"
	"github.com/tinydbg/tinydbg/internal/target"
	"github.com/tinydbg/tinydbg/internal/target/fake"
)

// toy is a fake program with lines and functions, as plans see it. A function
// is a label that begins with a capital letter; one with a W is a wrapper, one
// with an H hidden.
type toy struct {
	*testing.T
	proc *fake.Process
	prog *fake.Program
	set  *breakpoint.Set
	loop *run.Loop
	main *fake.Thread
}

func newToy(t *testing.T, src string, others ...string) *toy {
	y := &toy{T: t, proc: fake.New(), prog: fake.Assemble(0x1000, src)}
	y.proc.Load(y.prog.Base, y.prog.Code)
	y.main = y.proc.Spawn(y.prog.Labels["Main"])
	for _, at := range others {
		y.proc.Spawn(y.prog.Labels[at])
	}
	y.set = breakpoint.NewSet(breakpoint.NewTable(y.proc, y.proc.Arch()))
	y.loop = run.New(y.proc, y.set, run.Hooks{})
	t.Cleanup(func() { y.proc.Do(func() { y.proc.Kill() }) })
	return y
}

func (y *toy) Func(pc addr.Addr) (step.Func, bool) {
	var starts []string
	for name := range y.prog.Labels {
		if strings.ToUpper(name[:1]) == name[:1] {
			starts = append(starts, name)
		}
	}
	sort.Slice(starts, func(i, j int) bool { return y.prog.Labels[starts[i]] < y.prog.Labels[starts[j]] })
	end := y.prog.Base + addr.Addr(len(y.prog.Code))
	for i := len(starts) - 1; i >= 0; i-- {
		at := y.prog.Labels[starts[i]]
		if pc >= at && pc < end {
			n := starts[i]
			return step.Func{Name: n, Entry: at, End: end, Body: at, Wrapper: n[0] == 'W', Hidden: n[0] == 'H'}, true
		}
		end = at
	}
	return step.Func{}, false
}

func (y *toy) Rows(f step.Func) (rows []step.Row) {
	for a, n := range y.prog.Lines {
		if a >= f.Entry && a < f.End {
			rows = append(rows, step.Row{PC: a, File: "toy", Line: n, Stmt: true})
		}
	}
	sort.Slice(rows, func(i, j int) bool { return rows[i].PC < rows[j].PC })
	return rows
}

func (y *toy) Instr(pc addr.Addr) (arch.Inst, error) {
	code := make([]byte, 9)
	n, _ := y.set.Table().Memory().ReadMemory(code, pc)
	return y.proc.Arch().Decode(code[:n], pc)
}

func (y *toy) Leads(step.Func) []addr.Addr { return nil }

func (y *toy) RangeBodies(step.Func) []step.Func { return nil }

func (y *toy) Place(t target.Thread, regs arch.Regs) (step.Place, error) {
	return step.Place{Goroutine: -int64(t.ID()), Depth: uint64(t.(*fake.Thread).Top() - regs.SP())}, nil
}

func (y *toy) LoopFrame(target.Thread, arch.Regs) (uint64, bool) { return 0, false }

func (y *toy) DeferCaller(target.Thread, arch.Regs) (step.DeferCaller, uint64) {
	return step.CalledPlainly, 0
}

func (y *toy) Pending(target.Thread, arch.Regs, uint64) []step.Pending { return nil }

func (y *toy) Made(target.Thread, arch.Regs) (step.Made, bool) { return step.Made{}, false }

func (y *toy) Begins(target.Thread, arch.Regs, uint64) bool { return false }

func (y *toy) program() step.Program {
	return step.Program{Code: y, Stack: y, Table: y.set.Table()}
}

// start describes where the main thread is.
func (y *toy) start() step.Start {
	regs, err := y.main.Registers(false)
	if err != nil {
		y.Fatal(err)
	}
	pl, _ := y.Place(y.main, regs)
	s := step.Start{Thread: y.main, PC: regs.PC(), Place: pl}
	for depth := pl.Depth; depth > 0; {
		b := make([]byte, 8)
		y.proc.ReadMemory(b, y.main.Top()-addr.Addr(depth))
		depth -= 8
		s.Caller, s.CallerDepth = addr.Addr(y.proc.Arch().ByteOrder().Uint64(b)), depth
		if f, _ := y.Func(s.Caller); !f.Wrapper {
			break
		}
	}
	return s
}

func (y *toy) step(make func(step.Program, step.Start) step.Plan) *run.Stop {
	y.Helper()
	var stop *run.Stop
	var err error
	if e := y.proc.Do(func() { stop, err = y.loop.Step(make(y.program(), y.start())) }); e != nil || err != nil {
		y.Fatal(errors.Join(e, err))
	}
	return stop
}

func (y *toy) line() (n int) {
	y.proc.Do(func() {
		regs, err := y.main.Registers(false)
		if err != nil {
			n = -1
			return
		}
		for a := regs.PC(); a >= y.prog.Base; a-- {
			if l, ok := y.prog.Lines[a]; ok {
				n = l
				return
			}
		}
	})
	return n
}

// lines steps to the end and returns where it stopped.
func (y *toy) lines(plan func(step.Program, step.Start) step.Plan) string {
	y.Helper()
	var seen []string
	for range 100 {
		stop := y.step(plan)
		if stop.Reason == run.Exited {
			return strings.Join(seen, " ")
		}
		if stop.Reason != run.StepDone {
			y.Fatalf("stop %+v after %v", stop, seen)
		}
		seen = append(seen, fmt.Sprint(y.line()))
	}
	y.Fatalf("no end: %v", seen)
	return ""
}

const calls = `
Main:	1 set 2
top:	2 work
	call F
	3 call F
	work
	4 loop top
	5 call W1
	6 exitp
F:	10 work
	work
	11 call H
	12 ret
W1:	call G
	ret
G:	20 work
	21 ret
H:	30 work
	31 ret
Busy:	call F
	jmp Busy
`

func TestNext(t *testing.T) {
	want := "2 3 4 2 3 4 2 3 4 5 6"
	if got := newToy(t, calls, "Busy", "Busy").lines(step.Next); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestInto(t *testing.T) {
	f := "10 11 12 "
	loop := "2 " + f + "3 " + f + "3 4 "
	want := strings.TrimSpace(loop + loop + loop + "5 20 21 6")
	got := newToy(t, calls, "Busy", "Busy").lines(step.Into)
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestOut(t *testing.T) {
	y := newToy(t, calls)
	y.step(step.Next)
	y.step(step.Into)
	y.step(step.Next)
	if n := y.line(); n != 11 {
		t.Fatalf("in line %d, want 11", n)
	}
	stop := y.step(step.Out)
	f, ok := stop.Plan.Returned()
	if stop.Reason != run.StepDone || y.line() != 3 || !ok || f.Name != "F" {
		t.Errorf("stop %+v in line %d, returned from %q", stop, y.line(), f.Name)
	}
}

func TestInstruction(t *testing.T) {
	over := func(p step.Program, s step.Start) step.Plan { return step.OneInstruction(p, s, true) }
	into := func(p step.Program, s step.Start) step.Plan { return step.OneInstruction(p, s, false) }
	if got := newToy(t, calls).lines(over); !strings.HasPrefix(got, "2 2 3 3 4 2 ") {
		t.Errorf("over calls: %s", got)
	}
	if got := newToy(t, calls).lines(into); !strings.HasPrefix(got, "2 2 10 10 11 30 31 12 3 ") {
		t.Errorf("into calls: %s", got)
	}
}

// The frame that is stepped is found again among those of a recursion.
func TestNextOverRecursion(t *testing.T) {
	y := newToy(t, `
Main:	1 set 5
	2 call F
	3 exitp
F:	10 work
	11 loop again
	12 ret
again:	13 call F
	14 ret
`)
	if got := y.lines(step.Next); got != "2 3" {
		t.Errorf("over all: %s", got)
	}
	y = newToy(t, `
Main:	1 set 5
	2 call F
	3 exitp
F:	10 work
	11 loop again
	12 ret
again:	13 call F
	14 ret
`)
	y.step(step.Next)
	y.step(step.Into)
	if got := y.lines(step.Next); got != "11 13 14 3" {
		t.Errorf("in the outermost frame: %s", got)
	}
}

func TestBreakpointOfAnotherThreadInterruptsNext(t *testing.T) {
	y := newToy(t, `
Main:	1 set 500
	2 call F
	3 exitp
F:	10 work
	loop F
	ret
Other:	set 100
wait:	loop wait
hit:	work
	block
`, "Other")
	b := &breakpoint.Breakpoint{Addrs: []addr.Addr{y.prog.Labels["hit"]}}
	y.proc.Do(func() {
		if err := y.set.Add(b); err != nil {
			t.Fatal(err)
		}
	})
	y.step(step.Next)
	stop := y.step(step.Next)
	if stop.Reason != run.BreakpointReached || y.loop.Stepping() == nil {
		t.Fatalf("stop %+v, in progress %v", stop, y.loop.Stepping())
	}
	y.proc.Do(func() { stop, _ = y.loop.Continue() })
	if stop.Reason != run.StepDone || y.line() != 3 {
		t.Errorf("stop %+v in line %d, want the end of next in line 3", stop, y.line())
	}
}

func TestBreakpointInTheSteppedCallCancelsNext(t *testing.T) {
	y := newToy(t, calls)
	b := &breakpoint.Breakpoint{Addrs: []addr.Addr{y.prog.Labels["F"]}}
	y.proc.Do(func() { y.set.Add(b) })
	y.step(step.Next)
	if stop := y.step(step.Next); stop.Reason != run.BreakpointReached || y.loop.Stepping() != nil {
		t.Errorf("stop %+v, in progress %v", stop, y.loop.Stepping())
	}
}

// A line that calls nothing and goes forward is over before anybody else runs; in
// one that goes back, as each turn of a loop does, all run.
func TestOthersStandWhileALineIsShort(t *testing.T) {
	y := newToy(t, `
Main:	1 set 50
top:	2 work
	3 work
	work
	4 loop top
	5 exitp
Other:	work
hit:	work
	block
`, "Other")
	b := &breakpoint.Breakpoint{Addrs: []addr.Addr{y.prog.Labels["hit"]}}
	y.proc.Do(func() {
		if err := y.set.Add(b); err != nil {
			t.Fatal(err)
		}
	})
	for line := 2; line <= 4; line++ {
		if stop := y.step(step.Next); stop.Reason != run.StepDone || y.line() != line {
			t.Fatalf("stop %+v in line %d, not %d", stop, y.line(), line)
		}
	}
	stop := y.step(step.Next)
	for range 50 { // the others have at least a turn each time
		if stop.Reason == run.BreakpointReached {
			return
		}
		stop = y.step(step.Next)
	}
	t.Errorf("stop %+v in line %d: nobody else has run in many turns of a loop", stop, y.line())
}

// A signal may take the thread anywhere: the others are resumed.
func TestSignalInAShortLine(t *testing.T) {
	y := newToy(t, `
Main:	1 work
`+strings.Repeat("\twork\n", 50)+`
	2 work
	3 exitp
Other:	work
hit:	work
	block
`, "Other")
	b := &breakpoint.Breakpoint{Addrs: []addr.Addr{y.prog.Labels["hit"]}}
	y.proc.Do(func() {
		if err := y.set.Add(b); err != nil {
			t.Fatal(err)
		}
		y.main.Send(syscall.SIGUSR1)
	})
	if stop := y.step(step.Next); stop.Reason != run.BreakpointReached {
		t.Errorf("stop %+v in line %d: nobody else was resumed", stop, y.line())
	}
}

func TestEndTakesTheSitesOut(t *testing.T) {
	y := newToy(t, calls)
	for range 10 {
		y.step(step.Into)
		if as := y.set.Table().Addrs(); len(as) != 0 {
			t.Fatalf("left armed: %v", as)
		}
	}
}
