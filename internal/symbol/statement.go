package symbol

import (
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/pclntab"
)

// LineRow is a row of a function's line table: what is at PC up to the next
// row's PC.
type LineRow struct {
	PC   addr.FileAddr
	File string
	Line int
	// Stmt marks PC as a good place to stop for Line.
	Stmt bool
	// InlineDepth is how many inlined calls are around it: 0 in the function
	// itself.
	InlineDepth int

	inl int32 // index of the innermost inlined call, -1 for none
}

// Statements is the line table of fn, by ascending PC, PCs unique. Statement
// marks are DWARF's; without DWARF each change of line counts as one.
func (f *File) Statements(fn *Func) []LineRow {
	r, ok := fn.record()
	if !ok {
		return f.cStatements(fn)
	}
	g, _ := f.goTable()
	rows := r.Rows(nil)
	marks, err := f.goMarks(fn)
	if err != nil {
		marks = guessMarks(rows, f.guessPrologueEnd(fn))
	}
	return joinRows(g, &r, rows, marks)
}

// mark is what DWARF's line table says of an address besides the line.
type mark struct {
	pc          uint64
	stmt        bool
	prologueEnd bool
}

// guessMarks makes marks up when there is no DWARF: the entry, the end of the
// prologue and each change of line.
func guessMarks(rows []pclntab.Row, prologueEnd addr.FileAddr) []mark {
	var marks []mark
	for i, r := range rows {
		if i == 0 || r.Line != rows[i-1].Line || r.FileOff != rows[i-1].FileOff {
			marks = append(marks, mark{pc: r.Start, stmt: true})
		}
		if p := uint64(prologueEnd); r.Start < p && p < r.End {
			marks = append(marks, mark{pc: p, stmt: true, prologueEnd: true})
		}
	}
	return marks
}

// joinRows splits .gopclntab's rows where DWARF has a row of its own, and
// marks them.
func joinRows(g *goTable, fn *pclntab.Func, rows []pclntab.Row, marks []mark) []LineRow {
	list := make([]LineRow, 0, len(rows)+len(marks))
	depths := inlineDepths{g: g, fn: fn, known: map[int32]int{}}
	m := 0
	for _, r := range rows {
		file, _ := g.FileName(r.FileOff)
		row := LineRow{
			PC: addr.FileAddr(r.Start), File: file, Line: int(r.Line),
			InlineDepth: depths.of(r.Inl), inl: r.Inl,
		}
		for m < len(marks) && marks[m].pc < r.Start {
			m++
		}
		if m == len(marks) || marks[m].pc > r.Start {
			list = append(list, row)
		}
		for ; m < len(marks) && marks[m].pc < r.End; m++ {
			row.PC, row.Stmt = addr.FileAddr(marks[m].pc), marks[m].stmt
			list = append(list, row)
		}
	}
	return list
}

// inlineDepths counts the callers of inlined calls, each once.
type inlineDepths struct {
	g     *goTable
	fn    *pclntab.Func
	known map[int32]int
}

func (d *inlineDepths) of(index int32) int {
	if index < 0 {
		return 0
	}
	if n, ok := d.known[index]; ok {
		return n
	}
	d.known[index] = 1 // ends the walk when calls go round in a circle
	c, err := d.fn.Call(d.g.tree, index)
	if err != nil {
		return 1
	}
	n := 1 + d.of(d.fn.InlIndex(c.ParentPC))
	d.known[index] = n
	return n
}

// PrologueEnd is the first place in fn where its frame is set up far enough
// for its arguments to be found: where debuggers stop for a function. It is
// fn.Entry when there is no prologue. It is DWARF's mark; without DWARF it is
// worked out from the changes of SP or, for C, from the second line.
func (f *File) PrologueEnd(fn *Func) addr.FileAddr {
	if !fn.IsGo() {
		return f.cPrologueEnd(fn)
	}
	marks, err := f.goMarks(fn)
	if err != nil {
		return f.guessPrologueEnd(fn)
	}
	for _, m := range marks {
		if m.prologueEnd {
			return addr.FileAddr(m.pc)
		}
	}
	// A function without a frame may still begin by saving what came in
	// registers: those instructions are not marked as statements.
	for _, m := range marks {
		if m.stmt {
			return addr.FileAddr(m.pc)
		}
	}
	return fn.Entry
}

// guessPrologueEnd finds the instruction that the compiler marks as the
// prologue's end (cmd/internal/obj/x86/obj6.go, preprocess): the last one that
// sets up the frame. From go1.21 on that is
//
//	PUSHQ BP; MOVQ SP, BP; SUBQ $n, SP
//
// without the SUBQ if there are no locals.
func (f *File) guessPrologueEnd(fn *Func) addr.FileAddr {
	r, ok := fn.record()
	if !ok {
		return fn.Entry
	}
	const (
		ptr     = 8
		movSPBP = 3  // bytes of MOVQ SP, BP
		maxSub  = 7  // bytes of SUBQ $n, SP
		check   = 64 // more than any check of the stack's size takes
	)
	runs := r.SPRuns(3)
	if len(runs) < 2 || runs[0].Val != 0 || runs[1].Val <= 0 || runs[0].End-r.Entry > check {
		return fn.Entry
	}
	pushed := runs[1]
	if pushed.Val > ptr {
		return addr.FileAddr(pushed.Start)
	}
	size := pushed.End - pushed.Start
	if len(runs) == 3 && runs[2].Val > ptr && size > movSPBP && size <= movSPBP+maxSub {
		return addr.FileAddr(pushed.Start + movSPBP)
	}
	return addr.FileAddr(pushed.Start)
}
