package run_test

import (
	"context"
	"fmt"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/breakpoint"
	"github.com/tinydbg/tinydbg/internal/image"
	"github.com/tinydbg/tinydbg/internal/run"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/target/native"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

func TestMain(m *testing.M) { os.Exit(testkit.Main(m)) }

// real is a real process with a loop on it.
type real struct {
	testing.TB
	proc   *native.Process
	images *image.Set
	set    *breakpoint.Set
	loop   *run.Loop
}

func launch(t testing.TB, hooks run.Hooks, path string, args ...string) *real {
	t.Helper()
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	last, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	defer last.Close()
	t.Cleanup(func() {
		if words, _ := os.ReadFile(last.Name()); t.Failed() {
			t.Logf("the program's last words: %s", words)
		}
	})
	proc, err := native.Launch(context.Background(), native.Command{
		Path: path, Args: append([]string{path}, args...), Stdin: null, Stdout: null, Stderr: last,
	})
	if err != nil {
		t.Fatal(err)
	}
	return debug(t, hooks, proc, path)
}

func attach(t testing.TB, hooks run.Hooks, pid int, path string) *real {
	t.Helper()
	proc, err := native.Attach(context.Background(), pid, native.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return debug(t, hooks, proc, path)
}

func debug(t testing.TB, hooks run.Hooks, proc *native.Process, path string) *real {
	t.Helper()
	r := &real{TB: t, proc: proc}
	t.Cleanup(func() { proc.Do(func() { proc.Kill() }) })
	file, err := symbol.Open(path, symbol.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	if r.images, err = image.Load(proc, file, image.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.images.Close() })
	r.set = breakpoint.NewSet(breakpoint.NewTable(proc, proc.Arch()))
	r.loop = run.New(proc, r.set, hooks)
	return r
}

func (r *real) do(f func()) {
	r.Helper()
	if err := r.proc.Do(f); err != nil {
		r.Fatal(err)
	}
}

func (r *real) cont() *run.Stop {
	r.Helper()
	var stop *run.Stop
	var err error
	r.do(func() { stop, err = r.loop.Continue() })
	if err != nil {
		r.Fatal(err)
	}
	return stop
}

// entry is where a function begins, body where its prologue is over.
func (r *real) entry(name string) addr.Addr {
	r.Helper()
	m, fn := r.images.FuncNamed(name)
	if fn == nil {
		r.Fatalf("no function %s", name)
	}
	return m.Addr(fn.Entry)
}

func (r *real) body(name string) addr.Addr {
	r.Helper()
	m, fn := r.images.FuncNamed(name)
	if fn == nil {
		r.Fatalf("no function %s", name)
	}
	return m.Addr(m.File.PrologueEnd(fn))
}

func (r *real) add(a addr.Addr, cond func(*breakpoint.Hit) (bool, error)) *breakpoint.Breakpoint {
	r.Helper()
	b := &breakpoint.Breakpoint{Addrs: []addr.Addr{a}, Cond: cond}
	r.do(func() {
		if err := r.set.Add(b); err != nil {
			r.Fatal(err)
		}
	})
	return b
}

func never(*breakpoint.Hit) (bool, error) { return false, nil }

// Every call on every goroutine is a hit, whatever is done about it.
func TestEveryHitIsCounted(t *testing.T) {
	path := testkit.Build(t, "hit_counter", testkit.Options{})
	for _, inject := range []bool{true, false} {
		t.Run(fmt.Sprintf("inject=%v", inject), func(t *testing.T) {
			r := launch(t, run.Hooks{NoInject: !inject}, path, "8", "50")
			asked := 0
			r.add(r.body("main.work"), func(*breakpoint.Hit) (bool, error) { asked++; return false, nil })
			b := r.add(r.entry("main.work"), nil)
			hits := 0
			stop := r.cont()
			for ; stop.Reason == run.BreakpointReached; stop = r.cont() {
				hits++
			}
			if stop.Reason != run.Exited || stop.Status != 0 {
				t.Fatalf("stop %+v", stop)
			}
			if hits != 400 || b.Total != 400 || asked != 400 {
				t.Errorf("%d stops, %d counted, %d conditions; want 400 each", hits, b.Total, asked)
			}
		})
	}
}

// A trap may stand on any instruction.
func TestTrapOnEveryInstruction(t *testing.T) {
	path := testkit.Build(t, "hit_counter", testkit.Options{})
	r := launch(t, run.Hooks{}, path, "4", "100")
	n := 0
	for a := range r.instructions("main.work") {
		r.add(a, never)
		n++
	}
	if stop := r.cont(); stop.Reason != run.Exited || stop.Status != 0 {
		t.Fatalf("with %d traps: stop %+v", n, stop)
	}
}

// The conditions of breakpoints set and cleared while the program runs are
// asked; no thread is lost, and the text is as it was.
func TestSetAndClearedWhileRunning(t *testing.T) {
	path := testkit.Build(t, "hit_counter", testkit.Options{})
	p := testkit.StartCmd(t, exec.Command(path, "8", "1000000000000"))
	p.WaitOutput(t, "started")
	r := attach(t, run.Hooks{}, p.PID, path)
	m, fn := r.images.FuncNamed("main.work")
	before := r.text(m, fn)
	stops := make(chan *run.Stop, 1)
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(p.Output())
		}
	})
	go r.proc.Do(func() {
		s, err := r.loop.Continue()
		if err != nil {
			t.Error(err)
		}
		t.Logf("%+v", s)
		stops <- s
	})
	places := []addr.Addr{r.entry("main.work"), r.body("main.work"), r.entry("main.main.func1")}
	for i := range 200 {
		b := r.add(places[i%2], never)
		r.do(func() {
			if err := r.set.Remove(b); err != nil {
				t.Error(err)
			}
		})
	}
	r.do(r.loop.Halt)
	if s := <-stops; s == nil || s.Reason != run.Halted {
		t.Fatalf("stop %+v", s)
	}
	if after := r.text(m, fn); string(after) != string(before) {
		t.Error("the text has changed")
	}
	r.do(func() {
		if err := r.loop.Release(); err != nil {
			t.Error(err)
		}
		if err := r.proc.Detach(); err != nil {
			t.Error(err)
		}
	})
	testkit.Eventually(t, func() bool { return testkit.Status(p.PID)["State"][0] != 't' }, "the program goes on")
}

