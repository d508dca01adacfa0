package symbol

import (
	"cmp"
	"slices"
	"strings"
)

// FuncNamed is the function called exactly name, or nil. When several functions
// share it (C statics) it is the one with the lowest entry.
func (f *File) FuncNamed(name string) *Func {
	if fn, ok := f.funcs.names.Load(name); ok {
		return fn.(*Func)
	}
	fn := f.findNamed(name)
	// That there is none is worth remembering, too: it takes a walk over all names.
	f.funcs.names.Store(name, fn)
	return fn
}

func (f *File) findNamed(name string) *Func {
	if g, err := f.goTable(); err == nil {
		if off, ok := f.nameOff(g, name); ok {
			if rows := f.rowsOf(g, off); len(rows) > 0 {
				return f.goFunc(g, int(rows[0]))
			}
		}
	}
	if list := f.cNamed(name); len(list) > 0 {
		return list[0]
	}
	return nil
}

// cNamed lists the C functions that have name or an alias of that name.
func (f *File) cNamed(name string) []*Func {
	if len(f.cFuncs()) == 0 {
		return nil
	}
	var list []*Func
	for _, s := range f.funcs.c.symbols {
		if plain, _, _ := strings.Cut(s.Name, "@"); plain != name {
			continue
		}
		if fn := f.cFuncAt(s.Addr); fn != nil && fn.Entry == s.Addr && !slices.Contains(list, fn) {
			list = append(list, fn)
		}
	}
	slices.SortFunc(list, func(a, b *Func) int { return cmp.Compare(a.Entry, b.Entry) })
	return list
}

// FuncsNamed lists every function that name can mean, by ascending entry. A
// name means a function when it is
//
//   - the whole name: "net/http.(*Client).Do",
//   - the same less parts of the import path: "http.(*Client).Do",
//   - the same less the package: "(*Client).Do", or "Do" alone,
//   - any of these with a pointer receiver written plainly: "Client.Do",
//   - any of these less the type arguments: "main.Map", "(*List).Push",
//   - any of these less the major version: "caddy.Run" for "example.com/caddy/v2.Run".
func (f *File) FuncsNamed(name string) []*Func {
	var list []*Func
	if g, err := f.goTable(); err == nil {
		eachName(g, name, func(off int32, _ string) {
			for _, row := range f.rowsOf(g, off) {
				if fn := f.goFunc(g, int(row)); fn != nil {
					list = append(list, fn)
				}
			}
		})
	}
	list = append(list, f.cNamed(name)...)
	slices.SortFunc(list, func(a, b *Func) int { return cmp.Compare(a.Entry, b.Entry) })
	return list
}

// NamesMatching lists the whole names of the Go functions that name can mean in
// the sense of FuncsNamed, sorted: also of those without code of their own
// because every call was inlined (see InlineInstances).
func (f *File) NamesMatching(name string) []string {
	var list []string
	if g, err := f.goTable(); err == nil {
		eachName(g, name, func(_ int32, full string) { list = append(list, full) })
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// eachName calls yield for each name in the table that query can mean.
func eachName(g *goTable, query string, yield func(off int32, full string)) {
	q := newQuery(query)
	if q.anchor == "" {
		return
	}
	_ = g.SearchNames(q.anchor, func(off int32, full string) bool {
		if q.matches(full) {
			yield(off, full)
		}
		return true
	})
}

// query is a name as a user wrote it.
type query struct {
	text string
	// anchor is text that every match contains.
	anchor string
	// args says that the user wrote type arguments; plain that the receiver
	// stands without parentheses and star.
	args, plain bool
}

func newQuery(text string) query {
	q := query{text: text, args: strings.Contains(text, "["), plain: !strings.Contains(text, "(*")}
	q.anchor = text
	if i := strings.IndexByte(q.anchor, '['); i >= 0 {
		q.anchor = q.anchor[:i]
	}
	q.anchor = strings.Trim(q.anchor[strings.LastIndexAny(q.anchor, "./")+1:], "(*)")
	return q
}

func (q *query) matches(full string) bool {
	if full == q.text {
		return true
	}
	if !q.args {
		full = withoutArgs(full)
	}
	return q.fits(full) || q.fits(UnescapePath(full)) || q.fits(WithoutMajor(full))
}

func (q *query) fits(full string) bool {
	return endsAtName(full, q.text) || q.plain && endsAtName(withoutStar(full), q.text)
}

// endsAtName says whether full ends in text, and text begins there at a path
// element, a package's member or a receiver.
func endsAtName(full, text string) bool {
	rest, ok := strings.CutSuffix(full, text)
	if !ok {
		return false
	}
	if rest == "" {
		return true
	}
	switch rest[len(rest)-1] {
	case '/':
		return true
	case '.':
		// "func1" alone means every closure there is: not worth a match.
		return !isClosureName(text)
	}
	return false
}

// withoutArgs cuts the type arguments out of a name: what is in brackets.
func withoutArgs(name string) string {
	if strings.IndexByte(name, '[') < 0 {
		return name
	}
	var b strings.Builder
	depth := 0
	for i := range len(name) {
		switch c := name[i]; {
		case c == '[':
			depth++
		case c == ']' && depth > 0:
			depth--
		case depth == 0:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// withoutStar turns "main.(*T).M" into "main.T.M".
func withoutStar(name string) string {
	before, rest, ok := strings.Cut(name, "(*")
	if !ok {
		return name
	}
	recv, after, ok := strings.Cut(rest, ")")
	if !ok {
		return name
	}
	return before + recv + after
}
