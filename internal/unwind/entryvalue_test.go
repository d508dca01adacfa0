package unwind_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/dwarf/expr"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/testkit"
	"github.com/tinydbg/tinydbg/internal/unwind"
)

// eachC runs f on an optimised C program, of each compiler and version of DWARF.
func eachC(t *testing.T, name string, f func(t *testing.T, bin string)) {
	for _, compiler := range []string{"gcc", "clang"} {
		for _, version := range []string{"-gdwarf-4", "-gdwarf-5"} {
			t.Run(compiler+version, func(t *testing.T) {
				f(t, testkit.BuildCWith(t, compiler, name, "-O2", version))
			})
		}
	}
}

// TestEntryValues reads arguments that only the callers know any more, and
// compares them with what the program says they were.
func TestEntryValues(t *testing.T) {
	eachC(t, "entry_values", func(t *testing.T, bin string) {
		tr := launch(t, bin)
		last := tr.stopIn("stop", "last")
		known := 0
		var entry *expr.EntryError
		for i, name := range []string{"a", "b", "c"} {
			v, err := tr.variable(last, name)
			if want := tr.truth(i); err == nil && v != want || err != nil && !errors.As(err, &entry) {
				t.Errorf("%s is %d, %v; it was %d", name, v, err, want)
			}
			if err == nil {
				known++
			}
		}
		// Clang describes few of the values that calls pass.
		if known == 0 || known < 3 && strings.Contains(t.Name(), "gcc") {
			t.Errorf("only %d are known", known)
		}
		for _, c := range []struct{ in, why string }{
			{"jumped_to", "the caller called jumps, which jumped to jumped_to"},
			{"ping", "ping may have jumped to itself"},
		} {
			_, err := tr.variable(tr.stopIn("stop", c.in), "n")
			if !errors.As(err, &entry) || !strings.Contains(err.Error(), c.why) {
				t.Errorf("n in %s: %v, want %q", c.in, err, c.why)
			}
		}
		v, err := tr.variable(tr.stopIn("stop", "by_pointer"), "n")
		if want := tr.truth(0); err == nil && v != want {
			t.Errorf("n in by_pointer is %d, it was %d", v, want)
		}
	})
}

// TestInlinedC: calls that a C compiler inlined are frames of their own, with
// their names, lines and variables.
func TestInlinedC(t *testing.T) {
	eachC(t, "entry_values", func(t *testing.T, bin string) {
		tr := launch(t, bin)
		tr.stopIn("stop", "inlines")
		var got []string
		for _, f := range tr.frames[:4] {
			got = append(got, fmt.Sprintf("%s:%d %v", f.Name, f.Line, f.Inlined))
		}
		want := "stop:14 false, inner:18 true, outer:24 true, inlines:43 false"
		if s := strings.Join(got, ", "); s != want {
			t.Errorf("stack is %s\nwant     %s", s, want)
		}
		outer := &tr.frames[2]
		if v, err := tr.variable(outer, "n"); err == nil && v != 5 {
			t.Errorf("outer's n is %d, it is 5", v)
		}
		f := tr.set.Main().File
		for _, name := range []string{"inner", "outer"} {
			list := f.InlineInstances(name)
			if len(list) != 1 || list[0].Func.Name != "inlines" {
				t.Fatalf("%s was inlined at %+v", name, list)
			}
			if pos, _ := f.Line(list[0].PC); pos.Line < 18 || pos.Line > 26 {
				t.Errorf("%s was inlined at %+v", name, pos)
			}
		}
	})
}

// stopIn runs to the function called at until the one called caller called it,
// and returns the caller's frame.
func (tr *tracee) stopIn(at, caller string) *unwind.Frame {
	tr.t.Helper()
	_, fn := tr.set.FuncNamed(at)
	if fn == nil {
		tr.t.Fatalf("there is no %s", at)
	}
	for range 10 {
		th := tr.runTo(tr.set.Main().Addr(fn.Entry))
		tr.frames = tr.stack(th)
		for i := range tr.frames {
			if f := &tr.frames[i]; f.Name == caller && !f.Inlined {
				return f
			}
		}
		tr.do(func() error { return tr.step(th, 0) })
	}
	tr.t.Fatalf("%s was not called by %s, but %s", at, caller, names(tr.frames))
	return nil
}

// truth is what the program says a variable was.
func (tr *tracee) truth(i int) int64 {
	a, _, ok := tr.set.Main().File.ELFSymbol("truth")
	if !ok {
		tr.t.Fatal("the program has no truth")
	}
	return int64(tr.word(tr.set.Main().Addr(a) + addr.Addr(8*i)))
}

// variable is the number that a variable of a frame is.
func (tr *tracee) variable(f *unwind.Frame, name string) (int64, error) {
	at := f.Image.FileAddr(f.CallPC)
	list, err := f.Image.File.Vars(at)
	if err != nil {
		tr.t.Fatal(err)
	}
	for _, v := range list {
		if v.Name == name && v.InlineDepth == f.InlineDepth {
			return tr.number(f, v, at)
		}
	}
	tr.t.Fatalf("%s has no variable %s", f.Name, name)
	return 0, nil
}

func (tr *tracee) number(f *unwind.Frame, v *symbol.Var, at addr.FileAddr) (int64, error) {
	pieces, err := v.Pieces(at, expr.Context{
		Regs: f.Regs, Mem: tr.proc, CFA: f.CFA, Bias: f.Image.Bias,
		Entry: func(place []byte) (uint64, error) { return unwind.EntryValue(tr.proc, tr.set, f, place) },
	})
	if err != nil {
		return 0, err
	}
	typ, err := v.Type()
	if err != nil {
		return 0, err
	}
	var b [8]byte
	switch p := pieces[0]; p.Kind {
	case expr.Literal:
		copy(b[:typ.Size()], p.Bytes)
	case expr.InRegister:
		data, ok := f.Regs.Bytes(p.Reg)
		if !ok {
			return 0, fmt.Errorf("register %d is gone", p.Reg)
		}
		copy(b[:typ.Size()], data)
	default:
		return 0, fmt.Errorf("piece %+v", p)
	}
	n := int64(binary.LittleEndian.Uint64(b[:]))
	if typ.Size() == 4 {
		n = int64(int32(n))
	}
	return n, nil
}
