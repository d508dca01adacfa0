package goruntime

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/image"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/target"
	"github.com/tinydbg/tinydbg/internal/target/native"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// attach attaches to a process; it is let go at the end of the test.
func attach(t *testing.T, bin string, pid int) (*native.Process, *Runtime) {
	t.Helper()
	p, err := native.Attach(context.Background(), pid, native.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		var err error
		if doErr := p.Do(func() { err = p.Detach() }); err != nil || doErr != nil {
			t.Error("detach", doErr, err)
		}
	})
	f, err := symbol.Open(bin, symbol.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	set, err := image.Load(p, f, image.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { set.Close() })
	r, err := New(set)
	if err != nil {
		t.Fatal(err)
	}
	return p, r
}

func registers(t *testing.T, p *native.Process, th target.Thread) arch.Regs {
	t.Helper()
	var regs arch.Regs
	var err error
	if doErr := p.Do(func() { regs, err = th.Registers(false) }); err != nil || doErr != nil {
		t.Fatal(doErr, err)
	}
	return regs
}

// Every thread's g must be found, in whatever way the program is linked: the m
// of that g says which thread it is.
func TestThreadGoroutines(t *testing.T) {
	more := append(variants[:len(variants):len(variants)], []struct {
		name  string
		opts  testkit.Options
		dwarf bool
	}{
		{"external", testkit.Options{Flags: []string{"-ldflags=-linkmode=external"}, Env: []string{"CGO_ENABLED=1"}}, true},
		{"external pie", testkit.Options{Flags: []string{"-buildmode=pie", "-ldflags=-linkmode=external"}, Env: []string{"CGO_ENABLED=1"}}, true},
		{"external stripped", testkit.Options{Flags: []string{"-ldflags=-linkmode=external -s -w"}, Env: []string{"CGO_ENABLED=1"}}, false},
	}...)
	for _, v := range more {
		t.Run(v.name, func(t *testing.T) {
			bin := testkit.Build(t, "goroutine_states", v.opts)
			proc := testkit.Start(t, bin)
			proc.WaitOutput(t, "goroutines")
			p, r := attach(t, bin, proc.PID)
			spinning, newborn := 0, 0
			for _, th := range p.Threads() {
				regs := registers(t, p, th)
				at, err := r.GAddr(p, regs)
				if errors.Is(err, ErrNoG) {
					newborn++ // on a busy machine it may have been made just now
					continue
				}
				if err != nil {
					t.Errorf("thread %d: %v", th.ID(), err)
					continue
				}
				raw, err := r.ReadG(p, at)
				if err != nil || raw.ThreadID != th.ID() {
					t.Errorf("thread %d has the g of thread %d, %v", th.ID(), raw.ThreadID, err)
				}
				g, system, err := r.ThreadG(p, regs)
				if err != nil {
					t.Errorf("thread %d: %v", th.ID(), err)
				}
				if g != nil && r.funcName(g.StartPC) == "main.onSpin" {
					spinning++
					if !system && (!g.OnThread() || g.ThreadID != th.ID()) {
						t.Errorf("spinning goroutine: %+v", g)
					}
				}
			}
			if spinning == 0 {
				spinning = preempted(t, r, p)
			}
			if spinning != 1 || newborn > 1 {
				t.Errorf("%d threads spin, %d run no goroutine", spinning, newborn)
			}
		})
	}
}

// preempted counts the goroutines that would spin and are on no thread: the scheduler
// has just taken it from them.
func preempted(t *testing.T, r *Runtime, p *native.Process) (n int) {
	t.Helper()
	gs, _, err := r.Goroutines(p, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range gs {
		if r.funcName(g.StartPC) == "main.onSpin" && !g.OnThread() {
			n++
		}
	}
	return n
}

func TestDeferredAndAncestors(t *testing.T) {
	for _, version := range testkit.Versions() {
		t.Run("go "+version, func(t *testing.T) {
			bin := testkit.Build(t, "deferred_calls", testkit.Options{Go: version})
			t.Setenv("GODEBUG", "tracebackancestors=5")
			proc := testkit.Start(t, bin)
			proc.WaitOutput(t, "ready")
			r, mem := open(t, bin, proc.PID)
			gs, _, err := r.Goroutines(mem, 0, 0)
			if err != nil {
				t.Fatal(err)
			}
			for _, g := range gs {
				if r.funcName(g.StartPC) == "main.child" {
					checkDefers(t, r, mem, g)
					checkAncestors(t, r, mem, g)
					return
				}
			}
			t.Error("main.child was not found")
		})
	}
}

func checkDefers(t *testing.T, r *Runtime, mem target.Memory, g *G) {
	ds, err := r.Defers(mem, g)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, d := range ds {
		if d.Err != nil {
			t.Error(d.Err)
		}
		names = append(names, r.funcName(d.Fn))
	}
	want := "[main.second main.panicking.func1 main.panicking.func1 main.first]"
	wantWrapped := "[main.second main.panicking.gowrap1 main.panicking.gowrap1 main.first]"
	wantNewer := "[main.second main.panicking.deferwrap1 main.panicking.deferwrap1 main.first]"
	if got := fmt.Sprint(names); got != want && got != wantWrapped && got != wantNewer {
		t.Errorf("deferred %v", got)
	}
	ps, err := r.Panics(mem, g)
	if err != nil || len(ps) != 1 || ps[0].Recovered || ps[0].Goexit {
		t.Fatalf("panics %+v %v", ps, err)
	}
	words, err := r.readBlock(mem, ps[0].Value, 16)
	if err != nil {
		t.Fatal(err)
	}
	i, err := r.ReadInterface(mem, words.ptr(0), words.ptr(8), true)
	if err != nil {
		t.Fatal(err)
	}
	rt, err := r.ReadRType(mem, i.Type)
	if err != nil || rt.Name != "string" || rt.Direct || rt.Size != 16 {
		t.Errorf("panic value's type %+v %v", rt, err)
	}
	if s, err := r.readString(mem, i.Data, 100); s != "trouble 42" || err != nil {
		t.Errorf("panic value %q %v", s, err)
	}
}

func checkAncestors(t *testing.T, r *Runtime, mem target.Memory, g *G) {
	as, err := r.Ancestors(mem, g)
	if err != nil || len(as) != 2 || as[0].ID != g.ParentID || as[1].ID != 1 {
		t.Fatalf("ancestors %+v of %+v, %v", as, g, err)
	}
	var names []string
	for _, pc := range as[0].PCs {
		names = append(names, r.funcName(pc-1))
	}
	if !slices.Contains(names, "main.main.func1") {
		t.Errorf("started by %v", names)
	}
	one, err := r.GByID(mem, 1)
	if err != nil {
		t.Fatal(err)
	}
	var none *NoAncestorsError
	if _, err := r.Ancestors(mem, one); !errors.As(err, &none) {
		t.Errorf("ancestors of the first goroutine: %v", err)
	}
}
