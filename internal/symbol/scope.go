package symbol

import (
	"slices"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/dwarf/info"
)

// Vars lists all arguments, results and local variables of the function at pc,
// and of the calls inlined there, as declared: those out of scope at pc too,
// with InScope false. An argument or result that escaped is there twice: as
// the caller passed it, and as an Escaped local that shadows it. For a caller's frame pass an address inside the call
// instruction. It is empty for functions without debug information.
func (f *File) Vars(pc addr.FileAddr) ([]*Var, error) {
	if vars, ok := f.dw.vars.get(pc); ok {
		return vars, nil
	}
	fn, err := f.funcEntry(pc)
	if err != nil || fn == nil {
		return nil, err
	}
	w := scopeWalk{file: f, data: f.dw.data, pc: uint64(pc), fn: fn, unit: fn.Unit()}
	if err := w.walk(); err != nil {
		return nil, err
	}
	w.dropTwins()
	w.finish(f.Inlines(pc))
	w.markUnset()
	f.dw.vars.put(pc, w.vars)
	return w.vars, nil
}

// scopeWalk collects the variables of one function.
type scopeWalk struct {
	file *File
	data *info.Data
	pc   uint64
	fn   *info.Entry
	unit *info.Unit

	vars   []*Var
	ranges []info.Range
	// calls are the names of the functions at pc: the one with the code, then
	// those inlined, outermost first.
	calls []string
}

// block is an open lexical block, function or inlined call.
type block struct {
	covers bool // the block and those around it cover pc
	level  int  // index in calls
	scope  int  // blocks around, in the same function
}

func (w *scopeWalk) walk() error {
	c, err := w.unit.Cursor(w.fn.Off)
	if err != nil {
		return err
	}
	c.Next()
	w.calls = []string{inheritedName(origins(w.data, w.fn))}
	open := []block{{covers: true}}
	for e := c.Next(); e != nil && c.Depth() > 0; e = c.Next() {
		open = open[:c.Depth()]
		in := open[len(open)-1]
		switch e.Tag {
		case info.TagFormalParameter, info.TagVariable:
			w.add(e, in)
		case info.TagLexicalBlock:
			in.covers = in.covers && w.coversPC(e)
			in.scope++
			open = append(open, in)
			continue
		case info.TagInlinedSubroutine:
			if in.covers && len(w.calls) == in.level+1 && w.coversPC(e) {
				w.calls = append(w.calls, inheritedName(origins(w.data, e)))
				open = append(open, block{covers: true, level: in.level + 1})
				continue
			}
		}
		c.SkipChildren()
	}
	return c.Err()
}

// coversPC takes a block without addresses for one that holds everywhere.
func (w *scopeWalk) coversPC(e *info.Entry) bool {
	if !e.Has(info.AtLowPC) && !e.Has(info.AtRanges) {
		return true
	}
	var ok bool
	ok, w.ranges = w.unit.Covers(e, w.pc, w.ranges)
	return ok
}

func (w *scopeWalk) add(e *info.Entry, in block) {
	v := w.file.newVar(w.data, e.Clone())
	if v == nil {
		return
	}
	v.Func = w.calls[in.level]
	v.InlineDepth = in.level
	v.ScopeDepth = in.scope
	v.InScope = in.covers
	v.base = w.fn.Field(info.AtFrameBase)
	w.vars = append(w.vars, v)
}

// dropTwins leaves out variables without a place that are listed a second time:
// Go's optimiser leaves results like that behind.
func (w *scopeWalk) dropTwins() {
	type twin struct {
		name               string
		kind               VarKind
		escaped            bool
		level, scope, line int
	}
	key := func(v *Var) twin {
		return twin{name: v.Name, kind: v.Kind, escaped: v.Escaped, level: v.InlineDepth, scope: v.ScopeDepth, line: v.DeclLine}
	}
	count := map[twin]int{}
	for _, v := range w.vars {
		count[key(v)]++
	}
	kept := w.vars[:0]
	for _, v := range w.vars {
		if k := key(v); v.Kind == Result && count[k] > 1 && !v.hasPlace() {
			count[k]--
			continue
		}
		kept = append(kept, v)
	}
	w.vars = kept
}

// finish turns levels (outermost first) into indexes of frames (innermost
// first), and hides what the source has not declared yet.
func (w *scopeWalk) finish(frames []Frame) {
	depth := make([]int, len(w.calls))
	for level := range w.calls {
		depth[level] = frameOf(frames, w.calls, level)
	}
	isGo := w.unit.IsGo()
	for _, v := range w.vars {
		v.InlineDepth = depth[v.InlineDepth]
		if v.InlineDepth >= len(frames) {
			continue
		}
		v.DeclFile = frames[v.InlineDepth].File
		declared := v.Kind != Local || v.ClosureOffset != 0 || !isGo
		if line := frames[v.InlineDepth].Line; !declared && line != 0 && line <= v.DeclLine {
			v.InScope = false
		}
	}
}

// markUnset marks what has no value yet while the function has run nothing but its
// prologue: results, and what a closure has captured, which it has not fetched. Other
// local variables in scope there are none.
func (w *scopeWalk) markUnset() {
	if !w.unit.IsGo() {
		return
	}
	for _, v := range w.vars {
		v.unset = v.Kind == Result && w.unmade(v)
	}
	fn := w.file.FuncAt(addr.FileAddr(w.pc))
	if fn == nil || addr.FileAddr(w.pc) > w.file.PrologueEnd(fn) {
		return
	}
	for _, v := range w.vars {
		captured := v.Kind == Local && v.InScope && v.hasOnePlace()
		if (v.Kind == Result || captured) && v.Func == w.calls[0] {
			v.unset = true
		}
	}
}

// unmade tells whether a result is to be on the heap, and is not there yet: it is
// described a second time as a variable that is in scope from the next line on. Where
// it is said to be is what the pointer to it points to, which is anything before.
func (w *scopeWalk) unmade(result *Var) bool {
	return slices.ContainsFunc(w.vars, func(v *Var) bool {
		return v.Escaped && !v.InScope && v.ClosureOffset == 0 && v.Name == result.Name &&
			v.DeclLine == result.DeclLine && v.InlineDepth == result.InlineDepth
	})
}

// frameOf is the index of the frame for the call at a level. Line tables and
// DWARF are made from the same inline tree, but their addresses can differ by
// an instruction: then the frame is the one with the function's name.
func frameOf(frames []Frame, calls []string, level int) int {
	want := len(calls) - 1 - level
	if len(frames) == 0 || len(frames) == len(calls) {
		return want
	}
	if level == 0 {
		return len(frames) - 1
	}
	for i := len(frames) - 1 - level; i >= 0; i-- {
		if frames[i].Func == calls[level] {
			return i
		}
	}
	return max(0, min(want, len(frames)-1))
}
