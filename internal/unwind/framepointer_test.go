package unwind_test

import (
	"fmt"
	"testing"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/testkit"
	"github.com/tinydbg/tinydbg/internal/unwind"
)

// TestFramePointersAgree follows the chain of frame pointers of every goroutine
// and thread beside the frames that were found by unwind tables: each says the
// same of where a frame is, and of what it returns to.
func TestFramePointersAgree(t *testing.T) {
	for _, program := range []struct{ name, arg, ready string }{
		{"stack_kinds", "rest", "ready"},
		{"goroutine_states", "", "goroutines"},
		{"parked_goroutines", "rest", "resting"},
	} {
		for _, version := range testkit.Versions() {
			for _, optimized := range []bool{false, true} {
				o := testkit.Options{Go: version, Optimized: optimized}
				t.Run(fmt.Sprintf("%s %v", program.name, o), func(t *testing.T) {
					path := testkit.Build(t, program.name, o)
					p := testkit.Start(t, path, program.arg)
					p.WaitOutput(t, program.ready)
					tr := attach(t, p.PID, path)
					if n := tr.followAll(); n < 20 {
						t.Errorf("only %d frames were compared", n)
					}
				})
			}
		}
	}
}

// followAll counts the frames that were compared.
func (tr *tracee) followAll() int {
	n := 0
	for _, th := range tr.proc.Threads() {
		n += tr.follow(fmt.Sprint("thread ", th.ID()), tr.stack(th), false)
	}
	for i, g := range tr.allgs() {
		info, err := tr.Goroutine(g)
		if onThread := tr.word(g+addr.Addr(tr.g.m)) != 0; err != nil || onThread || info.PC == 0 {
			continue
		}
		o := tr.opts
		o.G = g
		regs := unwind.FromSaved(tr.proc.Arch(), info.PC, info.SP, info.FP)
		n += tr.follow(fmt.Sprint("goroutine ", i), unwind.Stack(tr.proc, tr.set, regs, o), true)
	}
	return n
}

// follow compares one stack. parked says that its innermost frame is complete,
// too: it is in a call.
func (tr *tracee) follow(whose string, all []unwind.Frame, parked bool) (compared int) {
	tr.t.Helper()
	var frames []unwind.Frame // those with code of their own
	for _, f := range all {
		if !f.Inlined {
			frames = append(frames, f)
		}
	}
	fp, known := frames[0].Regs.FP(), parked
	for i := range frames[:len(frames)-1] {
		f, caller := &frames[i], &frames[i+1]
		switch {
		case f.Func == nil || !f.Func.IsGo() || f.Func.IsAssembly(), caller.Interrupted, caller.SP != f.CFA:
			known = false // the stack is another one, or assembly keeps frame pointers its own way
		case f.CFA-f.SP <= 8:
			// A function without a frame leaves the caller's frame pointer alone.
		case known:
			if ret := addr.Addr(tr.word(fp + 8)); fp+16 != f.CFA || ret != caller.PC {
				tr.t.Errorf("%s, %s: the frame pointer %v leads to CFA %v and %v, the tables to %v and %v (%s)",
					whose, f.Name, fp, fp+16, ret, f.CFA, caller.PC, names(all))
				return compared
			}
			compared++
			fp = addr.Addr(tr.word(fp))
		}
		if !known {
			fp, known = caller.Regs.FP(), true
		}
	}
	return compared
}
