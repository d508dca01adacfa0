package symbol

import (
	"encoding/binary"
	"iter"
	"slices"
	"sort"
)

// pairs maps numbers to numbers: eight bytes for each, ascending, in the form that
// is kept in the cache.
type pairs []byte

const pairSize = 8

// makePairs sorts a list of keys (the upper halves) and values. It changes list.
func makePairs(list []uint64) pairs {
	slices.Sort(list)
	p := make(pairs, 0, pairSize*len(list))
	for _, v := range list {
		p = binary.LittleEndian.AppendUint64(p, v)
	}
	return p
}

func (p pairs) len() int { return len(p) / pairSize }

func (p pairs) at(i int) (key, value uint32) {
	v := binary.LittleEndian.Uint64(p[pairSize*i:])
	return uint32(v >> 32), uint32(v)
}

// all are the values of a key, ascending.
func (p pairs) all(key uint32) iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		i := sort.Search(p.len(), func(i int) bool { k, _ := p.at(i); return k >= key })
		for ; i < p.len(); i++ {
			k, v := p.at(i)
			if k != key || !yield(v) {
				return
			}
		}
	}
}

// encode is the index as one piece: how long the names are, they, and the rest.
func (x *typeIndex) encode() []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(x.names)))
	return append(append(b, x.names...), x.runtime...)
}

// decode takes what encode made, and shares its memory.
func (x *typeIndex) decode(b []byte) bool {
	if len(b) < 8 || len(b)%pairSize != 0 {
		return false
	}
	n := binary.LittleEndian.Uint64(b)
	b = b[8:]
	if n > uint64(len(b)) || n%pairSize != 0 {
		return false
	}
	x.names, x.runtime = pairs(b[:n:n]), pairs(b[n:])
	return true
}
