package symbol_test

import (
	"slices"
	"testing"

	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/symcache"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// TestKeptTypes: types that are found by an index of the cache are the same as
// those that a walk over all units finds.
func TestKeptTypes(t *testing.T) {
	dir := t.TempDir()
	for _, v := range testkit.Versions() {
		bin := testkit.Build(t, "hello", testkit.Options{Go: v})
		plain := openFile(t, bin)
		want, err := plain.TypeNames()
		if err != nil {
			t.Fatal(err)
		}
		for _, when := range []string{"made", "kept"} {
			f, err := symbol.Open(bin, symbol.Options{Cache: symcache.New(dir, 1<<30)})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { f.Close() })
			if got, err := f.TypeNames(); err != nil || !slices.Equal(got, want) {
				t.Errorf("%s, %s: %d types, %v; want %d", v, when, len(got), err, len(want))
			}
			for _, name := range want[:min(len(want), 300)] {
				a, err1 := plain.TypeNamed(name)
				b, err2 := f.TypeNamed(name)
				if err1 != nil || err2 != nil {
					t.Errorf("%s, %s: %s: %v, %v", v, when, name, err1, err2)
					continue
				}
				if a.Size() != b.Size() || a.Kind() != b.Kind() || a.Name() != b.Name() {
					t.Errorf("%s, %s: %s is %v of %d bytes, want %v of %d", v, when, name, b.Kind(), b.Size(), a.Kind(), a.Size())
				}
				if at, ok := a.RuntimeAddr(); ok {
					if c, err := f.TypeByRuntimeAddr(at); err != nil || c.Name() != name {
						t.Errorf("%s, %s: the type of %s's descriptor is %v, %v", v, when, name, c, err)
					}
				}
			}
		}
	}
}