// instructions are those of a function, as they are before any trap is set.
func (r *real) instructions(name string) iter.Seq2[addr.Addr, []byte] {
	r.Helper()
	m, fn := r.images.FuncNamed(name)
	if fn == nil {
		r.Fatalf("no function %s", name)
	}
	code := r.text(m, fn)
	return func(yield func(addr.Addr, []byte) bool) {
		for at := 0; at < len(code); {
			a := m.Addr(fn.Entry) + addr.Addr(at)
			in, err := r.proc.Arch().Decode(code[at:], a)
			if err != nil {
				r.Fatal(err)
			}
			if !yield(a, in.Bytes) {
				return
			}
			at += len(in.Bytes)
		}
	}
}

func (r *real) text(m *image.Image, fn *symbol.Func) []byte {
	r.Helper()
	b := make([]byte, fn.End-fn.Entry)
	if _, err := r.proc.ReadMemory(b, m.Addr(fn.Entry)); err != nil {
		r.Fatal(err)
	}
	return b
}

func BenchmarkFalseCondition(b *testing.B) {
	path := testkit.Build(b, "hit_counter", testkit.Options{})
	r := launch(b, run.Hooks{}, path, "1", fmt.Sprint(b.N))
	r.add(r.body("main.work"), never)
	b.ResetTimer()
	if stop := r.cont(); stop.Reason != run.Exited {
		b.Fatalf("stop %+v", stop)
	}
}

// BenchmarkStopOfManyThreads is how long it takes from a hit in a process with
// 1,000 threads until all are stopped.
func BenchmarkStopOfManyThreads(b *testing.B) {
	path := testkit.Build(b, "hot_loop", testkit.Options{})
	r := launch(b, run.Hooks{}, path, "1000", "1000000000000")
	var hit time.Time
	r.add(r.body("main.work"), func(*breakpoint.Hit) (bool, error) { hit = time.Now(); return true, nil })
	r.cont() // once every thread is there
	var stopping time.Duration
	for b.Loop() {
		if stop := r.cont(); stop.Reason != run.BreakpointReached {
			b.Fatalf("stop %+v", stop)
		}
		stopping += time.Since(hit)
	}
	b.ReportMetric(float64(stopping.Milliseconds())/float64(b.N), "ms/stop")
}
