package symbol

import (
	"bytes"
	"testing"
)

// FuzzKept reads indexes of the cache, whatever they are: those of a sound file are
// what was written.
func FuzzKept(f *testing.F) {
	names := nameIndex{makePairs([]uint64{3 << 32, 1<<32 | 7}), makePairs([]uint64{5}), makePairs([]uint64{9<<32 | 1})}
	types := typeIndex{names: makePairs([]uint64{1<<32 | 2}), runtime: makePairs([]uint64{4})}
	f.Add(names.encode())
	f.Add(types.encode())
	f.Add([]byte{8, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, data []byte) {
		var n nameIndex
		if n.decode(data) && !bytes.Equal(n.encode(), data) {
			t.Errorf("names: % x becomes % x", data, n.encode())
		}
		for _, p := range []pairs{n.names, n.rows, n.inlined} {
			for range p.all(7) {
			}
		}
		var x typeIndex
		if x.decode(data) && !bytes.Equal(x.encode(), data) {
			t.Errorf("types: % x becomes % x", data, x.encode())
		}
	})
}
