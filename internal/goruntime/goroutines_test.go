package goruntime

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/internal/target"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// variants are the ways a program is built that its runtime must be found in.
var variants = []struct {
	name  string
	opts  testkit.Options
	dwarf bool
}{
	{"debug", testkit.Options{}, true},
	{"optimized", testkit.Options{Optimized: true}, true},
	{"stripped", testkit.Options{Optimized: true, Flags: []string{"-ldflags=-s -w"}}, false},
	{"pie", testkit.Options{Flags: []string{"-buildmode=pie"}}, true},
	{"pie stripped", testkit.Options{Optimized: true, Flags: []string{"-buildmode=pie", "-ldflags=-s -w"}}, false},
}

// What goroutine_states has made, by the function it started them with.
var wantStates = map[string]struct {
	status Status
	reason string
}{
	"main.onSend":    {Waiting, "chan send"},
	"main.onReceive": {Waiting, "chan receive"},
	"main.onSelect":  {Waiting, "select"},
	"main.onLock":    {Waiting, "sync.Mutex.Lock"},
	"main.onSleep":   {Waiting, "sleep"},
	"main.onSyscall": {Syscall, ""},
	"main.labelled":  {Waiting, "chan receive"},
	"runtime.main":   {Waiting, "select (no cases)"},
}

func TestGoroutineStates(t *testing.T) {
	for _, version := range testkit.Versions() {
		for _, v := range variants {
			o := v.opts
			o.Go = version
			t.Run(fmt.Sprintf("%s %v", v.name, o), func(t *testing.T) {
				bin := testkit.Build(t, "goroutine_states", o)
				proc := testkit.Start(t, bin)
				proc.WaitOutput(t, "goroutines")
				r, mem := open(t, bin, proc.PID)
				if r.FromDWARF() != v.dwarf {
					t.Errorf("layouts from DWARF: %v", r.FromDWARF())
				}
				checkStates(t, r, mem)
			})
		}
	}
}

// settled waits until the program's goroutines are where they are going: that
// it has started them does not say that they have got there.
func settled(t *testing.T, r *Runtime, mem target.Memory) []*G {
	var gs []*G
	testkit.Eventually(t, func() bool {
		list, next, err := r.Goroutines(mem, 0, 0)
		if err != nil || next != -1 {
			t.Fatalf("next %d, %v", next, err)
		}
		gs = list
		there := 0
		for _, g := range gs {
			want, ok := wantStates[r.startedWith(g)]
			if ok && g.Status == want.status && g.WaitReason == want.reason && (g.ThreadID != 0) == (g.Status == Syscall) {
				there++
			}
		}
		return there == len(wantStates)
	}, "the goroutines to be where they wait")
	return gs
}

func (r *Runtime) startedWith(g *G) string {
	name := r.funcName(g.StartPC)
	if fn, ok := wrapped[name]; ok {
		return fn
	}
	return name
}

func checkStates(t *testing.T, r *Runtime, mem target.Memory) {
	gs := settled(t, r, mem)
	seen := map[string]int{}
	for _, g := range gs {
		name := r.startedWith(g)
		seen[name]++
		if g.Err != nil || g.ID <= 0 || g.StackLo >= g.StackHi {
			t.Errorf("goroutine %+v", g)
		}
		if !g.OnThread() && (g.SP < g.StackLo || g.SP >= g.StackHi) {
			t.Errorf("goroutine %d (%s): SP %v outside of %v-%v", g.ID, name, g.SP, g.StackLo, g.StackHi)
		}
		want, ok := wantStates[name]
		if !ok {
			if strings.HasPrefix(name, "runtime.") != g.System {
				t.Errorf("%s: system %v", name, g.System)
			}
			continue
		}
		if g.System || g.Status != want.status || g.WaitReason != want.reason {
			t.Errorf("%s: %v %q, system %v", name, g.Status, g.WaitReason, g.System)
		}
		if labels := map[string]string{"tier": "gold", "shard": "7"}; name == "main.labelled" && !maps.Equal(g.Labels, labels) {
			t.Errorf("labels %v", g.Labels)
		}
		if (g.ThreadID != 0) != (g.Status == Syscall || g.Status == Running) {
			t.Errorf("%s: thread %d while %v", name, g.ThreadID, g.Status)
		}
	}
	for name := range wantStates {
		if seen[name] != 1 {
			t.Errorf("%d goroutines of %s in %v", seen[name], name, seen)
		}
	}
}

