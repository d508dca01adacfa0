package session

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/breakpoint"
	"github.com/tinydbg/tinydbg/internal/step"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// The second oracle of stepping needs no lines that print themselves, so it is
// for optimised programs and for C between Go, too: a program is run once with
// a trap on every instruction of its own functions, at none of which it stops.
// Where the goroutine was, instruction by instruction and frame by frame, tells
// what each command must come to; how steps are planned has no part in it.

// moment is one instruction of the program's own, about to be done.
type moment struct {
	pc    addr.Addr
	depth uint64
	f     step.Func
	row   step.Row
	// deferrer is, in the first instruction of a deferred function that a panic
	// runs, the depth of the frame that has deferred it.
	deferrer uint64
}

// course is all that the goroutine of main.main did.
type course []moment

func TestStepsFollowTheCourse(t *testing.T) {
	for _, v := range testkit.Versions() {
		for _, optimized := range []bool{false, true} {
			o := testkit.Options{Go: v, Optimized: optimized}
			t.Run(o.String(), func(t *testing.T) {
				follow(t, testkit.Build(t, "visited_lines", o), "main.main")
				follow(t, testkit.Build(t, "panics_recovered", o), "main.main")
				follow(t, testkit.Build(t, "goroutines_end", o), "main.worker")
				follow(t, testkit.Build(t, "goroutines_end", o), "main.returns")
			})
		}
	}
}

// follow walks through what the goroutine does that comes to a function.
func follow(t *testing.T, path, start string) {
	t.Helper()
	c := record(t, path, start)
	c.walk(t, path, start, func() string { return api.Step })
	c.walk(t, path, start, func() string { return api.Next })
	r := rand.New(rand.NewPCG(7, uint64(len(c))))
	some := []string{api.Step, api.Next, api.Next, api.Step, api.StepOut}
	for range mixes() {
		c.walk(t, path, start, func() string { return some[r.IntN(len(some))] })
	}
}

// mixes is how many walks are by commands chosen at random.
func mixes() int {
	if os.Getenv("TINYDBG_MATRIX") == "all" {
		return 20
	}
	return 1
}

// record runs the program with a trap on every instruction.
func record(t *testing.T, path, start string) (c course) {
	t.Helper()
	s := startedAt(t, path, start)
	id, fail := s.goroutineID(), error(nil)
	first, _ := s.where(id)
	c = course{first}
	shadow := []moment{first}
	note := func(h *breakpoint.Hit) (bool, error) {
		m, mine, err := s.moment(h.Thread.ID(), h.Regs, id)
		if err != nil || !mine {
			fail = err
			return false, nil
		}
		for len(shadow) > 0 && shadow[len(shadow)-1].depth > m.depth {
			shadow = shadow[:len(shadow)-1]
		}
		if m.pc == m.f.Body {
			m.deferrer = s.deferrer(h, shadow)
		}
		if len(shadow) == 0 || shadow[len(shadow)-1].depth < m.depth {
			shadow = append(shadow, m)
		}
		c = append(c, m)
		return false, nil
	}
	b := &breakpoint.Breakpoint{Addrs: s.instructions("main", "errors", "sync", "internal/sync"), Cond: note}
	s.onTracerOrFail(func() error { return s.set.Add(b) })
	if st := s.command(api.Continue); !st.Exited || fail != nil {
		t.Fatalf("came to %s: %v", at(st), fail)
	}
	return c
}

// deferrer is the depth of the frame that has deferred the function that m
// begins, if a panic runs it.
func (s *story) deferrer(h *breakpoint.Hit, shadow []moment) uint64 {
	by, frame := (&stacks{s.process}).DeferCaller(h.Thread, h.Regs)
	for i := len(shadow) - 1; i >= 0 && by == step.CalledByPanic; i-- {
		if shadow[i].depth < frame {
			return shadow[i].depth
		}
	}
	return 0
}

// walk steps through the program and fails where it doesn't come to what the
// course says.
func (c course) walk(t *testing.T, path, start string, choose func() string) {
	t.Helper()
	s := startedAt(t, path, start)
	id, here, said := s.goroutineID(), 0, ""
	for {
		name := choose()
		said += " " + name
		st := s.command(name)
		if !st.Exited && st.CurrentThread.Function.Name() == "runtime.Goexit" {
			st = s.command(api.StepOut) // the runtime's functions are not in the course
		}
		want := c.after(here, name)
		if want == len(c) {
			if !st.Exited && strings.HasPrefix(st.CurrentThread.Function.Name(), "main.") {
				t.Fatalf("%s from %v came to %s, not to the end; commands%s", name, c[here], at(st), said)
			}
			return
		}
		if st.Exited {
			t.Fatalf("%s from %v came to the end, not to %v; commands%s", name, c[here], c[want], said)
		}
		got, mine := s.where(id)
		reached := c.onTheWay(want, got)
		if !mine || reached < 0 {
			t.Fatalf("%s from %v came to %v, not to %v; commands%s", name, c[here], got, c[want], said)
		}
		here = reached
	}
}

