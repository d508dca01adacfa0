package symbol_test

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// eachLinked runs f on builds of a program that differ in what the linker does.
func eachLinked(t *testing.T, program string, f func(t *testing.T, bin string, o testkit.Options)) {
	var list []testkit.Options
	for _, v := range testkit.Versions() {
		list = append(list,
			testkit.Options{Go: v},
			testkit.Options{Go: v, Optimized: true},
			testkit.Options{Go: v, Optimized: true, Flags: []string{"-trimpath", "-buildmode=pie"}},
		)
		if _, err := exec.LookPath("gcc"); err == nil {
			list = append(list, testkit.Options{Go: v, Flags: []string{"-ldflags=-linkmode=external"}, Env: []string{"CGO_ENABLED=1"}})
		}
	}
	for _, o := range list {
		t.Run(strings.Join(append([]string{o.String()}, o.Flags...), " "), func(t *testing.T) {
			f(t, testkit.Build(t, program, o), o)
		})
	}
}

func openFile(t testing.TB, path string) *symbol.File {
	t.Helper()
	f, err := symbol.Open(path, symbol.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// nm lists the text symbols that `go tool nm` sees, by address.
func nm(t testing.TB, bin string) map[addr.FileAddr][]string {
	t.Helper()
	out, err := exec.Command("go", "tool", "nm", bin).Output()
	if err != nil {
		t.Fatal(err)
	}
	syms := map[addr.FileAddr][]string{}
	for line := range strings.Lines(string(out)) {
		// Names have spaces in them: "main.F[go.shape.struct { X int }]".
		at, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		kind, name, ok := strings.Cut(rest, " ")
		a, err := strconv.ParseUint(at, 16, 64)
		if err == nil && ok && strings.EqualFold(kind, "t") {
			syms[addr.FileAddr(a)] = append(syms[addr.FileAddr(a)], nmName(name))
		}
	}
	return syms
}

// nmName undoes how the ELF symbol table spells names: suffixes for the ABI of
// assembly, no middle dots.
func nmName(name string) string {
	name = strings.TrimSuffix(strings.TrimSuffix(strings.TrimSpace(name), ".abi0"), ".abiinternal")
	return strings.ReplaceAll(name, "·", ".")
}

func TestFunctionsLikeNM(t *testing.T) {
	eachLinked(t, "function_kinds", func(t *testing.T, bin string, _ testkit.Options) {
		f := openFile(t, bin)
		checkModule(t, f)
		known := map[addr.FileAddr]*symbol.Func{}
		var last *symbol.Func
		for _, fn := range f.Funcs() {
			if last != nil && fn.Entry < last.End {
				t.Errorf("%s at %v begins before %s ends at %v", fn.Name, fn.Entry, last.Name, last.End)
			}
			last = fn
			known[fn.Entry] = fn
		}
		missing := 0
		syms := nm(t, bin)
		for a, names := range syms {
			fn := known[a]
			if fn == nil {
				missing++
				continue
			}
			if !slices.Contains(names, nmName(fn.Name)) {
				t.Errorf("function at %v is %q, nm says %q", a, fn.Name, names)
			}
			if got := f.FuncAt(a); got != fn {
				t.Errorf("FuncAt(%v) = %+v, want %+v", a, got, fn)
			}
			if got := f.FuncAt(fn.End - 1); got != fn {
				t.Errorf("FuncAt(end of %s) = %+v", fn.Name, got)
			}
		}
		// runtime.text, runtime.etext, _cgo stubs, crt files' labels.
		if missing > 40 || len(known) < 1000 {
			t.Errorf("%d of %d symbols of nm are missing; %d are known", missing, len(syms), len(known))
		}
	})
}

func TestLinesLikeAddr2line(t *testing.T) {
	eachLinked(t, "function_kinds", func(t *testing.T, bin string, _ testkit.Options) {
		f := openFile(t, bin)
		var pcs []addr.FileAddr
		for i, fn := range f.Funcs() {
			if !fn.IsGo() || i%7 != 0 && fn.Package() != "main" {
				continue
			}
			for pc := fn.Entry; pc < fn.End; pc += 1 + addr.FileAddr(i%5) {
				pcs = append(pcs, pc)
			}
		}
		checkAddr2line(t, f, bin, pcs)
	})
}

func TestInlinesLikeRuntime(t *testing.T) {
	eachLinked(t, "inlined_callers", func(t *testing.T, bin string, o testkit.Options) {
		f := openFile(t, bin)
		out, err := exec.Command(bin).Output()
		if err != nil {
			t.Fatal(err)
		}
		deepest := 0
		for line := range strings.Lines(string(out)) {
			parts := strings.Split(strings.TrimSpace(line), "|")
			pc, err := strconv.ParseUint(strings.TrimPrefix(parts[0], "0x"), 16, 64)
			if err != nil || len(parts) < 2 {
				continue
			}
			if strings.Contains(fmt.Sprint(o.Flags), "pie") {
				continue // its addresses are not the file's
			}
			var got []string
			for _, fr := range f.Inlines(addr.FileAddr(pc - 1)) {
				got = append(got, fmt.Sprintf("%s %s:%d", shortName(fr.Func), fr.File, fr.Line))
			}
			deepest = max(deepest, len(got))
			if len(got) > len(parts)-1 {
				t.Fatalf("at %#x %q, runtime says %q", pc, got, parts[1:])
			}
			for i := range got {
				if got[i] != parts[i+1] {
					t.Errorf("at %#x frame %d is %q, runtime says %q", pc, i, got[i], parts[i+1])
				}
			}
		}
		if o.Optimized && deepest < 3 && !strings.Contains(fmt.Sprint(o.Flags), "pie") {
			t.Errorf("nothing was inlined: depth %d", deepest)
		}
	})
}

// shortName does what the runtime does when it prints a name.
func shortName(name string) string {
	before, rest, ok := strings.Cut(name, "[")
	if !ok {
		return name
	}
	return before + "[...]" + rest[strings.LastIndexByte(rest, ']')+1:]
}

// TestPrologueEndStripped compares the prologue's end as it is worked out for
// stripped binaries with what the compiler marked in DWARF.
func TestPrologueEndStripped(t *testing.T) {
	for _, v := range testkit.Versions() {
		for _, opt := range []bool{false, true} {
			o := testkit.Options{Go: v, Optimized: opt}
			f := openFile(t, testkit.Build(t, "function_kinds", o))
			o.Flags = []string{"-ldflags=-s -w"}
			stripped := openFile(t, testkit.Build(t, "function_kinds", o))
			if err := stripped.HasDWARF(); err == nil {
				t.Fatal("not stripped")
			}
			total, wrong := 0, 0
			for _, fn := range f.Funcs() {
				want := f.PrologueEnd(fn)
				sfn := stripped.FuncAt(fn.Entry)
				if sfn == nil || sfn.Name != fn.Name {
					t.Fatalf("%v: %s is not at %v when stripped: %+v", o, fn.Name, fn.Entry, sfn)
				}
				total++
				if got := stripped.PrologueEnd(sfn); got != want {
					if wrong++; wrong < 5 {
						t.Logf("%v: prologue of %s at %v ends at %v, worked out as %v", o, fn.Name, fn.Entry, want, got)
					}
				}
			}
			if wrong*40 > total {
				t.Errorf("%v: %d of %d prologues are wrong", o, wrong, total)
			}
			t.Logf("%v: %d of %d wrong", o, wrong, total)
		}
	}
}

// TestStops wants stops for lines and functions where the comment in the
// source, or the declaration, is.
func TestStops(t *testing.T) {
	eachLinked(t, "function_kinds", func(t *testing.T, bin string, o testkit.Options) {
		f := openFile(t, bin)
		for _, name := range []string{"main.main", "main.withDefer", "main.loop"} {
			fn := f.FuncNamed(name)
			if fn == nil {
				t.Fatalf("no %s", name)
			}
			end := f.PrologueEnd(fn)
			if end <= fn.Entry || end >= fn.End || end-fn.Entry > 64 {
				t.Errorf("prologue of %s at %v ends at %v", name, fn.Entry, end)
			}
			pos, ok := f.Line(end)
			if !ok || filepath.Base(pos.File) != "main.go" || pos.Line != fn.StartLine() {
				t.Errorf("%s: prologue ends at %+v, declared at line %d", name, pos, fn.StartLine())
			}
			if list := f.PCsOf(pos.File, pos.Line); len(list) != 1 || list[0].PC != end || list[0].Func != fn {
				t.Errorf("stops for %+v: %+v, want %v", pos, list, end)
			}
			rows := f.Statements(fn)
			for i, r := range rows {
				if i > 0 && r.PC <= rows[i-1].PC || r.PC < fn.Entry || r.PC >= fn.End {
					t.Errorf("%s: row %d at %v is out of order", name, i, r.PC)
				}
				if p, _ := f.Line(r.PC); p.Line != r.Line || p.File != r.File {
					t.Errorf("%s: row %+v, Line says %+v", name, r, p)
				}
				if want := len(f.Inlines(r.PC)) - 1; r.InlineDepth != want {
					t.Errorf("%s: row %+v, depth of inlining is %d", name, r, want)
				}
			}
		}
	})
}