// wrapped are the functions behind the wrappers that go statements with
// arguments begin with.
var wrapped = map[string]string{
	"main.main.gowrap1": "main.onSend", "main.main.gowrap2": "main.onReceive", "main.main.gowrap3": "main.onSelect",
	"main.main.func1.gowrap1": "main.labelled", "main.main.func1.1": "main.labelled",
	"main.main.gowrap4": "main.labelled",
}

func TestGoroutinePages(t *testing.T) {
	bin := testkit.Build(t, "goroutine_states", testkit.Options{})
	proc := testkit.Start(t, bin)
	proc.WaitOutput(t, "goroutines")
	r, mem := open(t, bin, proc.PID)
	all, _, err := r.Goroutines(mem, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	var ids, paged []int64
	for _, g := range all {
		ids = append(ids, g.ID)
	}
	for next := 0; next >= 0; {
		var gs []*G
		if gs, next, err = r.Goroutines(mem, next, 3); err != nil || len(gs) > 3 {
			t.Fatal(len(gs), err)
		}
		for _, g := range gs {
			paged = append(paged, g.ID)
		}
	}
	if !slices.Equal(ids, paged) {
		t.Errorf("all %v, by page %v", ids, paged)
	}
	if g, err := r.GByID(mem, ids[3]); err != nil || g.ID != ids[3] || g.Addr != all[3].Addr {
		t.Errorf("GByID: %+v %v", g, err)
	}
	var none *NoGoroutineError
	if _, err := r.GByID(mem, 1<<40); !errors.As(err, &none) || err.Error() != "unknown goroutine 1099511627776" {
		t.Errorf("GByID of none: %v", err)
	}
	if gs, next, err := r.Goroutines(mem, 1<<40, 5); err != nil || len(gs) != 0 || next != -1 {
		t.Errorf("beyond the end: %v %d %v", gs, next, err)
	}
}

func TestMachines(t *testing.T) {
	bin := testkit.Build(t, "goroutine_states", testkit.Options{})
	proc := testkit.Start(t, bin)
	proc.WaitOutput(t, "goroutines")
	r, mem := open(t, bin, proc.PID)
	// The process runs: the runtime may be starting a thread, which the kernel knows
	// before the list of machines does.
	testkit.Eventually(t, func() bool {
		got, want := machines(t, r, mem), tasks(t, proc.PID)
		return slices.Equal(got, want)
	}, "the machines to be the threads of the process")
}

func machines(t *testing.T, r *Runtime, mem target.Memory) []string {
	ms, err := r.Ms(mem)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, m := range ms {
		list = append(list, fmt.Sprint(m.ThreadID))
	}
	slices.Sort(list)
	return list
}

func tasks(t *testing.T, pid int) []string {
	dir, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, task := range dir {
		list = append(list, task.Name())
	}
	slices.Sort(list)
	return list
}

// The embedded wait reasons must be those that programs with symbols have.
func TestWaitReasonTable(t *testing.T) {
	for _, version := range testkit.Versions() {
		bin := testkit.Build(t, "goroutine_states", testkit.Options{Go: version})
		proc := testkit.Start(t, bin)
		proc.WaitOutput(t, "goroutines")
		r, mem := open(t, bin, proc.PID)
		own, err := r.readWaitReasons(mem)
		if err != nil {
			t.Fatal(err)
		}
		if table := tableReasons(r.version); !slices.Equal(own, table) {
			t.Errorf("%v: the program has %q, the table %q", r.version, own, table)
		}
	}
}
