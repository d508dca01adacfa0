package symbol

import (
	"cmp"
	"slices"
	"strings"
)

// NamesWith lists the names of functions that contain text, each once: Go's with
// code of their own, and all that were inlined.
func (f *File) NamesWith(text string) []string {
	var list []string
	if g, err := f.goTable(); err == nil {
		g.SearchNames(text, func(_ int32, name string) bool {
			list = append(list, name)
			return true
		})
	}
	for name := range f.cInlined() {
		if strings.Contains(name, text) {
			list = append(list, name)
		}
	}
	return list
}

// FuncsWith lists the functions whose names contain text and fit, by ascending
// entry. It does not touch what the table says of others.
func (f *File) FuncsWith(text string, fits func(name string) bool) []*Func {
	g, err := f.goTable()
	if err != nil || text == "" {
		return f.filterFuncs(text, fits)
	}
	var list []*Func
	err = g.SearchNames(text, func(off int32, name string) bool {
		if !fits(name) {
			return true
		}
		rows, _ := g.RowsOf(off)
		for _, row := range rows {
			if fn := f.goFunc(g, int(row)); fn != nil {
				list = append(list, fn)
			}
		}
		return true
	})
	if err != nil {
		return f.filterFuncs(text, fits)
	}
	c := f.cFuncs()
	for i := range c {
		if strings.Contains(c[i].Name, text) && fits(c[i].Name) {
			list = append(list, &c[i])
		}
	}
	slices.SortFunc(list, func(a, b *Func) int { return cmp.Compare(a.Entry, b.Entry) })
	return list
}

func (f *File) filterFuncs(text string, fits func(string) bool) []*Func {
	var list []*Func
	for _, fn := range f.Funcs() {
		if strings.Contains(fn.Name, text) && fits(fn.Name) {
			list = append(list, fn)
		}
	}
	return list
}
