package run

import (
	"errors"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/breakpoint"
	"github.com/tinydbg/tinydbg/internal/target"
	"github.com/tinydbg/tinydbg/internal/target/fake"
)

// rig is a fake process with a loop on it.
type rig struct {
	*testing.T
	proc *fake.Process
	prog *fake.Program
	set  *breakpoint.Set
	loop *Loop
}

func newRig(t *testing.T, src string, threads ...string) *rig {
	t.Helper()
	r := &rig{T: t, proc: fake.New(), prog: fake.Assemble(0x1000, src)}
	r.proc.Load(r.prog.Base, r.prog.Code)
	for _, at := range threads {
		r.proc.Spawn(r.prog.Labels[at])
	}
	r.set = breakpoint.NewSet(breakpoint.NewTable(r.proc, r.proc.Arch()))
	r.loop = New(r.proc, r.set, Hooks{})
	t.Cleanup(func() {
		if !r.proc.Detached && !r.proc.Killed {
			r.do(func() { r.proc.Kill() })
		}
	})
	return r
}

func (r *rig) do(f func()) {
	r.Helper()
	if err := r.proc.Do(f); err != nil && !errors.Is(err, target.ErrDetached) {
		r.Fatal(err)
	}
}

func (r *rig) add(label string) *breakpoint.Breakpoint {
	r.Helper()
	b := &breakpoint.Breakpoint{Addrs: []addr.Addr{r.prog.Labels[label]}}
	r.do(func() {
		if err := r.set.Add(b); err != nil {
			r.Fatal(err)
		}
	})
	return b
}

func (r *rig) cont() *Stop {
	r.Helper()
	var stop *Stop
	var err error
	r.do(func() { stop, err = r.loop.Continue() })
	if err != nil {
		r.Fatal(err)
	}
	r.checkStopped(stop)
	return stop
}

// checkStopped checks what holds at every stop.
func (r *rig) checkStopped(stop *Stop) {
	r.Helper()
	if stop.Reason == Exited {
		return
	}
	r.do(func() {
		for _, t := range r.proc.Threads() {
			regs, err := t.Registers(false)
			if err != nil {
				r.Fatalf("thread %d: %v", t.ID(), err)
			}
			if end := r.prog.Base + addr.Addr(len(r.prog.Code)); regs.PC() < r.prog.Base || regs.PC() >= end {
				r.Errorf("thread %d stands outside of the program, at %v", t.ID(), regs.PC())
			}
		}
	})
}

func (r *rig) wantHitOf(stop *Stop, b *breakpoint.Breakpoint) {
	r.Helper()
	if stop.Reason != BreakpointReached || stop.Reached[0].Breakpoint != b {
		r.Fatalf("stop %+v, want breakpoint %d", stop, b.ID)
	}
}

func (r *rig) wantHit(stop *Stop, b *breakpoint.Breakpoint) {
	r.Helper()
	r.wantHitOf(stop, b)
	r.do(func() {
		if regs, _ := stop.Thread.Registers(false); regs.PC() != b.Addrs[0] {
			r.Fatalf("pc %v, want %v", regs.PC(), b.Addrs[0])
		}
	})
}

func (r *rig) wantExit(stop *Stop, status int) {
	r.Helper()
	if stop.Reason != Exited || stop.Status != status {
		r.Fatalf("stop %+v, want exit with status %d", stop, status)
	}
}

// A process that has stood for too long is not stopped again at once: hits are
// counted, those that wait to be reported included, and whoever halts it is obeyed.
func TestRelent(t *testing.T) {
	r := newRig(t, `
main:	call f
	jmp main
f:	work
	ret
`, "main", "main")
	b := r.add("f")
	b.ID = 1
	r.wantHitOf(r.cont(), b)
	relent := func(least time.Duration) (stop *Stop) {
		r.do(func() {
			var err error
			if stop, err = r.loop.Relent(least); err != nil {
				r.Fatal(err)
			}
		})
		return stop
	}
	if stop := relent(0); stop.Reason != BreakpointReached {
		t.Fatalf("%+v when it need not run for long", stop)
	}
	go func() {
		for total := uint64(0); total < 100; {
			r.do(func() { total = b.Total })
		}
		r.do(r.loop.Halt)
	}()
	stop := relent(time.Hour)
	if stop.Reason != Halted || stop.Spared < 90 {
		t.Fatalf("%+v", stop)
	}
	r.wantHitOf(r.cont(), b) // the user is there again
}

func TestEveryHitStops(t *testing.T) {
	for _, noScratch := range []bool{false, true} {
		r := newRig(t, `
main:	set 2
top:	call f
	loop top
	exitp
f:	work
	ret`, "main")
		r.proc.NoScratch = noScratch
		b := r.add("f")
		for i := 1; i <= 3; i++ {
			r.wantHit(r.cont(), b)
			if b.Total != uint64(i) {
				t.Fatalf("hit %d counted as %d", i, b.Total)
			}
		}
		r.wantExit(r.cont(), 3)
	}
}

