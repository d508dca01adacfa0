package symbol

import (
	"cmp"
	"slices"
	"sort"
	"sync"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/dwarf/line"
)

// cLines are the lines of units that .gopclntab knows nothing of.
type cLines struct {
	once  sync.Once
	spans []span // by ascending low
	units []*cUnit
}

// span is a range of addresses that a unit's line program has rows for.
type span struct {
	low, high uint64
	unit      *cUnit
}

// cUnit is a unit of .debug_line, decoded when it is first needed.
type cUnit struct {
	head  *line.Header
	once  sync.Once
	rows  []line.Row // ends of sequences too, by ascending address
	files *line.FileTable
}

func (f *File) cLines() *cLines {
	p := &f.lines.c
	p.once.Do(func() {
		if !f.hasC() {
			return
		}
		d, err := f.debugLines()
		if err != nil {
			return
		}
		heads, _ := f.lineHeaders(d)
		for _, h := range heads {
			if spans := f.cSpans(d, h); len(spans) > 0 {
				p.spans = append(p.spans, spans...)
				p.units = append(p.units, spans[0].unit)
			}
		}
		slices.SortFunc(p.spans, func(a, b span) int { return cmp.Compare(a.low, b.low) })
	})
	return p
}

// cSpans runs a unit's program for the ranges it covers; none if it is Go's,
// and none for functions that the linker left out, which keep the address 0.
func (f *File) cSpans(d *dwarfLines, h *line.Header) []span {
	g, err := f.goTable()
	var spans []span
	u := &cUnit{head: h}
	var low uint64
	open := false
	_ = h.Run(d.section, h.Program(), func(r line.Row) bool {
		switch {
		case err == nil && r.Addr >= g.start && r.Addr < g.end:
			return false
		case r.End:
			if open && low != 0 && r.Addr > low {
				spans = append(spans, span{low, r.Addr, u})
			}
			open = false
		case !open:
			open, low = true, r.Addr
		}
		return true
	})
	return spans
}

// decode fills in the unit's rows and files.
func (f *File) decode(u *cUnit) {
	u.once.Do(func() {
		d, err := f.debugLines()
		if err != nil {
			return
		}
		var seq []line.Row
		_ = u.head.Run(d.section, u.head.Program(), func(r line.Row) bool {
			seq = append(seq, r)
			if r.End {
				if seq[0].Addr != 0 {
					u.rows = append(u.rows, seq...)
				}
				seq = seq[:0]
			}
			return true
		})
		slices.SortStableFunc(u.rows, func(a, b line.Row) int {
			return cmp.Or(cmp.Compare(a.Addr, b.Addr), -cmp.Compare(boolInt(a.End), boolInt(b.End)))
		})
		str, _ := f.DebugSection(".debug_str")
		lineStr, _ := f.DebugSection(".debug_line_str")
		u.files, _ = u.head.Files(d.section, line.Strings{Str: str, LineStr: lineStr}, f.compDir(u.head))
	})
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// cLineAt is the row of C code that holds at pc.
func (f *File) cLineAt(pc addr.FileAddr) (LineRow, bool) {
	spans := f.cLines().spans
	i := sort.Search(len(spans), func(i int) bool { return spans[i].low > uint64(pc) }) - 1
	if i < 0 || uint64(pc) >= spans[i].high {
		return LineRow{}, false
	}
	u := spans[i].unit
	f.decode(u)
	j := sort.Search(len(u.rows), func(j int) bool { return u.rows[j].Addr > uint64(pc) }) - 1
	if j < 0 || u.rows[j].End {
		return LineRow{}, false
	}
	return u.lineRow(u.rows[j])
}

func (u *cUnit) lineRow(r line.Row) (LineRow, bool) {
	if u.files == nil || r.Line <= 0 {
		return LineRow{}, false
	}
	row := LineRow{PC: addr.FileAddr(r.Addr), File: u.files.Name(r.File), Line: r.Line, Stmt: r.Stmt, inl: -1}
	return row, row.File != ""
}

// cStatements is Statements for C.
func (f *File) cStatements(fn *Func) []LineRow {
	rows, _ := f.cRows(fn)
	return rows
}

// cRows lists the rows of a C function and where its prologue is marked to
// end, 0 if it is not.
func (f *File) cRows(fn *Func) (rows []LineRow, prologueEnd addr.FileAddr) {
	spans := f.cLines().spans
	i := sort.Search(len(spans), func(i int) bool { return spans[i].low > uint64(fn.Entry) }) - 1
	if i < 0 || uint64(fn.Entry) >= spans[i].high {
		return nil, 0
	}
	u := spans[i].unit
	f.decode(u)
	from := sort.Search(len(u.rows), func(j int) bool { return u.rows[j].Addr >= uint64(fn.Entry) })
	for _, r := range u.rows[from:] {
		if r.Addr >= uint64(fn.End) {
			break
		}
		row, ok := u.lineRow(r)
		if r.End || !ok {
			continue
		}
		if r.PrologueEnd && prologueEnd == 0 {
			prologueEnd = row.PC
		}
		if n := len(rows); n > 0 && rows[n-1].PC == row.PC {
			row.Stmt = row.Stmt || rows[n-1].Stmt
			rows = rows[:n-1]
		}
		rows = append(rows, row)
	}
	return rows, prologueEnd
}

// cPrologueEnd is where the second line row of a C function begins, unless the
// compiler marked a place: the first row covers the setting up of the frame.
func (f *File) cPrologueEnd(fn *Func) addr.FileAddr {
	rows, marked := f.cRows(fn)
	if marked != 0 {
		return marked
	}
	for i, r := range rows {
		if i > 0 && r.Stmt {
			return r.PC
		}
	}
	return fn.Entry
}

// cFiles lists the files that C units name.
func (f *File) cFiles() []string {
	var names []string
	for _, u := range f.cLines().units {
		f.decode(u)
		if u.files != nil {
			names = append(names, u.files.Names()...)
		}
	}
	return names
}

// cPCsOf is PCsOf for C: one place for each function.
func (f *File) cPCsOf(file string, lineno int) []LinePC {
	var list []LinePC
	for _, u := range f.cLines().units {
		f.decode(u)
		if u.files == nil || !slices.Contains(u.files.Names(), file) {
			continue
		}
		seen := map[*Func]bool{}
		for _, r := range u.rows {
			row, ok := u.lineRow(r)
			if !ok || r.End || !r.Stmt || row.Line != lineno || row.File != file {
				continue
			}
			fn := f.FuncAt(row.PC)
			if fn == nil || seen[fn] {
				continue
			}
			seen[fn] = true
			pc := row.PC
			if pc == fn.Entry {
				pc = f.cPrologueEnd(fn)
			}
			list = append(list, LinePC{PC: pc, Func: fn})
		}
	}
	return list
}
