package symbol

import (
	"cmp"
	"slices"
	"sort"
	"strings"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/dwarf/info"
	"github.com/tinydbg/tinydbg/internal/dwarf/line"
)

// cFrames is Inlines for C: the entries for inlined calls around pc say who was
// called, and where.
func (f *File) cFrames(pc addr.FileAddr) []Frame {
	fn := f.FuncAt(pc)
	if fn == nil {
		return nil
	}
	pos, _ := f.Line(pc)
	calls := f.cCalls(pc)
	slices.Reverse(calls)
	frames := make([]Frame, 0, len(calls)+1)
	for _, c := range calls {
		frames = append(frames, Frame{Func: c.name, Position: pos, PC: pc, StartLine: c.start, Inlined: true})
		pos = c.from
	}
	return append(frames, Frame{Func: fn.Name, Position: pos, PC: pc})
}

// cCall is a call that was inlined.
type cCall struct {
	name  string
	start int // line of the function's declaration
	from  Position
}

// cCalls lists the calls inlined at pc, outermost first. There are none where
// debug information does not say.
func (f *File) cCalls(pc addr.FileAddr) []cCall {
	fn, err := f.funcEntry(pc)
	if err != nil || fn == nil || !fn.Children {
		return nil
	}
	c, err := fn.Unit().Cursor(fn.Off)
	if err != nil {
		return nil
	}
	c.Next()
	var calls []cCall
	var ranges []info.Range
	for e := c.Next(); e != nil && c.Depth() > 0; e = c.Next() {
		covers := e.Tag == info.TagLexicalBlock && !e.Has(info.AtLowPC) && !e.Has(info.AtRanges)
		if e.Tag == info.TagLexicalBlock || e.Tag == info.TagInlinedSubroutine {
			in := false
			in, ranges = fn.Unit().Covers(e, uint64(pc), ranges)
			covers = covers || in
		}
		if !covers {
			c.SkipChildren()
			continue
		}
		if e.Tag == info.TagInlinedSubroutine {
			calls = append(calls, f.cCall(e))
		}
	}
	return calls
}

func (f *File) cCall(e *info.Entry) cCall {
	list := origins(f.dw.data, e)
	call := cCall{name: inheritedName(list), start: inheritedInt(list, info.AtDeclLine)}
	call.from.Line = int(e.Uint(info.AtCallLine))
	if files := f.unitFiles(e.Unit()); files != nil {
		call.from.File = files.Name(e.Uint(info.AtCallFile))
	}
	return call
}

// unitFiles is the table of files that a C unit numbers them by, or nil.
func (f *File) unitFiles(u *info.Unit) *line.FileTable {
	root, err := u.Root()
	if err != nil || !root.Has(info.AtStmtList) {
		return nil
	}
	off, units := root.Uint(info.AtStmtList), f.cLines().units
	i := sort.Search(len(units), func(i int) bool { return units[i].head.Off >= off })
	if i == len(units) || units[i].head.Off != off {
		return nil
	}
	f.decode(units[i])
	return units[i].files
}

// cInlined is what was inlined in the units of C, by the function's name.
func (f *File) cInlined() map[string][]Instance {
	p := &f.funcs.cInlined
	p.once.Do(func() {
		if !f.hasC() {
			return
		}
		d, err := f.dwarfData()
		if err != nil {
			return
		}
		p.byName = map[string][]Instance{}
		for _, u := range d.Units() {
			if !u.IsGo() {
				f.addInlined(p.byName, u)
			}
		}
	})
	return p.byName
}

func (f *File) addInlined(byName map[string][]Instance, u *info.Unit) {
	c, err := u.Entries()
	if err != nil {
		return
	}
	for e := c.Next(); e != nil; e = c.Next() {
		if e.Tag != info.TagInlinedSubroutine {
			continue
		}
		ranges, err := u.Ranges(e)
		if err != nil || len(ranges) == 0 {
			continue
		}
		name := inheritedName(origins(f.dw.data, e.Clone()))
		if in := f.cInstance(ranges); in.Func != nil && name != "" {
			byName[name] = append(byName[name], in)
		}
	}
}

// cInstance is the place to stop for an inlined call: its lowest statement.
func (f *File) cInstance(ranges []info.Range) Instance {
	slices.SortFunc(ranges, func(a, b info.Range) int { return cmp.Compare(a.Low, b.Low) })
	in := Instance{PC: addr.FileAddr(ranges[0].Low)}
	in.Func = f.FuncAt(in.PC)
	if in.Func == nil {
		return in
	}
	for _, row := range f.cStatements(in.Func) {
		inside := slices.ContainsFunc(ranges, func(r info.Range) bool {
			return r.Low <= uint64(row.PC) && uint64(row.PC) < r.High
		})
		if row.Stmt && inside {
			in.PC = row.PC
			break
		}
	}
	return in
}

// cInlineInstances is InlineInstances for C. Go's names have a dot.
func (f *File) cInlineInstances(name string) []Instance {
	if strings.Contains(name, ".") {
		return nil
	}
	list := slices.Clone(f.cInlined()[name])
	slices.SortFunc(list, func(a, b Instance) int { return cmp.Compare(a.PC, b.PC) })
	return slices.CompactFunc(list, func(a, b Instance) bool { return a.PC == b.PC })
}
