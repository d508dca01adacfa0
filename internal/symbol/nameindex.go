package symbol

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/tinydbg/tinydbg/internal/pclntab"
	"github.com/tinydbg/tinydbg/internal/symcache"
)

// nameIndex finds Go's functions by their names without reading all names, and
// the places where they were inlined without reading all functions. It is made
// when a program is debugged for the second time, in the background, and kept in
// the cache.
type nameIndex struct {
	names   pairs // from hashes of last parts to offsets of names
	rows    pairs // from offsets of names to rows of functions
	inlined pairs // from offsets of names to rows of functions they were inlined into
}

// nameIndexPart is what File keeps about it.
type nameIndexPart struct {
	look, make sync.Once
	index      atomic.Pointer[nameIndex] // nil: there is none so far
}

// minIndexed is the number of functions from which on an index of their names is
// worth a file.
const minIndexed = 1024

// LastPart is what follows the last dot or slash of a function's name, type
// arguments left out: "Do" for "net/http.(*Client).Do".
func LastPart(name string) string {
	name = withoutArgs(name)
	return name[strings.LastIndexAny(name, "./")+1:]
}

func hashLastPart(name string) uint32 { return crc32.Checksum([]byte(LastPart(name)), typeHash) }

// nameIndex is nil when names have to be searched.
func (f *File) nameIndex(g *goTable) *nameIndex {
	p := &f.funcs.index
	p.look.Do(func() {
		if kept, ok := f.opts.Cache.Get(f.nameIndexKey(g)); ok {
			x := &nameIndex{}
			if x.decode(kept) {
				p.index.Store(x)
			}
		}
	})
	return p.index.Load()
}

// nameIndexKey goes by the debug information, of which the file has a checksum:
// it tells of every function and where it is.
func (f *File) nameIndexKey(g *goTable) (k symcache.Key) {
	if g.Len() < minIndexed {
		return k
	}
	return f.debugKey(".debug_info", fmt.Sprintf("names 1 of %d in %d", g.Len(), g.Size()))
}

// keepNames makes the index, if there is a cache to keep it in.
func (f *File) keepNames() {
	g, err := f.goTable()
	if err != nil || f.opts.Cache == nil || f.nameIndex(g) != nil {
		return
	}
	f.funcs.index.make.Do(func() {
		key := f.nameIndexKey(g)
		if key.BuildID == "" {
			return
		}
		if x, err := makeNameIndex(g); err == nil {
			f.opts.Cache.Put(key, x.encode())
			f.funcs.index.index.Store(x)
		}
	})
}

func makeNameIndex(g *goTable) (*nameIndex, error) {
	rows, err := g.NamedRows()
	if err != nil {
		return nil, err
	}
	inlined, err := g.InlinedNames(g.tree)
	if err != nil {
		return nil, err
	}
	var names []uint64
	err = g.EachName(func(off int32, name string) bool {
		names = append(names, uint64(hashLastPart(name))<<32|uint64(uint32(off)))
		return true
	})
	if err != nil {
		return nil, err
	}
	return &nameIndex{makePairs(names), makePairs(slices.Clone(rows)), makePairs(inlined)}, nil
}

// eachCalled calls yield for each Go name with a last part, and perhaps others
// that contain it, until yield returns false.
func (f *File) eachCalled(g *goTable, last string, yield func(off int32, name string) bool) error {
	x := f.nameIndex(g)
	if x == nil {
		return g.SearchNames(last, yield)
	}
	for off := range x.names.all(hashLastPart(last)) {
		if name := g.Name(int32(off)); name != "" && !yield(int32(off), name) {
			break
		}
	}
	return nil
}

// nameOff is the offset of a name, of a function or of an inlined one.
func (f *File) nameOff(g *goTable, name string) (found int32, ok bool) {
	if f.nameIndex(g) == nil {
		return g.NameOff(name)
	}
	_ = f.eachCalled(g, name, func(off int32, full string) bool {
		if full == name {
			found, ok = off, true
		}
		return !ok
	})
	return found, ok
}

// rowsOf lists the rows of the functions whose name is at an offset, ascending.
func (f *File) rowsOf(g *goTable, nameOff int32) []int32 {
	x := f.nameIndex(g)
	if x == nil {
		rows, _ := g.RowsOf(nameOff)
		return rows
	}
	return rowsIn(g, x.rows, nameOff)
}

func rowsIn(g *goTable, p pairs, nameOff int32) (rows []int32) {
	for row := range p.all(uint32(nameOff)) {
		if uint64(row) < uint64(g.Len()) {
			rows = append(rows, int32(row))
		}
	}
	return rows
}

// inlinedAs lists the inlined calls of the function whose name is at an offset, by
// ascending row.
func (f *File) inlinedAs(g *goTable, nameOff int32) (hits []pclntab.Inlined, err error) {
	x := f.nameIndex(g)
	if x == nil {
		return g.InlinedAs(g.tree, nameOff)
	}
	for _, row := range rowsIn(g, x.inlined, nameOff) {
		in, err := g.InlinedIn(g.tree, int(row), nameOff)
		if err != nil {
			return nil, err
		}
		hits = append(hits, in...)
	}
	return hits, nil
}

// encode is the index as one piece: how long the first two parts are, and the parts.
func (x *nameIndex) encode() []byte {
	b := make([]byte, 0, 16+len(x.names)+len(x.rows)+len(x.inlined))
	b = binary.LittleEndian.AppendUint64(b, uint64(len(x.names)))
	b = binary.LittleEndian.AppendUint64(b, uint64(len(x.rows)))
	return append(append(append(b, x.names...), x.rows...), x.inlined...)
}

// decode takes what encode made, and shares its memory.
func (x *nameIndex) decode(b []byte) bool {
	if len(b) < 16 || len(b)%pairSize != 0 {
		return false
	}
	names, rows := binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:])
	b = b[16:]
	if names%pairSize != 0 || rows%pairSize != 0 || names > uint64(len(b)) || rows > uint64(len(b))-names {
		return false
	}
	x.names, x.rows, x.inlined = pairs(b[:names:names]), pairs(b[names:names+rows]), pairs(b[names+rows:])
	return true
}
