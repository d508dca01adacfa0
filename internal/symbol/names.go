package symbol

import "strings"

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
