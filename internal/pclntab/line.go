package pclntab

import (
	"encoding/binary"
	"slices"
	"sort"
	"strings"
)

// Row is a run of instructions of one source line.
type Row struct {
	Start, End uint64
	// FileOff identifies the file (see FileName), -1 when there is none.
	FileOff int32
	Line    int32
	// Inl is the index in the function's tree of inlined calls, -1 for code
	// that is the function's own.
	Inl int32
}

// Line is the file and line at pc; file is "" when it is not known.
func (f *Func) Line(pc uint64) (file string, line int) {
	if pc < f.Entry || pc >= f.Next {
		return "", 0
	}
	at := uint32(pc - f.Entry)
	n := f.value(f.pcln, at, -1)
	name, ok := f.table.FileName(f.fileOff(f.value(f.pcfile, at, -1)))
	if n < 0 || !ok {
		return "", 0
	}
	return name, int(n)
}

// fileOff translates a number of the function's unit to an offset in the part
// of file names; -1 when it cannot be.
func (f *Func) fileOff(fileno int32) int32 {
	units, err := f.table.bytes(&f.table.units)
	i := 4 * (uint64(f.unit) + uint64(uint32(fileno)))
	if err != nil || fileno < 0 || i+4 > uint64(len(units)) {
		return -1
	}
	return int32(binary.LittleEndian.Uint32(units[i:]))
}

// Rows appends the function's line table to rows, by ascending address.
func (f *Func) Rows(rows []Row) []Row {
	files, err1 := f.iterate(f.pcfile)
	lines, err2 := f.iterate(f.pcln)
	inls, err3 := f.iterate(f.pcdataTable(pcdataInlTreeIndex))
	if err1 != nil || err2 != nil || err3 != nil || !lines.next() || !files.next() {
		return rows
	}
	inlOK := inls.next()
	for pc := uint32(0); ; {
		for inlOK && inls.end <= pc {
			inlOK = inls.next()
		}
		end := min(lines.end, files.end)
		inl := int32(-1)
		if inlOK {
			end, inl = min(end, inls.end), inls.val
		}
		if end > pc {
			rows = append(rows, Row{f.Entry + uint64(pc), f.Entry + uint64(end), f.fileOff(files.val), lines.val, inl})
		}
		pc = end
		for lines.end <= pc {
			if !lines.next() {
				return rows
			}
		}
		for files.end <= pc {
			if !files.next() {
				return rows
			}
		}
	}
}

// FileName is the name at an offset in the part of file names.
func (t *Table) FileName(off int32) (string, bool) {
	return t.cString(&t.files, off)
}

// FileOff is the offset of a file's name, if the table has it.
func (t *Table) FileOff(name string) (int32, bool) {
	data, err := t.bytes(&t.files)
	if err != nil || name == "" {
		return 0, false
	}
	text := bytesString(data)
	for pos := 0; ; {
		i := strings.Index(text[pos:], name)
		if i < 0 {
			return 0, false
		}
		at, end := pos+i, pos+i+len(name)
		if (at == 0 || text[at-1] == 0) && end < len(text) && text[end] == 0 {
			return int32(at), true
		}
		pos = at + 1
	}
}

// Files lists the names of all source files, in table order.
func (t *Table) Files() ([]string, error) {
	data, err := t.bytes(&t.files)
	if err != nil {
		return nil, err
	}
	var list []string
	for text := bytesString(data); text != ""; {
		name, rest, _ := strings.Cut(text, "\x00")
		if name != "" {
			list = append(list, name)
		}
		text = rest
	}
	return list, nil
}

// RowsWithLine lists the rows of functions that have code, their own or
// inlined, for a line of the file at fileOff, by ascending row. Only functions
// whose compilation unit names the file are looked at.
func (t *Table) RowsWithLine(fileOff, line int32) ([]int32, error) {
	units, err := t.bytes(&t.units)
	if err != nil {
		return nil, err
	}
	data, err := t.funcTable()
	if err != nil {
		return nil, err
	}
	var uses []uint32 // indices in units where the file is named
	for i := 0; i+4 <= len(units); i += 4 {
		if binary.LittleEndian.Uint32(units[i:]) == uint32(fileOff) {
			uses = append(uses, uint32(i/4))
		}
	}
	starts := t.unitStarts(data)
	return inParallel(t.nfunc, func(from, to int) ([]int32, error) {
		var rows []int32
		last, fileno := ^uint32(0), int32(-1)
		w := window{table: t}
		for row := from; row < to; row++ {
			rec, err := w.record(data, row)
			if err != nil {
				return nil, err
			}
			if unit := binary.LittleEndian.Uint32(rec[32:]); unit != last {
				last, fileno = unit, fileInUnit(unit, starts, uses)
			}
			if fileno < 0 {
				continue
			}
			fn, err := t.Func(row)
			if err != nil {
				return nil, err
			}
			if fn.hasLine(fileno, line) {
				rows = append(rows, int32(row))
			}
		}
		return rows, nil
	})
}

// hasLine says whether there is code for a line of a file by its number in
// the unit.
func (f *Func) hasLine(fileno, line int32) bool {
	files, err1 := f.iterate(f.pcfile)
	lines, err2 := f.iterate(f.pcln)
	if err1 != nil || err2 != nil {
		return false
	}
	// Where the file is: [start, end) in turn; then the lines therein.
	more := lines.next()
	for files.next() {
		if files.val != fileno {
			continue
		}
		for more && lines.end <= files.start {
			more = lines.next()
		}
		for more && lines.start < files.end {
			if lines.val == line {
				return true
			}
			if lines.end > files.end {
				break
			}
			more = lines.next()
		}
	}
	return false
}

// fileInUnit is the number in the unit that begins at unit of the file that is
// named at one of uses; -1 when it is not in there.
func fileInUnit(unit uint32, starts, uses []uint32) int32 {
	i := sort.Search(len(uses), func(i int) bool { return uses[i] >= unit })
	if i == len(uses) {
		return -1
	}
	j := sort.Search(len(starts), func(j int) bool { return starts[j] > unit })
	if j < len(starts) && uses[i] >= starts[j] {
		return -1
	}
	return int32(uses[i] - unit)
}

// unitStarts lists where compilation units begin, ascending: each ends where
// the next begins.
func (t *Table) unitStarts(data []byte) []uint32 {
	seen := map[uint32]bool{}
	last := ^uint32(0)
	w := window{table: t}
	for row := range t.nfunc {
		rec, err := w.record(data, row)
		if err != nil {
			continue
		}
		if unit := binary.LittleEndian.Uint32(rec[32:]); unit != last {
			seen[unit] = true
			last = unit
		}
	}
	list := make([]uint32, 0, len(seen))
	for u := range seen {
		list = append(list, u)
	}
	slices.Sort(list)
	return list
}
