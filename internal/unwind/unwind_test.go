package unwind_test

import (
	"strings"
	"syscall"
	"testing"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/target"
	"github.com/tinydbg/tinydbg/internal/testkit"
	"github.com/tinydbg/tinydbg/internal/unwind"
)

// TestEveryInstruction steps through functions that allocate, grow the stack,
// panic and recover, and unwinds at each instruction on the way. Whatever runs, on
// whatever stack: the stack ends as it should, with the frames it began with.
func TestEveryInstruction(t *testing.T) {
	starts := []string{"main.work", "main.recovers", "main.grow", "runtime.mallocgc", "runtime.systemstack", "runtime.mcall",
		"runtime.newstack", "runtime.gopanic", "runtime.newproc", "runtime.nanotime1", "runtime.chanrecv1", "runtime.memmove", "runtime.gogo"}
	for _, version := range testkit.Versions() {
		for _, optimized := range []bool{false, true} {
			o := testkit.Options{Go: version, Optimized: optimized}
			t.Run(o.String(), func(t *testing.T) {
				// Stepping is slow, and the scheduler would send signals all the time.
				t.Setenv("GODEBUG", "asyncpreemptoff=1")
				tr := launch(t, testkit.Build(t, "stack_kinds", o))
				s := stepper{tracee: tr, seen: map[string]bool{}}
				s.from("main.work", 100) // the runtime is set up
				for _, name := range starts {
					s.from(name, 500)
				}
				s.report()
			})
		}
	}
}

// stepper unwinds at each instruction.
type stepper struct {
	*tracee
	seen         map[string]bool
	stacks, fail int
	done         bool
}

// from runs to a function and steps on from there until the thread turns to
// another goroutine.
func (s *stepper) from(name string, steps int) {
	_, fn := s.set.FuncNamed(name)
	if fn == nil || s.done {
		return
	}
	th := s.runTo(s.set.Main().Addr(fn.Entry))
	first := strings.Fields(names(s.stack(th)))
	end := strings.Join(first[max(0, len(first)-3):], " ")
	for range steps {
		frames := s.stack(th)
		got := names(frames)
		if elsewhere(frames) {
			break
		}
		s.stacks++
		if !strings.HasSuffix(got, end) || !strings.HasSuffix(got, " bottom") {
			if s.fail++; s.fail < 8 {
				s.t.Errorf("from %s, at %v: %s\nwant the end %s", name, frames[0].PC, got, end)
			}
		}
		for _, f := range frames {
			s.seen[f.Name] = true
		}
		s.do(func() error { return s.step(th, 0) })
	}
	s.do(func() error { return s.stopAll() })
}

func (s *stepper) report() {
	s.t.Logf("%d stacks", s.stacks)
	if s.fail > 0 || s.stacks < 2000 {
		s.t.Errorf("%d of %d stacks are wrong", s.fail, s.stacks)
	}
	for _, name := range []string{"runtime.systemstack", "runtime.mallocgc", "runtime.morestack", "main.grow"} {
		if !s.seen[name] {
			s.t.Errorf("%s was never seen", name)
		}
	}
}

// elsewhere: the thread is leaving the goroutine it ran, or has no goroutine.
func elsewhere(frames []unwind.Frame) bool {
	for _, f := range frames {
		switch f.Name {
		case "runtime.schedule", "runtime.park_m", "runtime.goschedImpl", "runtime.gopreempt_m", "runtime.goexit0",
			"runtime.gogo", "gogo", "runtime.execute", "runtime.dropg", "runtime.gosched_m", "runtime.mstart",
			"runtime.recovery": // it changes what the goroutine saved, piece by piece
			return true
		}
	}
	return false
}

// TestNilCall stops at the fault of a call through a nil function value, and in
// the handler's sigpanic.
func TestNilCall(t *testing.T) {
	t.Run("go", func(t *testing.T) { checkFaults(t, testkit.Options{}) })
	t.Run("oldest", func(t *testing.T) { checkFaults(t, testkit.Options{Go: testkit.Versions()[0]}) })
	// With cgo the C library's code returns from handlers.
	t.Run("cgo", func(t *testing.T) {
		checkFaults(t, testkit.Options{Flags: []string{"-tags=withcgo"}, Env: []string{"CGO_ENABLED=1"}})
	})
}

