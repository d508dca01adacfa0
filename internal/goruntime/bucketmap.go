package goruntime

import (
	"fmt"

	"github.com/tinydbg/tinydbg/internal/addr"
)

// Facts from runtime/map.go up to go1.23 (map_noswiss.go later).
const (
	emptyOne     = 1
	minTopHash   = 5
	sameSizeGrow = 8
	hashWriting  = 4
	// maxOverflow bounds a chain of overflow buckets; the runtime grows a map
	// long before.
	maxOverflow = 1 << 16
)

// initBuckets prepares a visit of a map up to go1.23: an array of 2^B buckets
// with overflow chains. While the map grows there is the old array, too; its
// buckets that were not moved yet still count, and then their counterparts in the new array are empty.
func (it *MapIter) initBuckets(header addr.Addr) {
	r := it.r
	const name = "runtime.hmap"
	b, err := r.readStruct(it.mem, header, name)
	if err == nil {
		it.len, err = r.MapLen(it.mem, header)
	}
	if err != nil {
		it.err = err
		return
	}
	logLen := b.uint(r.off()[name+".B"], 1)
	if logLen > 40 {
		it.err = fmt.Errorf("the map at %v has the impossible size 2^%d", header, logLen)
		return
	}
	runs := []groupRun{{data: b.ptr(r.off()[name+".buckets"]), n: 1 << logLen}}
	if old := b.ptr(r.off()[name+".oldbuckets"]); old != 0 {
		n := 1 << logLen
		if b.uint(r.off()[name+".flags"], 1)&sameSizeGrow == 0 {
			n /= 2
		}
		runs = append(runs, groupRun{data: old, n: n, old: true})
	}
	it.more = func() (groupRun, bool) {
		if len(runs) == 0 {
			return groupRun{}, false
		}
		first := runs[0]
		runs = runs[1:]
		return first, true
	}
}

// enterBucket begins the bucket that was loaded.
func (it *MapIter) enterBucket() {
	top := it.cur.data[0]
	if it.run.old && top > emptyOne && top < minTopHash {
		it.slot = slots // moved to the new array already
		return
	}
	it.overflow, it.hops = it.cur.ptr(it.shape.overflow), 0
}

// nextOverflow goes on to the bucket that continues the current one.
func (it *MapIter) nextOverflow() bool {
	if it.hops++; it.hops > maxOverflow {
		it.err = fmt.Errorf("a bucket of a map has more than %d overflow buckets", maxOverflow)
		return false
	}
	b, err := it.r.readBlock(it.mem, it.overflow, it.shape.size)
	if err != nil {
		it.err = fmt.Errorf("read entries of a map: %w", err)
		return false
	}
	it.cur, it.overflow = b, b.ptr(it.shape.overflow)
	return true
}
