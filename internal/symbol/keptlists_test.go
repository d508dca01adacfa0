package symbol_test

import (
	"slices"
	"testing"

	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/symcache"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// TestKeptLists: where functions' bodies begin, which variables they have and where
// symbols are is the same by lists that were kept in the cache.
func TestKeptLists(t *testing.T) {
	symbols := []string{"runtime.allgs", "main.main", "no.such"}
	dir := t.TempDir()
	for _, v := range testkit.Versions() {
		bin := testkit.Build(t, "variable_scopes", testkit.Options{Go: v})
		plain := openFile(t, bin)
		made := 0
		for _, when := range []string{"made", "names made", "kept"} {
			f, err := symbol.Open(bin, symbol.Options{Cache: symcache.New(dir, 1<<30)})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { f.Close() })
			f.Preload(symbols...)
			for _, name := range symbols {
				wantAddr, wantSize, want := plain.ELFSymbol(name)
				if a, size, ok := f.ELFSymbol(name); a != wantAddr || size != wantSize || ok != want {
					t.Errorf("%s, %s: %s is %v of %d bytes, %v; want %v of %d, %v", v, when, name, a, size, ok, wantAddr, wantSize, want)
				}
			}
			funcs := plain.Funcs()
			for i := 0; i < len(funcs); i += 1 + len(funcs)/200 {
				sameBody(t, v+", "+when, plain, f, funcs[i])
			}
			if when == "kept" && len(files(t, dir)) != made {
				t.Errorf("%s: %d files are in the cache, and were %d", v, len(files(t, dir)), made)
			}
			made = len(files(t, dir))
		}
	}
}

func sameBody(t *testing.T, when string, plain, f *symbol.File, fn *symbol.Func) {
	t.Helper()
	want := plain.PrologueEnd(fn)
	twin := f.FuncAt(fn.Entry)
	if twin == nil || twin.Name != fn.Name {
		t.Errorf("%s: %s is %v", when, fn.Name, twin)
		return
	}
	if got := f.PrologueEnd(twin); got != want {
		t.Errorf("%s: the body of %s begins at %v, want %v", when, fn.Name, got, want)
	}
	names := func(f *symbol.File) (list []string) {
		vars, err := f.Vars(want)
		if err != nil {
			return []string{err.Error()}
		}
		for _, v := range vars {
			list = append(list, v.Name)
		}
		return list
	}
	if a, b := names(plain), names(f); !slices.Equal(a, b) {
		t.Errorf("%s: %s has %q, want %q", when, fn.Name, b, a)
	}
}
