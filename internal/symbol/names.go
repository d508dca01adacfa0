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

// FuncsCalled lists the functions whose names have the last part last (see
// LastPart) and fit, by ascending entry. It does not touch what the table says of
// others.
func (f *File) FuncsCalled(last string, fits func(name string) bool) []*Func {
	g, err := f.goTable()
	if err != nil || last == "" {
		return f.filterFuncs(last, fits)
	}
	var list []*Func
	err = f.eachCalled(g, last, func(off int32, name string) bool {
		if !fits(name) {
			return true
		}
		for _, row := range f.rowsOf(g, off) {
			if fn := f.goFunc(g, int(row)); fn != nil {
				list = append(list, fn)
			}
		}
		return true
	})
	if err != nil {
		return f.filterFuncs(last, fits)
	}
	c := f.cFuncs()
	for i := range c {
		if strings.Contains(c[i].Name, last) && fits(c[i].Name) {
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
