package symbol

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"sort"
	"sync"

	"github.com/tinydbg/tinydbg/internal/dwarf/line"
)

// dwarfLines is .debug_line, inflated at the first question that needs
// statement marks or lines of C.
type dwarfLines struct {
	once    sync.Once
	section []byte
	err     error

	headsOnce sync.Once
	heads     []*line.Header
	headsErr  error

	startsOnce sync.Once
	starts     lineStarts
}

func (f *File) debugLines() (*dwarfLines, error) {
	p := &f.lines.dwarf
	p.once.Do(func() { p.section, p.err = f.DebugSection(".debug_line") })
	return p, p.err
}

// lineHeaders reads the heads of all units.
func (f *File) lineHeaders(d *dwarfLines) ([]*line.Header, error) {
	d.headsOnce.Do(func() {
		d.heads, d.headsErr = line.Headers(d.section, f.ByteOrder(), f.dropLines)
		if len(d.heads) > 0 {
			d.headsErr = nil // what can be read is of use
		}
	})
	return d.heads, d.headsErr
}

// lineUnitAt is the unit that holds an offset of .debug_line, or nil.
func lineUnitAt(heads []*line.Header, off uint64) *line.Header {
	i := sort.Search(len(heads), func(i int) bool { return heads[i].Off > off }) - 1
	if i < 0 || off < heads[i].Program() || off >= heads[i].End {
		return nil
	}
	return heads[i]
}

// goMarks lists what DWARF's line table says of fn's addresses, ascending and
// unique. Go's compiler writes one sequence for each function, which can be
// found by the bytes of its first operation: no need to run what is before.
func (f *File) goMarks(fn *Func) ([]mark, error) {
	d, err := f.debugLines()
	if err != nil {
		return nil, err
	}
	off, h := f.sequence(d, fn)
	if h == nil && d.headsErr != nil {
		return nil, d.headsErr
	}
	if h == nil {
		return nil, fmt.Errorf("%s is not in .debug_line", fn.Name)
	}
	var marks []mark
	err = h.Run(d.section, off, func(r line.Row) bool {
		if r.End || r.Addr >= uint64(fn.End) {
			return false
		}
		marks = append(marks, mark{r.Addr, r.Stmt, r.PrologueEnd})
		return true
	})
	if err != nil {
		return nil, err
	}
	return uniqueMarks(marks), nil
}

// sequence finds the operations for a function: most likely in the unit whose
// first function is the nearest before it, since linkers keep the order.
func (f *File) sequence(d *dwarfLines, fn *Func) (uint64, *line.Header) {
	pattern := line.SetAddress(f.ByteOrder(), uint64(fn.Entry))
	if off, ok := f.lineStarts(d).before(uint64(fn.Entry)); ok {
		h, err := line.ParseHeader(d.section, off, f.ByteOrder())
		if err == nil {
			if at := bytes.Index(d.section[h.Program():h.End], pattern); at >= 0 {
				return h.Program() + uint64(at), h
			}
		}
	}
	defer f.dropLines()
	heads, _ := f.lineHeaders(d)
	return d.search(heads, pattern)
}

// dropLines gives back the memory of lines that were looked through.
func (f *File) dropLines() { f.DropDebugSection(".debug_line") }

// search finds the operations that begin with pattern in all programs.
func (d *dwarfLines) search(heads []*line.Header, pattern []byte) (uint64, *line.Header) {
	for pos := 0; ; {
		i := bytes.Index(d.section[pos:], pattern)
		if i < 0 {
			return 0, nil
		}
		if h := lineUnitAt(heads, uint64(pos+i)); h != nil {
			return uint64(pos + i), h
		}
		pos += i + 1
	}
}

func uniqueMarks(marks []mark) []mark {
	slices.SortStableFunc(marks, func(a, b mark) int { return cmp.Compare(a.pc, b.pc) })
	out := marks[:0]
	for _, m := range marks {
		if n := len(out); n > 0 && out[n-1].pc == m.pc {
			out[n-1].stmt = out[n-1].stmt || m.stmt
			out[n-1].prologueEnd = out[n-1].prologueEnd || m.prologueEnd
			continue
		}
		out = append(out, m)
	}
	return out
}
