package symbol

// Preload reads and indexes what the first question about functions, variables
// and types would otherwise wait for: for use before a process is stopped, or
// while it runs. It does so once.
func (f *File) Preload() {
	f.preload.Do(func() {
		if f.IsGo() {
			f.FuncNamed("main.main")
			_, _ = f.typeIndex()
		}
	})
}
