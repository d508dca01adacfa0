package symbol

import "sync"

// Preload reads and indexes what the first question about functions, variables
// and types would otherwise wait for: for use before a process is stopped, or
// while it runs. It does so once, with the ELF symbols that are named the first time.
func (f *File) Preload(symbols ...string) {
	f.preload.Do(func() {
		if f.IsGo() {
			var wg sync.WaitGroup
			wg.Go(f.PreloadLines)
			if f.IsKept() {
				// What is debugged again will be once more.
				wg.Go(f.keepNames)
			}
			if main := f.FuncNamed("main.main"); main != nil {
				f.PrologueEnd(main)
				_, _ = f.funcEntry(main.Entry)
			}
			_, _ = f.typeIndex()
			f.findKeptSymbols(symbols)
			wg.Wait()
		}
	})
}

// PreloadLines reads what the first question about where a function's body begins
// would wait for.
func (f *File) PreloadLines() {
	if d, err := f.debugLines(); err == nil {
		f.lineStarts(d)
	}
}

// IsKept says whether the debug information is in the cache: reading it takes some
// milliseconds then.
func (f *File) IsKept() bool {
	obj, err := f.debugObject()
	return err == nil && obj.IsCached(".debug_info")
}
