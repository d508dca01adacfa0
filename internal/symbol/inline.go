package symbol

import (
	"cmp"
	"slices"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/pclntab"
)

// Frame is one level of inlining at an address.
type Frame struct {
	// Func is the name of the function: inlined, or the one with the code.
	Func string
	// Position in that function.
	Position
	// PC is an address in this frame: the one asked for in the innermost
	// frame, the call's in the others.
	PC addr.FileAddr
	// StartLine is the line of the function's declaration, 0 if not known.
	StartLine int
	// Inlined is false in the last frame only.
	Inlined bool
}

// Inlines lists the calls at pc, innermost first; the last one is the function
// that has the code. It is nil when pc is in no function. For a return address
// ask with the address before it, which is in the call.
func (f *File) Inlines(pc addr.FileAddr) []Frame {
	g, fn, ok := f.rowAt(pc)
	if !ok {
		return f.cFrames(pc)
	}
	// What can be read of a damaged tree is better than nothing.
	calls, _ := fn.Calls(g.tree, uint64(pc))
	frames := make([]Frame, 0, len(calls)+1)
	at := uint64(pc)
	for _, c := range calls {
		frames = append(frames, frameAt(&fn, c.Name, at, int(c.StartLine), true))
		at = c.ParentPC
	}
	return append(frames, frameAt(&fn, fn.Name(), at, int(fn.StartLine), false))
}

func frameAt(fn *pclntab.Func, name string, pc uint64, start int, inlined bool) Frame {
	file, line := fn.Line(pc)
	return Frame{
		Func: name, Position: Position{file, line}, PC: addr.FileAddr(pc),
		StartLine: start, Inlined: inlined,
	}
}

// Instance is a place where a call was inlined.
type Instance struct {
	// PC is the lowest statement of the inlined body: where to stop for it.
	PC addr.FileAddr
	// Func is the function it was inlined into.
	Func *Func
}

// InlineInstances lists where calls of the function called exactly name were
// inlined, by ascending address.
func (f *File) InlineInstances(name string) []Instance {
	g, err := f.goTable()
	if err != nil {
		return f.cInlineInstances(name)
	}
	off, ok := f.nameOff(g, name)
	if !ok {
		return f.cInlineInstances(name)
	}
	hits, err := f.inlinedAs(g, off)
	if err != nil {
		return nil
	}
	var list []Instance
	for _, hit := range hits {
		if fn := f.goFunc(g, int(hit.Row)); fn != nil {
			list = append(list, f.instance(g, fn, hit.Index))
		}
	}
	slices.SortFunc(list, func(a, b Instance) int { return cmp.Compare(a.PC, b.PC) })
	return list
}

// instance finds the place to stop for one inlined call in fn.
func (f *File) instance(g *goTable, fn *Func, index int32) Instance {
	inst := Instance{PC: fn.Entry, Func: fn}
	r, ok := fn.record()
	if !ok {
		return inst
	}
	inside := map[int32]bool{index: true, -1: false}
	first := true
	for _, row := range f.Statements(fn) {
		if !within(g, &r, row.inl, inside, 0) {
			continue
		}
		if first {
			inst.PC, first = row.PC, false
		}
		if row.Stmt {
			inst.PC = row.PC
			break
		}
	}
	return inst
}

// within says whether the inlined call at index is one of those known to be
// inside, or was inlined into one.
func within(g *goTable, fn *pclntab.Func, index int32, known map[int32]bool, depth int) bool {
	if in, ok := known[index]; ok || depth > 1000 {
		return in
	}
	c, err := fn.Call(g.tree, index)
	in := err == nil && within(g, fn, fn.InlIndex(c.ParentPC), known, depth+1)
	known[index] = in
	return in
}
