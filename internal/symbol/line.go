package symbol

import "github.com/tinydbg/tinydbg/internal/addr"

// Position is a place in the source.
type Position struct {
	File string
	Line int
}

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
}

// LinePC is a place to stop for a source line.
type LinePC struct {
	PC addr.FileAddr
	// Func is the function whose code PC is in.
	Func *Func
	// InlinedFunc is the name of the function inlined there that the line
	// belongs to, "" when the line is Func's own.
	InlinedFunc string
}

// Line is the source position of pc, in the innermost inlined call there.
// ok is false when that is not known.
func (f *File) Line(pc addr.FileAddr) (pos Position, ok bool) { return Position{}, false }

// Files lists the names of all source files, sorted.
func (f *File) Files() []string { return nil }

// NearestFiles lists the source files that pattern could have meant: those
// ending in it, else those with the same base name, else with one like it.
func (f *File) NearestFiles(pattern string) []string { return nil }

// PCsOf lists where to stop for file:line: one place for each function that
// has code for it, inlined instances counted apart, by ascending address. File
// must be the whole name as in Files. When the line is the first of a function the
// place is after the prologue.
func (f *File) PCsOf(file string, line int) []LinePC { return nil }

// Statements is the line table of fn, by ascending PC, PCs unique.
func (f *File) Statements(fn *Func) []LineRow { return nil }

// PrologueEnd is the first place in fn where its frame is set up and its
// arguments can be read; fn.Entry when there is no prologue.
func (f *File) PrologueEnd(fn *Func) addr.FileAddr { return fn.Entry }

// Optimized says whether the code at pc was compiled with optimisation.
func (f *File) Optimized(pc addr.FileAddr) bool { return false }