func checkFaults(t *testing.T, o testkit.Options) {
	path := testkit.Build(t, "stack_nil_call", o)
	for _, c := range []struct{ arg, fault, panic string }{
		{"nil", "main.callNil main.main runtime.main runtime.goexit bottom",
			"runtime.sigpanic main.callNil main.main runtime.main runtime.goexit bottom"},
		{"zero", " main.callNil main.main runtime.main runtime.goexit bottom",
			"runtime.sigpanic main.callNil main.main runtime.main runtime.goexit bottom"},
		{"read", "main.readNil main.main runtime.main runtime.goexit bottom",
			"runtime.sigpanic main.readNil main.main runtime.main runtime.goexit bottom"},
	} {
		t.Run(c.arg, func(t *testing.T) {
			t.Setenv("GODEBUG", "asyncpreemptoff=1")
			tr := launch(t, path, c.arg)
			var th target.Thread
			tr.do(func() (err error) {
				for _, t := range tr.proc.Threads() {
					if err := t.Resume(0); err != nil {
						return err
					}
				}
				th, err = tr.waitSignal(syscall.SIGSEGV)
				return err
			})
			if got := names(tr.stack(th)); got != c.fault {
				t.Errorf("at the fault: %s\nwant %s", got, c.fault)
			}
			checkHandler(t, tr, th, c.panic)
		})
	}
}

// checkHandler delivers the signal and steps through Go's handler: below it are
// the interrupted frames. Then it looks at sigpanic.
func checkHandler(t *testing.T, tr *tracee, th target.Thread, want string) {
	sig := syscall.SIGSEGV
	handled := false
	for range 20000 {
		tr.do(func() error { return tr.step(th, sig) })
		sig = 0
		frames := tr.stack(th)
		got := names(frames)
		switch {
		case frames[0].Name == "runtime.sigpanic":
			if got != want {
				t.Errorf("in sigpanic: %s\nwant %s", got, want)
			}
			if !handled {
				t.Error("no stack in the handler was complete")
			}
			if f := frames[1]; !f.Interrupted && strings.Contains(want, "readNil") {
				t.Errorf("sigpanic's caller %s is not marked as interrupted", f.Name)
			}
			return
		case strings.Contains(got, "runtime.sigtrampgo") && strings.HasSuffix(got, "main.main runtime.main runtime.goexit bottom"):
			handled = true
		case strings.Contains(got, "runtime.(*sigctxt).pushCall"):
			// The registers the handler will restore are being changed.
		case !strings.HasSuffix(got, "main.main runtime.main runtime.goexit bottom"):
			t.Fatalf("in the handler: %s", got)
		}
	}
	t.Errorf("sigpanic was not reached, but %s", names(tr.stack(th)))
}

// TestParked compares goroutines that do not run with what their
// stacks must be.
func TestParked(t *testing.T) {
	for _, version := range testkit.Versions() {
		t.Run(version, func(t *testing.T) {
			path := testkit.Build(t, "stack_kinds", testkit.Options{Go: version})
			p := testkit.Start(t, path, "rest")
			p.WaitOutput(t, "ready")
			tr := attach(t, p.PID, path)
			for _, th := range tr.proc.Threads() {
				frames := tr.stack(th)
				last := frames[len(frames)-1]
				if last.Err != nil || !last.Bottom {
					t.Errorf("thread %d: %s", th.ID(), names(frames))
				}
			}
			want := "runtime.gopark runtime.chanrecv runtime.chanrecv1" + strings.Repeat(" main.deep", 21)
			found := false
			var all []string
			for _, g := range tr.allgs() {
				info, _ := tr.Goroutine(g)
				o := tr.opts
				o.G = g
				frames := unwind.Stack(tr.proc, tr.set, unwind.FromSaved(tr.proc.Arch(), info.PC, info.SP, info.FP), o)
				got := names(frames)
				all = append(all, got)
				if strings.HasPrefix(got, want) {
					found = true
					checkFrames(t, frames, info)
					if !strings.HasSuffix(got, "main.deep main.main.gowrap1 runtime.goexit bottom") && !strings.HasSuffix(got, "main.main.func1 runtime.goexit bottom") {
						t.Errorf("parked: %s", got)
					}
				}
			}
			if !found {
				t.Errorf("the goroutine in main.deep was not found in\n%s", strings.Join(all, "\n"))
			}
		})
	}
}

