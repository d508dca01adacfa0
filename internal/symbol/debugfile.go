package symbol

import (
	"errors"
	"fmt"
	"sync"

	"github.com/tinydbg/tinydbg/internal/objfile"
	"github.com/tinydbg/tinydbg/internal/symcache"
)

// debugFile is the file that holds the debug sections: the File's own, or a
// separate one, looked for when it is first needed.
type debugFile struct {
	once sync.Once
	obj  *objfile.File
	err  error
	own  bool
}

// HasDWARF is nil when there is DWARF debugging information for the file, in
// it or in a separate debug file; else it says why there is none.
func (f *File) HasDWARF() error {
	_, err := f.debugObject()
	return err
}

// debugKey is the key in the cache of what follows from a section of the object
// file that has .debug_info; of no use if there is none, or see
// [objfile.File.CacheKey].
func (f *File) debugKey(section, what string) symcache.Key {
	obj, err := f.debugObject()
	if err != nil {
		return symcache.Key{}
	}
	return obj.CacheKey(section, what)
}

// debugObject is the object file that has .debug_info and its companions.
func (f *File) debugObject() (*objfile.File, error) {
	d := &f.debug
	d.once.Do(func() {
		if f.obj.Has(".debug_info") {
			d.obj = f.obj
			return
		}
		sep, err := f.obj.OpenDebugFile(f.opts.DebugDirs)
		if damage := f.obj.SectionsErr(); err != nil && damage != nil {
			d.err = fmt.Errorf("no debugging information: %w", damage)
			return
		}
		if err != nil {
			d.err = fmt.Errorf("no debugging information (.debug_info was stripped, or never made): %w", err)
			return
		}
		if !sep.Has(".debug_info") {
			sep.Close()
			d.err = fmt.Errorf("%s: no .debug_info there either", sep.Path())
			return
		}
		sep.SetCache(f.opts.Cache)
		d.obj, d.own = sep, true
	})
	return d.obj, d.err
}

// DebugSection is the inflated data of a section such as ".debug_info", from
// wherever the debugging information is. The error wraps objfile.ErrNoSection
// when there is debugging information but not this section.
func (f *File) DebugSection(name string) ([]byte, error) {
	obj, err := f.debugObject()
	if err != nil {
		return nil, err
	}
	return obj.Section(name)
}

// DropDebugSection gives back the memory of a debug section that was looked
// through, as far as it can be had again at no great cost. Its data stays valid.
func (f *File) DropDebugSection(name string) {
	if obj, err := f.debugObject(); err == nil {
		obj.Drop(name)
	}
}

// PrefetchDebug inflates debug sections at the same time, for those who will
// need several of them. It waits for the end.
func (f *File) PrefetchDebug(names ...string) {
	if obj, err := f.debugObject(); err == nil {
		obj.Prefetch(names...)
	}
}

func (d *debugFile) close() {
	d.once.Do(func() { d.err = errors.New("file is closed") })
	if d.own {
		d.obj.Close()
	}
}
