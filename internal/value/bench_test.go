package value

import (
	"testing"

	"github.com/tinydbg/tinydbg/internal/target/pagecache"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

func large(b *testing.B) *world {
	bin := testkit.Build(b, "large_values", testkit.Options{})
	proc := testkit.Start(b, bin)
	proc.WaitOutput(b, "ready")
	return open(b, bin, proc.PID)
}

// BenchmarkSlice64 reads the first 64 of 10,000 structs, as a client shows them.
func BenchmarkSlice64(b *testing.B) {
	w := large(b)
	b.ReportAllocs()
	for b.Loop() {
		w.env.Mem = pagecache.New(w.mem)
		if v := w.global(b, "main.records").ToAPI(usual); len(v.Children) != 64 || v.Unreadable != "" {
			b.Fatal(v.Unreadable)
		}
	}
}

// BenchmarkLookupInt finds a key among a million.
func BenchmarkLookupInt(b *testing.B) {
	w := large(b)
	m := w.global(b, "main.numbers")
	for b.Loop() {
		if _, ok, err := m.Lookup(number64(3 * 999_999)); !ok || err != nil {
			b.Fatal(ok, err)
		}
	}
}

// BenchmarkLookupString finds a string key among a million, most as long.
func BenchmarkLookupString(b *testing.B) {
	w := large(b)
	m := w.global(b, "main.names")
	for b.Loop() {
		w.env.Mem = pagecache.New(w.mem)
		if _, ok, err := m.Lookup(quoted("key 999999")); !ok || err != nil {
			b.Fatal(ok, err)
		}
	}
}
