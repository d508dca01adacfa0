package value

import (
	"testing"

	"github.com/tinydbg/tinydbg/internal/testkit"
)

// Keys of every kind are found in large maps where their hashes lead to, and those
// that are not there are known not to be without looking at all.
func TestHashedLookup(t *testing.T) {
	for _, version := range testkit.Versions() {
		t.Run(version, func(t *testing.T) {
			bin := testkit.Build(t, "hashed_maps", testkit.Options{Go: version})
			proc := testkit.Start(t, bin)
			proc.WaitOutput(t, "ready")
			w := open(t, bin, proc.PID)
			for _, name := range []string{
				"ints", "smalls", "runes", "words", "floats", "singles", "complexes", "pointers", "plains",
				"pairs", "deep", "wides", "nameds", "anys",
			} {
				table := w.global(t, "main."+name)
				t.Run(name, func(t *testing.T) { hashedTable(t, table) })
			}
			t.Run("trie", func(t *testing.T) { hashedTrie(t, w.global(t, "main.trie"), w.global(t, "main.anys")) })
		})
	}
}

// part is a field of a table: a map.
func part(t *testing.T, table *Value, name string) (*Value, *MapIter) {
	t.Helper()
	m, err := table.Field(name)
	if err != nil {
		t.Fatal(err)
	}
	it, err := m.Entries()
	if err != nil {
		t.Fatal(err)
	}
	return m, it
}

func hashedTable(t *testing.T, table *Value) {
	m, it := part(t, table, "Has")
	n := 0
	for ; it.Next(); n++ {
		key, want := it.Entry()
		elem, ok, known := m.hashed(key)
		if !ok || !known {
			t.Fatalf("key %s is not found: known %t", brief(key, 0), known)
		}
		if elem.at.addr != want.at.addr {
			t.Fatalf("key %s has the element at %v, want %v", brief(key, 0), elem.at.addr, want.at.addr)
		}
	}
	if n < minHashed || it.Err() != nil {
		t.Errorf("only %d entries, %v", n, it.Err())
	}
	_, lacks := part(t, table, "Lacks")
	for lacks.Next() {
		key, _ := lacks.Entry()
		if _, ok, known := m.hashed(key); ok || !known {
			t.Fatalf("key %s is not there: found %t, known %t", brief(key, 0), ok, known)
		}
	}
}

func hashedTrie(t *testing.T, m, keys *Value) {
	lookup := func(key *Value) *Value {
		t.Helper()
		if trie, ok := m.trie(); ok {
			elem, known := trieLookup(trie, key)
			if !known {
				t.Fatalf("where the hash of key %s leads to is not known", brief(key, 0))
			}
			return elem
		}
		elem, _, err := m.SyncLookup(key)
		if err != nil {
			t.Fatal(err)
		}
		return elem
	}
	_, it := part(t, keys, "Has")
	for it.Next() {
		key, want := it.Entry()
		elem := lookup(key)
		if elem == nil {
			t.Fatalf("key %s is not found", brief(key, 0))
		}
		held, err := elem.Dynamic()
		if err != nil {
			t.Fatal(err)
		}
		if same, err := Equal(held, want); !same {
			t.Fatalf("key %s has another element: %v", brief(key, 0), err)
		}
	}
	_, lacks := part(t, keys, "Lacks")
	for lacks.Next() {
		if key, _ := lacks.Entry(); lookup(key) != nil {
			t.Fatalf("key %s is not there, but found", brief(key, 0))
		}
	}
}