// checkFrames: frames lie above each other in the goroutine's stack, and frame
// pointers are those the frames saved.
func checkFrames(t *testing.T, frames []unwind.Frame, g unwind.Goroutine) {
	for i, f := range frames {
		if f.CFA <= f.SP || f.SP < g.Low || f.CFA > g.High || f.SystemStack {
			t.Errorf("frame %d %s: SP %v CFA %v, stack %v-%v", i, f.Name, f.SP, f.CFA, g.Low, g.High)
		}
		if f.Name == "main.deep" && f.Regs.FP() != f.CFA-16 {
			t.Errorf("frame %d %s: FP %v, CFA %v", i, f.Name, f.Regs.FP(), f.CFA)
		}
		if i > 0 && f.SP != frames[i-1].CFA {
			t.Errorf("frame %d %s: SP %v, but its callee's CFA is %v", i, f.Name, f.SP, frames[i-1].CFA)
		}
	}
}

func (tr *tracee) allgs() []addr.Addr {
	v, err := tr.set.Main().File.Global("runtime.allgs")
	if err != nil {
		tr.t.Fatal(err)
	}
	pieces, err := v.Pieces(0, ctxFor(tr))
	if err != nil {
		tr.t.Fatal(err)
	}
	at := pieces[0].Addr
	var list []addr.Addr
	for i := range min(tr.word(at+8), 1000) {
		list = append(list, addr.Addr(tr.word(addr.Addr(tr.word(at)+8*i))))
	}
	return list
}

// TestCgo: Go, C, Go, C, with all of it in one list.
func TestCgo(t *testing.T) {
	path := testkit.Build(t, "stack_cgo", testkit.Options{Env: []string{"CGO_ENABLED=1"}})
	p := testkit.Start(t, path)
	p.WaitOutput(t, "ready")
	tr := attach(t, p.PID, path)
	want := []string{"inner", "runtime.asmcgocall", "runtime.cgocall", "main.goCallback", "runtime.cgocallbackg", "runtime.cgocallback",
		"outer", "runtime.asmcgocall", "runtime.cgocall", "main.middle", "main.goCallback", "runtime.cgocallbackg", "runtime.cgocallback",
		"outer", "runtime.asmcgocall", "main.middle", "main.main", "runtime.main", "runtime.goexit", "bottom"}
	for _, th := range tr.proc.Threads() {
		got := names(tr.stack(th))
		if !strings.Contains(got, "inner") {
			if strings.Contains(got, "ERROR") {
				t.Errorf("thread %d: %s", th.ID(), got)
			}
			continue
		}
		rest := strings.Fields(got)
		for _, w := range want {
			i := 0
			for i < len(rest) && rest[i] != w {
				i++
			}
			if i == len(rest) {
				t.Fatalf("%s is missing in %s", w, got)
			}
			rest = rest[i+1:]
		}
		return
	}
	t.Error("no thread is in inner")
}

// TestSignalC: a handler in C, by .eh_frame.
func TestSignalC(t *testing.T) {
	for _, flags := range [][]string{{"-O0"}, {"-O2"}, {"-O2", "-fomit-frame-pointer", "-static"}} {
		t.Run(strings.Join(flags, ""), func(t *testing.T) {
			path := buildC(t, "stack_signal_c", flags...)
			p := testkit.Start(t, path)
			p.WaitOutput(t, "ready")
			tr := attach(t, p.PID, path)
			got := names(tr.stack(tr.proc.Threads()[0]))
			i, j, k := strings.Index(got, " handler "), strings.Index(got, " raises "), strings.Index(got, " main ")
			if i < 0 || j < i || k < j || strings.Contains(got, "ERROR") {
				t.Errorf("%s", got)
			}
		})
	}
}