func TestFalseConditionNeverStops(t *testing.T) {
	for _, label := range []string{"f", "top", "again", "out"} {
		r := newRig(t, `
main:	set 99
top:	call f
again:	loop top
	exitp
f:	work
out:	ret`, "main")
		asked := 0
		b := r.add(label)
		b.Cond = func(*breakpoint.Hit) (bool, error) { asked++; return false, nil }
		r.wantExit(r.cont(), 100)
		if asked != 100 || b.Total != 0 {
			t.Errorf("%s: asked %d times, counted %d; want 100 and 0", label, asked, b.Total)
		}
	}
}

func TestConditionError(t *testing.T) {
	r := newRig(t, "main: work\nf: work\nexitp", "main")
	b := r.add("f")
	broken := errors.New("no such variable")
	b.Cond = func(*breakpoint.Hit) (bool, error) { return false, broken }
	stop := r.cont()
	r.wantHit(stop, b)
	if !errors.Is(stop.Reached[0].Err, broken) {
		t.Errorf("error %v", stop.Reached[0].Err)
	}
}

func TestHitConditions(t *testing.T) {
	for cond, want := range map[string]int{"== 3": 1, "> 7": 3, ">= 7": 4, "< 4": 3, "<= 4": 4, "!= 5": 9, "% 3": 3, "4": 1} {
		r := newRig(t, "main: set 9\ntop: work\nloop top\nexitp", "main")
		b := r.add("top")
		var err error
		if b.HitCond, err = breakpoint.ParseHitCond(cond); err != nil {
			t.Fatal(err)
		}
		stops := 0
		for r.cont().Reason != Exited {
			stops++
		}
		if stops != want || b.Total != 10 {
			t.Errorf("%s: %d stops of %d hits, want %d", cond, stops, b.Total, want)
		}
	}
}

func TestSimultaneousHitsAreAllReported(t *testing.T) {
	for _, noScratch := range []bool{false, true} {
		r := newRig(t, `
main:	set 4
top:	work
	loop top
	exit`, "main", "main", "main", "main", "main")
		r.proc.NoScratch = noScratch
		b := r.add("top")
		for i := 0; i < 25; i++ {
			r.wantHit(r.cont(), b)
		}
		if r.loop.Pending() != 0 || b.Total != 25 {
			t.Fatalf("%d pending, %d counted", r.loop.Pending(), b.Total)
		}
		if len(b.Counts) != 5 {
			t.Errorf("counts %v, want 5 threads", b.Counts)
		}
		for id, n := range b.Counts {
			if n != 5 {
				t.Errorf("thread %d: %d hits, want 5", id, n)
			}
		}
	}
}

func TestPendingHitIsDroppedWithItsBreakpoint(t *testing.T) {
	r := newRig(t, "main: work\nf: work\nexit", "main", "main", "main")
	b := r.add("f")
	r.wantHit(r.cont(), b)
	if r.loop.Pending() == 0 {
		t.Fatal("no other thread hit meanwhile: the test shows nothing")
	}
	r.do(func() { r.set.Remove(b) })
	stop := make(chan *Stop, 1)
	go r.proc.Do(func() { s, _ := r.loop.Continue(); stop <- s })
	r.haltWhenGone()
	if s := <-stop; s.Reason != Halted {
		t.Errorf("stop %+v, want halted", s)
	}
}

// A hit that is reported at once ends the run of a thread alone, too: the next
// run is everybody's.
func TestAloneEndsWithAPendingHit(t *testing.T) {
	r := newRig(t, "main: work\nf: work\njmp f", "main", "main")
	b := r.add("f")
	first := r.cont()
	r.wantHit(first, b)
	if r.loop.Pending() == 0 {
		t.Fatal("the other thread did not hit meanwhile: the test shows nothing")
	}
	r.do(func() {
		stop, err := r.loop.Alone(first.Thread, r.loop.Continue)
		if err != nil {
			t.Fatal(err)
		}
		r.wantHitOf(stop, b)
	})
	r.wantHit(r.cont(), b)
	if r.loop.Pending() == 0 {
		t.Error("the other thread was not resumed")
	}
}

// haltWhenGone halts the loop when no thread is left.
func (r *rig) haltWhenGone() {
	r.Helper()
	for end := time.Now().Add(time.Minute); len(r.proc.Threads()) > 0; runtime.Gosched() {
		if time.Now().After(end) {
			r.Errorf("%d threads are left", len(r.proc.Threads()))
			break
		}
	}
	r.do(r.loop.Halt)
}

func TestHaltAndGoOn(t *testing.T) {
	r := newRig(t, "main: work\njmp main\nwait: block\nexit", "main", "main", "wait")
	for i := 0; i < 10; i++ {
		stop := make(chan *Stop, 1)
		go r.proc.Do(func() { s, _ := r.loop.Continue(); stop <- s })
		r.do(r.loop.Halt)
		s := <-stop
		if s.Reason == Halted {
			r.checkStopped(s)
			continue
		}
		t.Fatalf("stop %+v, want halted", s)
	}
}

