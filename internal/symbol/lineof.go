package symbol

import (
	"cmp"
	"slices"

	"github.com/tinydbg/tinydbg/internal/addr"
)

// LinePC is a place to stop for a source line.
type LinePC struct {
	PC addr.FileAddr
	// Func is the function whose code PC is in.
	Func *Func
	// InlinedFunc is the name of the function inlined there that the line
	// belongs to, "" when the line is Func's own.
	InlinedFunc string
}

// PCsOf lists where to stop for file:line: one place for each function that
// has code for it, inlined instances counted apart, by ascending address. File
// must be the whole name as in Files. When the line is the first of a function
// the place is after the prologue.
func (f *File) PCsOf(file string, line int) []LinePC {
	var list []LinePC
	for _, fn := range f.funcsWithLine(file, line) {
		list = append(list, f.placesIn(fn, file, line)...)
	}
	list = append(list, f.cPCsOf(file, line)...)
	slices.SortFunc(list, func(a, b LinePC) int { return cmp.Compare(a.PC, b.PC) })
	return slices.CompactFunc(list, func(a, b LinePC) bool { return a.PC == b.PC })
}

// funcsWithLine lists the Go functions that have code for a line.
func (f *File) funcsWithLine(file string, line int) []*Func {
	g, err := f.goTable()
	if err != nil {
		return nil
	}
	off, ok := g.FileOff(file)
	if !ok {
		return nil
	}
	rows, err := g.RowsWithLine(off, int32(line))
	if err != nil {
		return nil
	}
	var list []*Func
	for _, row := range rows {
		if fn := f.goFunc(g, int(row)); fn != nil {
			list = append(list, fn)
		}
	}
	return list
}

// placesIn finds the lowest statement of the line in fn itself and in each
// call that was inlined into it. Optimised code may have no statement left of a
// line: then it is the lowest instruction.
func (f *File) placesIn(fn *Func, file string, line int) []LinePC {
	r, ok := fn.record()
	if !ok {
		return nil
	}
	best := map[int32]LineRow{}
	for _, row := range f.Statements(fn) {
		if row.Line != line || row.File != file {
			continue
		}
		if old, ok := best[row.inl]; !ok || row.Stmt && !old.Stmt {
			best[row.inl] = row
		}
	}
	g, _ := f.goTable()
	var list []LinePC
	for inl, row := range best {
		place := LinePC{PC: row.PC, Func: fn}
		if inl >= 0 {
			if c, err := r.Call(g.tree, inl); err == nil {
				place.InlinedFunc = c.Name
			}
		} else if fn.IsWrapper() {
			// A wrapper has the line of the go or defer statement it was made
			// for, but does not run when that does.
			continue
		} else {
			place.PC = max(place.PC, f.PrologueEnd(fn))
		}
		list = append(list, place)
	}
	return list
}
