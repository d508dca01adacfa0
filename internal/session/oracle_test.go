package session

import (
	"context"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
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

func TestStepsFollowTheCourse(t *testing.T) {
	for _, v := range testkit.Versions() {
		for _, optimized := range []bool{false, true} {
			o := testkit.Options{Go: v, Optimized: optimized}
			if v != "" && !optimized && mixes() == 1 {
				continue // TestStepVisitsLinesInOrder walks through these
			}
			t.Run(o.String(), func(t *testing.T) {
				follow(t, testkit.Build(t, "visited_lines", o), "main.main")
				follow(t, testkit.Build(t, "panics_recovered", o), "main.main")
				follow(t, testkit.Build(t, "goroutines_end", o), "main.worker")
				follow(t, testkit.Build(t, "goroutines_end", o), "main.returns")
			})
		}
	}
}

func TestStepsBetweenLanguages(t *testing.T) {
	if _, err := exec.LookPath("gcc"); err != nil {
		t.Skip("no C compiler: gcc is needed to build calls_back")
	}
	versions := []string{""}
	if os.Getenv("TINYDBG_MATRIX") == "all" {
		versions = testkit.Versions()
	}
	for _, v := range versions {
		for flags, optimized := range map[string]bool{"-g -O0": false, "-g -O2": true} {
			o := testkit.Options{Go: v, Optimized: optimized, Env: []string{"CGO_ENABLED=1", "CGO_CFLAGS=" + flags}}
			t.Run(o.String(), func(t *testing.T) {
				follow(t, testkit.Build(t, "calls_back", o), "main.main")
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
func record(t *testing.T, path, start string) course {
	t.Helper()
	s := startedAt(t, path, start)
	id, fail := s.goroutineID(), error(nil)
	first, _ := s.where(id)
	r := &recorder{}
	r.add(first)
	note := func(h *breakpoint.Hit) (bool, error) {
		m, mine, err := s.moment(h.Thread.ID(), h.Regs, id)
		if err != nil {
			fail = err
		}
		if err == nil && mine {
			r.add(m)
			r.deferred((&stacks{s.process}).DeferCaller(h.Thread, h.Regs))
		}
		return false, nil
	}
	b := &breakpoint.Breakpoint{Addrs: s.instructions(), Cond: note}
	s.onTracerOrFail(func() error { return s.set.Add(b) })
	if st := s.command(api.Continue); !st.Exited || fail != nil {
		t.Fatalf("came to %s: %v", at(st), fail)
	}
	return r.course
}

// walk steps through the program and fails where it doesn't come to what the
// course says.
func (c course) walk(t *testing.T, path, start string, choose func() string) {
	t.Helper()
	s := startedAt(t, path, start)
	id, here, said, starts := s.goroutineID(), 0, "", goLines(t, filepath.Base(path))
	for {
		name := choose()
		if name == api.Step && slices.Contains(starts, c[here].row.Line) {
			name = api.Next
		}
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

// watched is a session of which it is known where its goroutine is.
type watched struct {
	*story
	rows map[addr.Addr][]step.Row // of functions, by entry
}

// startedAt has a program stopped where a function begins, without breakpoints.
func startedAt(t *testing.T, path, function string) *watched {
	t.Helper()
	s, err := Launch(context.Background(), path, quiet())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	st := &watched{&story{t, s, path}, map[addr.Addr][]step.Row{}}
	b := st.breakAt(function)
	st.command(api.Continue)
	if _, err := s.ClearBreakpoint(context.Background(), b.ID, ""); err != nil {
		t.Fatal(err)
	}
	return st
}

func (s *watched) goroutineID() int64 {
	st, err := s.State(context.Background(), false)
	if err != nil {
		s.Fatal(err)
	}
	return st.SelectedGoroutine.ID
}

// where is the moment that the selected thread is at. mine: it is goroutine
// id's.
func (s *watched) where(id int64) (m moment, mine bool) {
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
func (s *watched) moment(thread int, regs arch.Regs, id int64) (m moment, mine bool, err error) {
	t, _ := s.proc.Thread(thread)
	pl, err := (&stacks{s.process}).Place(t, regs)
	if err != nil || pl.Goroutine != id {
		return m, false, err
	}
	code := s.code()
	m = moment{pc: regs.PC(), depth: pl.Depth}
	m.f, _ = code.Func(m.pc)
	rows, ok := s.rows[m.f.Entry]
	if !ok {
		rows = code.Rows(m.f)
		s.rows[m.f.Entry] = rows
	}
	for _, r := range rows {
		if r.PC <= m.pc {
			m.row = r
		}
	}
	return m, true, nil
}

// instructions are the addresses of all instructions of the program's own
// functions, and of those that it calls in packages other than the runtime.
func (s *watched) instructions() (list []addr.Addr) {
	s.Helper()
	img := s.images.All()[0]
	for _, fn := range img.File.Funcs() {
		pkg, _, ofGo := strings.Cut(fn.Name, ".")
		if ofGo && !slices.Contains([]string{"main", "errors", "sync", "internal/sync"}, pkg) ||
			!ofGo && !strings.HasPrefix(fn.Name, "c_") && !strings.HasPrefix(fn.Name, cgoBack) && !strings.Contains(fn.Name, goToC) {
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

func (s *watched) onTracerOrFail(f func() error) {
	s.Helper()
	err := s.do(func() error { return s.onTracer(f) })
	if err != nil {
		s.Fatal(err)
	}
}