func TestThreadsBornAndDying(t *testing.T) {
	r := newRig(t, `
main:	set 19
top:	clone child
	loop top
	block
child:	work
f:	work
	exit`, "main")
	b := r.add("f")
	at := r.add("top")
	at.Cond = func(*breakpoint.Hit) (bool, error) { return false, nil }
	for i := 0; i < 20; i++ {
		r.wantHit(r.cont(), b)
	}
	if b.Total != 20 || len(b.Counts) != 20 {
		t.Errorf("%d hits in %d threads, want 20 in 20", b.Total, len(b.Counts))
	}
}

// A thread made by a copied system call begins in the copy.
func TestThreadBornInACopy(t *testing.T) {
	r := newRig(t, `
main:	set 5
top:	split
	work
	loop top
	exit`, "main")
	r.add("top").Cond = func(*breakpoint.Hit) (bool, error) { return false, nil }
	// 2^6 threads each do the rest of the loop; what counts is that all of them
	// get to its end.
	stop := make(chan *Stop, 1)
	go r.proc.Do(func() { s, _ := r.loop.Continue(); stop <- s })
	r.haltWhenGone()
	<-stop
}

func TestSignals(t *testing.T) {
	r := newRig(t, `
main:	set 199
top:	work
	loop top
	exitp`, "main")
	r.add("top").Cond = func(h *breakpoint.Hit) (bool, error) {
		h.Thread.(*fake.Thread).Send(syscall.SIGURG)
		return false, nil
	}
	r.wantExit(r.cont(), 200)
	if n := len(r.proc.Signals); n != 200 {
		t.Errorf("%d signals delivered, want 200", n)
	}
}

func TestFaultInACopyIsTheOriginals(t *testing.T) {
	r := newRig(t, "main: work\nf: fault\nexitp", "main")
	b := r.add("f")
	r.wantHit(r.cont(), b)
	var at addr.Addr
	// The next arrival is after the signal was passed on with the pc mapped
	// back, as a handler that retries would see it.
	b.Cond = func(h *breakpoint.Hit) (bool, error) { at = h.Addr; return true, nil }
	r.wantHit(r.cont(), b)
	if at != b.Addrs[0] || len(r.proc.Signals) != 1 || r.proc.Signals[0] != syscall.SIGSEGV {
		t.Errorf("at %v, signals %v", at, r.proc.Signals)
	}
}

func TestOwnTrap(t *testing.T) {
	r := newRig(t, "main: work\ntrap\nafter: work\nexitp", "main")
	stop := r.cont()
	if stop.Reason != Trapped {
		t.Fatalf("stop %+v", stop)
	}
	r.do(func() {
		if regs, _ := stop.Thread.Registers(false); regs.PC() != r.prog.Labels["after"] {
			t.Errorf("pc %v is not after the trap", regs.PC())
		}
	})
	r.wantExit(r.cont(), 2)
}

func TestClearedWhileRunning(t *testing.T) {
	r := newRig(t, `
main:	set 100000
top:	call f
	loop top
	exitp
f:	work
	ret`, "main", "main")
	stop := make(chan *Stop, 1)
	go r.proc.Do(func() { s, _ := r.loop.Continue(); stop <- s })
	for i := 0; i < 200; i++ {
		b := r.add("f")
		r.do(func() { b.Cond = func(*breakpoint.Hit) (bool, error) { return false, nil } })
		r.do(func() { r.set.Remove(b) })
	}
	s := <-stop
	if s.Reason != Exited && s.Reason != BreakpointReached {
		t.Fatalf("stop %+v", s)
	}
}

func TestOriginalsAreBackAfterRemoval(t *testing.T) {
	r := newRig(t, "main: set 3\ntop: call f\nloop top\nexitp\nf: work\nret", "main")
	for _, l := range []string{"main", "top", "f"} {
		r.add(l)
	}
	r.cont()
	buf := make([]byte, len(r.prog.Code))
	if _, err := r.set.Table().Memory().ReadMemory(buf, r.prog.Base); err != nil || string(buf) != string(r.prog.Code) {
		t.Errorf("clean memory shows traps")
	}
	r.do(func() { r.set.Table().RemoveAll() })
	if _, err := r.proc.ReadMemory(buf, r.prog.Base); err != nil || string(buf) != string(r.prog.Code) {
		t.Errorf("traps are left in memory")
	}
}

func TestTemporary(t *testing.T) {
	r := newRig(t, "main: set 3\ntop: work\nloop top\nexitp", "main")
	b := r.add("top")
	b.Temporary = true
	r.wantHit(r.cont(), b)
	if r.set.Has(b) {
		t.Error("it is still there")
	}
	r.wantExit(r.cont(), 4)
}
