package symbol

// GoNames lists the names of Go functions that contain text, each once: those
// with code of their own, and those that are there only inlined.
func (f *File) GoNames(text string) []string {
	g, err := f.goTable()
	if err != nil {
		return nil
	}
	var list []string
	g.SearchNames(text, func(_ int32, name string) bool {
		list = append(list, name)
		return true
	})
	return list
}
