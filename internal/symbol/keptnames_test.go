package symbol_test

import (
	"os"
	"slices"
	"testing"

	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/symcache"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// TestKeptNames: functions and inlined calls that are found by an index of the
// cache are the same as those that a search finds.
func TestKeptNames(t *testing.T) {
	dir := t.TempDir()
	for _, v := range testkit.Versions() {
		bin := testkit.Build(t, "inlined_callers", testkit.Options{Go: v, Optimized: true})
		plain := openFile(t, bin)
		names := append(plain.NamesWith(""), "no.such", "main", "")
		for _, fn := range plain.Funcs() {
			names = append(names, fn.Name)
		}
		slices.Sort(names)
		names = slices.Compact(names)
		if f, err := symbol.Open(bin, symbol.Options{Cache: symcache.New(dir, 1<<30)}); err != nil {
			t.Fatal(err)
		} else {
			t.Cleanup(func() { f.Close() })
			_, _ = f.TypeNames() // what is kept of types and lines are other files
			f.PrologueEnd(f.FuncNamed("main.main"))
			_, _ = f.Vars(f.FuncNamed("main.main").Entry)
			_, _ = f.DebugSection(".debug_info")
		}
		for _, when := range []string{"made", "kept"} {
			before := len(files(t, dir))
			f, err := symbol.Open(bin, symbol.Options{Cache: symcache.New(dir, 1<<30)})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { f.Close() })
			f.Preload()
			if made := len(files(t, dir)) - before; (made == 1) != (when == "made") {
				t.Errorf("%s, %s: %d files more are in the cache", v, when, made)
			}
			for i := 0; i < len(names); i += 1 + len(names)/100 {
				sameAnswers(t, v+", "+when, plain, f, names[i])
			}
		}
	}
}

func files(t *testing.T, dir string) []os.DirEntry {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func sameAnswers(t *testing.T, when string, a, b *symbol.File, name string) {
	t.Helper()
	entry := func(fn *symbol.Func) any {
		if fn == nil {
			return nil
		}
		return fn.Entry
	}
	if want, got := entry(a.FuncNamed(name)), entry(b.FuncNamed(name)); got != want {
		t.Errorf("%s: %s is at %v, want %v", when, name, got, want)
	}
	list := func(f *symbol.File) (entries []any) {
		fits := func(s string) bool { return symbol.LastPart(s) == symbol.LastPart(name) }
		for _, fn := range f.FuncsCalled(symbol.LastPart(name), fits) {
			entries = append(entries, fn.Entry)
		}
		for _, in := range f.InlineInstances(name) {
			entries = append(entries, in.PC, in.Func.Entry)
		}
		return entries
	}
	if want, got := list(a), list(b); !slices.Equal(got, want) {
		t.Errorf("%s: %s has %v, want %v", when, name, got, want)
	}
}
