package symbol_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/dwarf/expr"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// lineOf is the number of the line of a program's source that has text.
func lineOf(t testing.TB, bin, text string) int {
	t.Helper()
	f, err := os.Open(testkit.Source(bin, "main.go"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	for n := 1; s.Scan(); n++ {
		if strings.Contains(s.Text(), text) {
			return n
		}
	}
	t.Fatalf("no line with %q", text)
	return 0
}

// visible describes the variables in scope where the line's code begins.
func visible(t testing.TB, f *symbol.File, line int) string {
	t.Helper()
	pcs := f.PCsOf(testkit.Source(f.Path(), "main.go"), line)
	if len(pcs) == 0 {
		t.Fatalf("no code for line %d", line)
	}
	vars, err := f.Vars(pcs[0].PC)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, v := range vars {
		if v.InScope {
			list = append(list, show(t, v))
		}
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}

func show(t testing.TB, v *symbol.Var) string {
	typ, err := v.Type()
	if err != nil {
		t.Errorf("%s: %v", v.Name, err)
		return v.Name
	}
	s := v.Name + " " + typ.Name()
	switch {
	case v.Kind == symbol.Arg:
		s = "arg " + s
	case v.Kind == symbol.Result:
		s = "result " + s
	}
	if v.Escaped {
		s += " escaped"
	}
	if _, ok := typ.DictIndex(); ok {
		s += " by dictionary"
	}
	return s
}

func TestScopes(t *testing.T) {
	for _, version := range testkit.Versions() {
		t.Run(version, func(t *testing.T) {
			bin := testkit.Build(t, "variable_scopes", testkit.Options{Go: version})
			f := open(t, bin)
			for _, c := range []struct{ at, want string }{
				{"// in block", "arg x int, result err error, result total int, x string, y int, z int"},
				{"// in loop", "arg x int, i int, result err error, result total int, v int, w int, y int"},
				{"// at end", "arg x int, result err error, result total int, y int"},
				{"y := x * 2", "arg x int, result err error, result total int"},
				{"return len(b), errors.New(b)", "arg a int, arg b string, result ~r0 int, result ~r1 error"},
				{"p := &n", "n int escaped, result ~r0 *int"},
				{"n += add", "arg add int, n int escaped, result ~r0 int"},
			} {
				if got := visible(t, f, lineOf(t, bin, c.at)); got != c.want {
					t.Errorf("at %s:\n%s\nwant\n%s", c.at, got, c.want)
				}
			}
			got := visible(t, f, lineOf(t, bin, "return old"))
			if !strings.Contains(got, "by dictionary") || !strings.Contains(got, "arg k go.shape.") {
				t.Errorf("in generic code: %s", got)
			}
		})
	}
}

// TestInlinedVars: variables of an inlined call have its depth.
func TestInlinedVars(t *testing.T) {
	for _, version := range testkit.Versions() {
		t.Run(version, func(t *testing.T) {
			bin := testkit.Build(t, "variable_scopes", testkit.Options{Go: version, Optimized: true})
			f := open(t, bin)
			instances := f.InlineInstances("main.small")
			if len(instances) == 0 {
				t.Fatal("main.small was not inlined")
			}
			seen := false
			for _, in := range instances {
				frames := f.Inlines(in.PC)
				vars, err := f.Vars(in.PC)
				if err != nil {
					t.Fatal(err)
				}
				for _, v := range vars {
					if v.Func != frames[v.InlineDepth].Func {
						t.Errorf("%s of %s has depth %d, which is %s", v.Name, v.Func, v.InlineDepth, frames[v.InlineDepth].Func)
					}
					if v.Func == "main.small" && v.Name == "q" && v.Kind == symbol.Arg {
						seen = true
					}
				}
			}
			if !seen {
				t.Error("argument q of the inlined call is missing")
			}
		})
	}
}

func TestPackageLevel(t *testing.T) {
	eachBuild(t, "variable_scopes", func(t *testing.T, f *symbol.File, _ testkit.Options) {
		for name, typ := range map[string]string{
			"main.Counter": "int", "main.table": "map[string][]int", "os.Stderr": "*os.File", "runtime.allgs": "[]*runtime.g",
		} {
			v, err := f.Global(name)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			got, err := v.Type()
			if err != nil || got.Name() != typ {
				t.Errorf("%s: type %v, %v, want %s", name, got, err, typ)
			}
			pieces, err := v.Pieces(0, expr.Context{Bias: 0x10})
			a, _, _ := f.ELFSymbol(name)
			if err != nil || len(pieces) != 1 || pieces[0].Addr != addr.Bias(0x10).Process(a) {
				t.Errorf("%s: at %+v, %v, want %v", name, pieces, err, a)
			}
		}
		for name, want := range map[string]int64{"main.Limit": 42, "main.Green": 2} {
			if c, err := f.Constant(name); err != nil || c.Value != want {
				t.Errorf("%s = %+v, %v", name, c, err)
			}
		}
		var none *symbol.NotFoundError
		if _, err := f.Global("main.nothing"); !errors.As(err, &none) {
			t.Errorf("main.nothing: %v", err)
		}
	})
}

func TestRangeFuncParent(t *testing.T) {
	for name, want := range map[string]string{
		"main.f-range1": "main.f", "main.f.func1-range12": "main.f.func1", "main.f": "", "main.f-range": "", "main.f-rangex": "", "-range1": "",
	} {
		if got, ok := symbol.RangeFuncParent(name); got != want || ok != (want != "") {
			t.Errorf("%s: %q, %v", name, got, ok)
		}
	}
}

const cTypes = `
#include <stddef.h>
typedef struct node { struct node *next; unsigned a : 3, b : 7; int c : 20; union { int i; float f; } u; char name[4][5]; } node;
enum colour { RED = -1, GREEN = 5 };
typedef int (*handler)(const char *, ...);
typedef unsigned long ulong_t;
struct hidden;
node the_node; enum colour the_colour; handler the_handler; ulong_t the_long; const volatile long double big; _Bool ok;
struct hidden *hid; void *ptr; double _Complex z; __int128 wide; struct { int x; } anon;
unsigned char bytes[7];
int main(void) { return 0; }
`

func TestCTypes(t *testing.T) {
	gcc, err := exec.LookPath("gcc")
	if err != nil {
		t.Skip("gcc is not installed; it builds the program whose types are read")
	}
	dir := t.TempDir()
	src := filepath.Join(dir, "main.c")
	if err := os.WriteFile(src, []byte(cTypes), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, dwarf := range []string{"-gdwarf-5", "-gdwarf-4", "-gdwarf-2"} {
		t.Run(dwarf, func(t *testing.T) {
			bin := filepath.Join(dir, "bin"+dwarf)
			if out, err := exec.Command(gcc, dwarf, "-o", bin, src).CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			f := open(t, bin)
			for name, want := range map[string]string{
				"the_node":   "node struct 40: next *:0 a uint32:8.0/3 b uint32:8.3/7 c int32:9.2/20 u union:12 name array:16",
				"the_colour": "enum colour enum 4: RED=-1 GREEN=5", "the_handler": "handler ptr 8", "the_long": "ulong_t uint64 8",
				"big": "volatile const long double float80 16", "ok": "_Bool bool 1", "hid": "struct hidden * ptr 8", "ptr": "void * ptr 8",
				"z": "complex double complex128 16", "bytes": "unsigned char [7] array 7", "wide": "__int128 int128 16", "anon": "struct {...} struct 4: x int32:0",
			} {
				v, err := f.Global(name)
				if err != nil {
					t.Errorf("%s: %v", name, err)
					continue
				}
				typ, err := v.Type()
				if err != nil {
					t.Errorf("%s: %v", name, err)
					continue
				}
				if got := showC(typ); got != want {
					t.Errorf("%s: %s, want %s", name, got, want)
				}
			}
			typ, err := f.TypeNamed("node")
			if err != nil {
				t.Fatal(err)
			}
			next := typ.Fields()[0].Type.Elem()
			if next.Fields()[0].Type.Elem() != next {
				t.Error("node.next does not lead back to the struct")
			}
			name := typ.Fields()[5].Type
			if name.Len() != 4 || name.Elem().Len() != 5 || name.Elem().Elem().Kind() != symbol.Int8 {
				t.Errorf("name is %s", name.Name())
			}
			h, err := f.TypeNamed("handler")
			if err != nil {
				t.Fatal(err)
			}
			params, variadic := h.Elem().Params()
			if len(params) != 1 || !variadic || params[0].Name() != "const char *" || h.Elem().Results()[0].Name() != "int" {
				t.Errorf("handler points to %s", h.Elem().Name())
			}
		})
	}
}

func showC(t *symbol.Type) string {
	s := fmt.Sprintf("%s %v %d", t.Name(), t.Kind(), t.Size())
	sep := ": "
	for _, f := range t.Fields() {
		kind := f.Type.Kind().String()
		if kind == "ptr" {
			kind = "*"
		}
		s += fmt.Sprintf("%s%s %s:%d", sep, f.Name, kind, f.Offset)
		if f.BitSize > 0 {
			s += fmt.Sprintf(".%d/%d", f.BitOffset, f.BitSize)
		}
		sep = " "
	}
	for _, e := range t.Enumerators() {
		s += fmt.Sprintf("%s%s=%d", sep, e.Name, e.Value)
		sep = " "
	}
	return s
}

// Where a function begins, the places of its results hold what others left.
func TestResultsNotSetYet(t *testing.T) {
	for _, version := range testkit.Versions() {
		f := open(t, testkit.Build(t, "functions_to_call", testkit.Options{Go: version}))
		fn := f.FuncNamed("main.divmod")
		begin := f.PrologueEnd(fn)
		first := f.PCsOf(testkit.Source(f.Path(), "main.go"), lineOf(t, f.Path(), "if b == 0 {"))[0].PC
		for _, at := range []struct {
			pc  addr.FileAddr
			set bool
		}{{begin, false}, {first, true}} {
			vars, err := f.Vars(at.pc)
			if err != nil {
				t.Fatal(err)
			}
			results := 0
			for _, v := range vars {
				if v.Kind != symbol.Result {
					continue
				}
				results++
				if _, err := v.Location(at.pc); errors.Is(err, symbol.ErrNotSet) == at.set {
					t.Errorf("%s: %s at %#x: %v", version, v.Name, at.pc, err)
				}
			}
			if results != 3 {
				t.Errorf("%s: %d results", version, results)
			}
		}
	}
}
