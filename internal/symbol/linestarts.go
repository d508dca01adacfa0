package symbol

import (
	"cmp"
	"encoding/binary"
	"slices"
	"sort"

	"github.com/tinydbg/tinydbg/internal/dwarf/line"
)

// lineStarts finds the unit of .debug_line that a function is in, by the address
// that the unit's program begins with: pairs of that address and the offset of the
// unit, ascending, in the form that is kept in the cache.
type lineStarts []byte

const lineStartSize = 16

func (s lineStarts) len() int { return len(s) / lineStartSize }

func (s lineStarts) at(i int) (pc, off uint64) {
	return binary.LittleEndian.Uint64(s[lineStartSize*i:]), binary.LittleEndian.Uint64(s[lineStartSize*i+8:])
}

// before is the offset of the unit that begins at pc or the nearest before it.
func (s lineStarts) before(pc uint64) (off uint64, ok bool) {
	i := sort.Search(s.len(), func(i int) bool { start, _ := s.at(i); return start > pc }) - 1
	if i < 0 {
		return 0, false
	}
	_, off = s.at(i)
	return off, true
}

// lineStarts reads where the units' programs begin, or what was kept of that.
func (f *File) lineStarts(d *dwarfLines) lineStarts {
	d.startsOnce.Do(func() {
		key := f.debugKey(".debug_line", "starts 1")
		if kept, ok := f.opts.Cache.Get(key); ok && len(kept)%lineStartSize == 0 {
			d.starts = kept
			return
		}
		heads, err := f.lineHeaders(d)
		if err != nil {
			return
		}
		d.starts = readLineStarts(d.section, heads, f.ByteOrder(), f.dropLines)
		if len(d.starts) >= minKept {
			f.opts.Cache.Put(key, d.starts)
		}
	})
	return d.starts
}

func readLineStarts(section []byte, heads []*line.Header, order binary.ByteOrder, drop func()) lineStarts {
	type start struct{ pc, off uint64 }
	var list []start
	dropped := uint64(0)
	zero := line.SetAddress(order, 0)
	op := zero[:len(zero)-8]
	for _, h := range heads {
		if h.Off-dropped > dropEvery {
			drop()
			dropped = h.Off
		}
		program := section[h.Program():h.End]
		if len(program) >= len(zero) && string(program[:len(op)]) == string(op) {
			list = append(list, start{order.Uint64(program[len(op):]), h.Off})
		}
	}
	drop()
	slices.SortFunc(list, func(a, b start) int { return cmp.Compare(a.pc, b.pc) })
	starts := make(lineStarts, 0, lineStartSize*len(list))
	for _, s := range list {
		starts = binary.LittleEndian.AppendUint64(starts, s.pc)
		starts = binary.LittleEndian.AppendUint64(starts, s.off)
	}
	return starts
}