// onTheWay is the moment of got, if that is the i-th or one of the same line
// behind it: where a recovered panic goes on, up to go1.22 the frame has a few
// instructions of the line behind it.
func (c course) onTheWay(i int, got moment) int {
	for j := i; j < len(c) && c[j].depth == c[i].depth && c[j].row.Line == c[i].row.Line; j++ {
		if c[j].pc == got.pc && c[j].depth == got.depth {
			return j
		}
	}
	return -1
}

// after is the moment at which a command must stop; len(c) is the end.
func (c course) after(i int, command string) int {
	from, left, called := c[i], false, map[uint64]bool{}
	stay := map[string]func(a, b step.Row) bool{api.Step: sameCode, api.Next: sameLine, api.StepOut: sameCall}[command]
	for j := i + 1; j < len(c); j++ {
		m := c[j]
		called[m.depth] = called[m.depth] || m.pc == m.f.Entry
		left = left || m.depth < from.depth || m.depth == from.depth && called[m.depth]
		switch {
		case m.f.Wrapper && m.f.Entry != from.f.Entry:
		case m.depth > from.depth || left && called[m.depth]:
			if m.pc == m.f.Body && (command == api.Step || m.deferrer != 0 && m.deferrer <= from.depth) {
				return j
			}
		case m.depth < from.depth:
			return j
		case command == api.StepOut && from.row.Inline == "":
		case m.row.Stmt && m.pc != from.pc && !stay(from.row, m.row):
			return j
		}
	}
	return len(c)
}

func sameCode(a, b step.Row) bool {
	return a.Inline == b.Inline && a.Line == b.Line && a.File == b.File
}

func sameLine(a, b step.Row) bool { return sameCode(a, b) || inlinedInto(a, b) }

func sameCall(a, b step.Row) bool { return a.Inline == b.Inline || inlinedInto(a, b) }

func inlinedInto(a, b step.Row) bool { return strings.HasPrefix(b.Inline, a.Inline+"/") }

// startedAt has a program stopped where a function begins, without breakpoints.
func startedAt(t *testing.T, path, function string) *story {
	t.Helper()
	s, err := Launch(context.Background(), path, quiet())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	st := &story{t, s, path}
	b := st.breakAt(function)
	st.command(api.Continue)
	if _, err := s.ClearBreakpoint(context.Background(), b.ID, ""); err != nil {
		t.Fatal(err)
	}
	return st
}

func (s *story) goroutineID() int64 {
	st, err := s.State(context.Background(), false)
	if err != nil {
		s.Fatal(err)
	}
	return st.SelectedGoroutine.ID
}

func (m moment) String() string {
	return fmt.Sprintf("%s:%d (%#x, %d deep, inlined %q, statement %v)", m.f.Name, m.row.Line, uint64(m.pc), m.depth, m.row.Inline, m.row.Stmt)
}

// where is the moment that the selected thread is at. mine: it is goroutine
// id's.
func (s *story) where(id int64) (m moment, mine bool) {
	s.Helper()
	s.onTracerOrFail(func() (err error) {
		tv := s.view.byID[s.selected.thread]
		m, mine, err = s.moment(tv.ID(), tv.regs, id)
		return err
	})
	return m, mine
}

// moment describes where a thread is.
// Precondition: tracer.
func (s *story) moment(thread int, regs arch.Regs, id int64) (m moment, mine bool, err error) {
	t, _ := s.proc.Thread(thread)
	pl, err := (&stacks{s.process}).Place(t, regs)
	if err != nil || pl.Goroutine != id {
		return m, false, err
	}
	code := s.code()
	m = moment{pc: regs.PC(), depth: pl.Depth}
	m.f, _ = code.Func(m.pc)
	for _, r := range code.Rows(m.f) {
		if r.PC <= m.pc {
			m.row = r
		}
	}
	return m, true, nil
}

// instructions are the addresses of all instructions of the functions of
// packages.
func (s *story) instructions(packages ...string) (list []addr.Addr) {
	s.Helper()
	img := s.images.All()[0]
	for _, fn := range img.File.Funcs() {
		if pkg, _, _ := strings.Cut(fn.Name, "."); !slices.Contains(packages, pkg) {
			continue
		}
		for a := img.Addr(fn.Entry); a < img.Addr(fn.End); {
			in, err := s.code().Instr(a)
			if err != nil || len(in.Bytes) == 0 {
				break
			}
			list = append(list, a)
			a += addr.Addr(len(in.Bytes))
		}
	}
	return list
}

func (s *story) onTracerOrFail(f func() error) {
	s.Helper()
	err := s.do(func() error { return s.onTracer(f) })
	if err != nil {
		s.Fatal(err)
	}
}
