package goruntime

import (
	"fmt"

	"github.com/tinydbg/tinydbg/internal/addr"
)

// maxTableGroups is the size of the largest table of a map (internal/runtime/maps: maxTableCapacity).
const maxTableGroups = 1 << 16 / slots

// initSwiss prepares a visit of a map of go1.24 and later (internal/runtime/maps): a small one is a
// single group; else a directory has pointers to tables, in which neighbouring
// entries may be the same table.
func (it *MapIter) initSwiss(header addr.Addr) {
	r := it.r
	const name = "internal/runtime/maps.Map"
	b, err := r.readStruct(it.mem, header, name)
	if err == nil {
		it.len, err = r.MapLen(it.mem, header)
	}
	if err != nil {
		it.err = err
		return
	}
	dir, dirLen := b.ptr(r.off()[name+".dirPtr"]), int64(b.u64(r.off()[name+".dirLen"]))
	switch {
	case it.len == 0:
	case dirLen == 0:
		it.more = once(groupRun{data: dir, n: 1})
	case dirLen < 0 || dirLen > 1<<40 || dirLen&(dirLen-1) != 0:
		it.err = fmt.Errorf("the map at %v has a directory of the impossible length %d", header, dirLen)
	default:
		it.more = it.tables(dir, dirLen)
	}
}

func once(run groupRun) func() (groupRun, bool) {
	done := false
	return func() (groupRun, bool) {
		defer func() { done = true }()
		return run, !done
	}
}

// tables supplies the groups of each table of a directory.
func (it *MapIter) tables(dir addr.Addr, dirLen int64) func() (groupRun, bool) {
	const page = 512
	var (
		i    int64
		ptrs block
		last addr.Addr
	)
	return func() (groupRun, bool) {
		for ; i < dirLen; i++ {
			if i%page == 0 {
				n := int(min(page, dirLen-i))
				var err error
				ptrs, err = it.r.readBlock(it.mem, dir+addr.Addr(int(i)*it.r.ptrSize), n*it.r.ptrSize)
				if err != nil {
					it.err = fmt.Errorf("read the directory of a map: %w", err)
					return groupRun{}, false
				}
			}
			t := ptrs.ptr(int(i%page) * it.r.ptrSize)
			if t == last {
				continue
			}
			last = t
			i++
			return it.table(t)
		}
		return groupRun{}, false
	}
}

func (it *MapIter) table(a addr.Addr) (groupRun, bool) {
	const name = "internal/runtime/maps."
	b, err := it.r.readStruct(it.mem, a, name+"table")
	if err != nil {
		it.err = fmt.Errorf("read a table of a map: %w", err)
		return groupRun{}, false
	}
	groups := it.r.off()[name+"table.groups"]
	data := b.ptr(groups + it.r.off()[name+"groupsReference.data"])
	mask := b.u64(groups + it.r.off()[name+"groupsReference.lengthMask"])
	if mask >= maxTableGroups {
		it.err = fmt.Errorf("a table of a map, at %v, has the impossible length mask %#x", a, mask)
		return groupRun{}, false
	}
	return groupRun{data: data, n: int(mask) + 1}, true
}
