package symbol

import (
	"bytes"
	"cmp"
	"encoding/binary"
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
	headers []*line.Header
	err     error

	startsOnce sync.Once
	starts     []unitStart // by ascending address
}

// unitStart is the address that a unit's program begins with.
type unitStart struct {
	pc   uint64
	head *line.Header
}

func (f *File) debugLines() (*dwarfLines, error) {
	p := &f.lines.dwarf
	p.once.Do(func() {
		if p.section, p.err = f.DebugSection(".debug_line"); p.err == nil {
			p.headers, p.err = line.Headers(p.section, f.ByteOrder(), f.dropLines)
		}
		if len(p.headers) > 0 {
			p.err = nil // what can be read is of use
		}
	})
	return p, p.err
}

// unitAt is the unit that holds an offset of .debug_line, or nil.
func (d *dwarfLines) unitAt(off uint64) *line.Header {
	i := sort.Search(len(d.headers), func(i int) bool { return d.headers[i].Off > off }) - 1
	if i < 0 || off < d.headers[i].Program() || off >= d.headers[i].End {
		return nil
	}
	return d.headers[i]
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
	f.lineStarts(d)
	i := sort.Search(len(d.starts), func(i int) bool { return d.starts[i].pc > uint64(fn.Entry) }) - 1
	if i >= 0 {
		h := d.starts[i].head
		if at := bytes.Index(d.section[h.Program():h.End], pattern); at >= 0 {
			return h.Program() + uint64(at), h
		}
	}
	defer f.dropLines()
	return d.search(pattern)
}

// lineStarts reads where the units' programs begin.
func (f *File) lineStarts(d *dwarfLines) {
	d.startsOnce.Do(func() {
		d.readStarts(f.ByteOrder(), f.dropLines)
	})
}

// dropLines gives back the memory of lines that were looked through.
func (f *File) dropLines() { f.DropDebugSection(".debug_line") }

func (d *dwarfLines) readStarts(order binary.ByteOrder, drop func()) {
	dropped := uint64(0)
	zero := line.SetAddress(order, 0)
	op := zero[:len(zero)-8]
	for _, h := range d.headers {
		if h.Off-dropped > dropEvery {
			drop()
			dropped = h.Off
		}
		program := d.section[h.Program():h.End]
		if len(program) >= len(zero) && bytes.HasPrefix(program, op) {
			d.starts = append(d.starts, unitStart{order.Uint64(program[len(op):]), h})
		}
	}
	drop()
	slices.SortFunc(d.starts, func(a, b unitStart) int { return cmp.Compare(a.pc, b.pc) })
}

// search finds the operations that begin with pattern in all programs.
func (d *dwarfLines) search(pattern []byte) (uint64, *line.Header) {
	for pos := 0; ; {
		i := bytes.Index(d.section[pos:], pattern)
		if i < 0 {
			return 0, nil
		}
		if h := d.unitAt(uint64(pos + i)); h != nil {
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
