package pclntab

import (
	"encoding/binary"
	"slices"
	"strings"
	"sync"
	"unsafe"
)

// nameIndex finds the rows that have a name: pairs of name offset and row,
// ascending. The linker writes names roughly in the order of functions, so that
// sorting is quick.
type nameIndex struct {
	once  sync.Once
	pairs []uint64
	err   error
}

// Name is the name at an offset in the part of names, "" when there is none.
func (t *Table) Name(off int32) string {
	name, _ := t.cString(&t.names, off)
	return name
}

// NameOff is the offset of a name, of a function or of an inlined one.
func (t *Table) NameOff(name string) (int32, bool) {
	found := int32(-1)
	t.SearchNames(name, func(off int32, full string) bool {
		if full == name {
			found = off
		}
		return found < 0
	})
	return found, found >= 0
}

// SearchNames calls yield for each name that contains text, once for each name
// and in table order, until yield returns false.
func (t *Table) SearchNames(text string, yield func(off int32, name string) bool) error {
	data, err := t.bytes(&t.names)
	if err != nil || text == "" {
		return err
	}
	all := bytesString(data)
	for pos := 0; ; {
		i := strings.Index(all[pos:], text)
		if i < 0 {
			return nil
		}
		start := strings.LastIndexByte(all[:pos+i], 0) + 1
		n := strings.IndexByte(all[pos+i:], 0)
		if n < 0 {
			n = len(all) - pos - i
		}
		end := pos + i + n
		if !yield(int32(start), all[start:end]) || end == len(all) {
			return nil
		}
		pos = end + 1
	}
}

// EachName calls yield for each name, in table order, until yield returns false.
func (t *Table) EachName(yield func(off int32, name string) bool) error {
	data, err := t.bytes(&t.names)
	if err != nil {
		return err
	}
	for pos := 0; pos < len(data); {
		name := cString(data[pos:])
		if name != "" && !yield(int32(pos), name) {
			return nil
		}
		pos += len(name) + 1
	}
	return nil
}

// RowsOf lists the rows of the functions whose name is at an offset, by
// ascending row. Names that were only ever inlined have none.
func (t *Table) RowsOf(nameOff int32) ([]int32, error) {
	pairs, err := t.NamedRows()
	if err != nil {
		return nil, err
	}
	var rows []int32
	i, _ := slices.BinarySearch(pairs, uint64(uint32(nameOff))<<32)
	for ; i < len(pairs) && uint32(pairs[i]>>32) == uint32(nameOff); i++ {
		rows = append(rows, int32(uint32(pairs[i])))
	}
	return rows, nil
}

// NamedRows has the offset of its name for each row, in the upper half, and the
// row in the lower one, ascending. The list must not be changed.
func (t *Table) NamedRows() ([]uint64, error) {
	x := &t.byName
	x.once.Do(func() { x.pairs, x.err = t.indexNames() })
	return x.pairs, x.err
}

// indexNames goes over all records, which it does not keep.
func (t *Table) indexNames() ([]uint64, error) {
	tab, err := t.funcTable()
	if err != nil {
		return nil, err
	}
	w := window{table: t}
	pairs := make([]uint64, t.nfunc)
	for row := range pairs {
		rec, err := w.record(tab, row)
		if err != nil {
			return nil, err
		}
		pairs[row] = uint64(binary.LittleEndian.Uint32(rec[4:]))<<32 | uint64(row)
	}
	slices.Sort(pairs)
	return pairs, nil
}

// window passes over the records of functions, in order, without leaving them
// in memory.
type window struct {
	table *Table
	buf   []byte
	// data is what is in view, from offset off of the part on.
	data []byte
	off  uint64
}

const windowSize = 256 << 10

// record is the fixed beginning of a row's _func, good until the next call.
func (w *window) record(tab []byte, row int) ([]byte, error) {
	return w.see(tab, row, w.table.fixedSize())
}

// function is Table.Func, good until the next call.
func (w *window) function(tab []byte, row int) (Func, error) {
	rec, err := w.see(tab, row, w.table.maxSize())
	if err != nil {
		return Func{}, err
	}
	return w.table.decode(row, tab, rec)
}

// see is size bytes of a row's _func, or what there is.
func (w *window) see(tab []byte, row int, size uint64) ([]byte, error) {
	t := w.table
	off, err := t.recordOff(tab, row)
	if err != nil {
		return nil, err
	}
	size = min(size, t.funcs.size()-off)
	if off >= w.off && off+size <= w.off+uint64(len(w.data)) {
		return w.data[off-w.off:], nil
	}
	if off < w.off {
		// Not in order: no linker does that. Going back and forth would be slow.
		return t.from(&t.funcs, off, size)
	}
	if w.buf == nil {
		w.buf = make([]byte, windowSize)
	}
	w.off, w.data = off, w.buf[:min(windowSize, t.funcs.size()-off)]
	return w.data, t.read(w.data, t.funcs.off+off)
}

func cString(b []byte) string {
	s := bytesString(b)
	if i := strings.IndexByte(s, 0); i >= 0 {
		return s[:i]
	}
	return s
}

// bytesString shares b's memory, which is never written again.
func bytesString(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
