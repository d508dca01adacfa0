package goruntime

import (
	"fmt"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/target"
)

// MapIter visits the entries of a map in the order they lie in memory, each
// once, also while the map grows:
//
//	it := r.Map(mem, header, shape)
//	for it.Next() { it.Key(); it.Elem() }
//	if it.Err() != nil ...
type MapIter struct {
	r     *Runtime
	mem   target.Memory
	shape MapShape
	len   uint64
	seen  uint64
	err   error

	// more supplies the next array of groups, false when there are none.
	more func() (groupRun, bool)
	run  groupRun
	// group is the current one's index in run, slot the current entry's in it.
	group, slot int
	// cur is the current group or bucket.
	cur block
	// chunk holds the groups of run from index first on.
	chunk block
	first int
	// overflow is the bucket that continues the current one.
	overflow addr.Addr
	hops     int
}

// groupRun is an array of groups or buckets.
type groupRun struct {
	data addr.Addr
	n    int
	// old marks buckets that are being moved away from.
	old bool
}

// Map visits the map whose header is at header (what a map value points to; 0
// for a nil map).
func (r *Runtime) Map(mem target.Memory, header addr.Addr, shape MapShape) *MapIter {
	it := &MapIter{r: r, mem: mem, shape: shape, slot: slots}
	it.more = func() (groupRun, bool) { return groupRun{}, false }
	switch {
	case header == 0:
	case r.swiss():
		it.initSwiss(header)
	default:
		it.initBuckets(header)
	}
	return it
}

// Len is the number of entries the map claims to have.
func (it *MapIter) Len() uint64 { return it.len }

// Err is what ended the visit early.
func (it *MapIter) Err() error { return it.err }

// Next goes to the next entry; false at the end or on an error.
func (it *MapIter) Next() bool {
	for it.err == nil && it.seen < it.len {
		for it.slot++; it.slot < slots; it.slot++ {
			if it.filled() {
				it.seen++
				return true
			}
		}
		if !it.nextGroup() {
			return false
		}
	}
	return false
}

// Skip passes over n entries.
func (it *MapIter) Skip(n int) {
	for ; n > 0 && it.Next(); n-- {
	}
}

// filled looks at the current slot's control byte, or top hash.
func (it *MapIter) filled() bool {
	c := it.cur.data[it.slot]
	if it.shape.overflow != 0 {
		return c >= minTopHash
	}
	return c&0x80 == 0 // the others are empty or deleted
}

// nextGroup goes to before the first slot of the next group.
func (it *MapIter) nextGroup() bool {
	it.slot = -1
	if it.overflow != 0 {
		return it.nextOverflow()
	}
	it.group++
	for it.group >= it.run.n {
		var ok bool
		if it.run, ok = it.more(); !ok {
			return false
		}
		it.group, it.first, it.chunk = 0, 0, block{}
	}
	if err := it.load(); err != nil {
		it.err = fmt.Errorf("read entries of a map: %w", err)
		return false
	}
	if it.shape.overflow != 0 {
		it.enterBucket()
	}
	return true
}

// load makes cur the current group, reading ahead a chunk of them.
func (it *MapIter) load() error {
	size := it.shape.size
	off := (it.group - it.first) * size
	if off+size > len(it.chunk.data) {
		n := min(it.run.n-it.group, max(1, chunkSize/size))
		if left := it.len - it.seen; left < uint64(n) {
			n = min(n, max(16, int(left))) // the last entries are often near
		}
		b, err := it.r.readBlock(it.mem, it.run.data+addr.Addr(it.group*size), n*size)
		if err != nil {
			return err
		}
		it.chunk, it.first, off = b, it.group, 0
	}
	it.cur = block{addr: it.chunk.addr + addr.Addr(off), data: it.chunk.data[off : off+size], order: it.r.order}
	return nil
}

// Key is the address of the current entry's key.
func (it *MapIter) Key() addr.Addr {
	return it.place(it.shape.keysOff+it.slot*it.shape.keyStride, it.shape.keyDirect)
}

// Elem is the address of the current entry's element.
func (it *MapIter) Elem() addr.Addr {
	return it.place(it.shape.elemsOff+it.slot*it.shape.elemStride, it.shape.elemDirect)
}

// KeyBytes is the current entry's key as it lies in memory, valid until the
// next call of Next; nil when the map has only a pointer to it.
func (it *MapIter) KeyBytes() []byte {
	if !it.shape.keyDirect {
		return nil
	}
	off := it.shape.keysOff + it.slot*it.shape.keyStride
	return it.cur.data[off : off+it.shape.keySize]
}

func (it *MapIter) place(off int, direct bool) addr.Addr {
	if direct {
		return it.cur.addr + addr.Addr(off)
	}
	return it.cur.ptr(off)
}
