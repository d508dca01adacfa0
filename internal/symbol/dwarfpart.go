package symbol

import (
	"slices"
	"strings"
	"sync"

	"github.com/tinydbg/tinydbg/internal/dwarf/cfi"
	"github.com/tinydbg/tinydbg/internal/dwarf/info"
)

// dwarfPart is what File keeps about DWARF variables, types and unwind tables.
type dwarfPart struct {
	once sync.Once
	data *info.Data
	err  error

	unitsOnce sync.Once
	// byPath has the units by name, byPackage Go's units by package name.
	byPath, byPackage map[string][]*info.Unit

	// mu guards the maps below.
	mu       sync.Mutex
	indexes  map[*info.Unit]*unitIndex
	types    map[typeKey]*Type
	pointers map[*Type]*Type
	void     *Type

	typesOnce sync.Once
	names     typeIndex

	frames frameTables
	vars   varCache
}

// frameTables are the sections with unwind information.
type frameTables struct {
	once   sync.Once
	tables []*cfi.Table
}

// dwarfData opens the debug information. The sections that any question about
// variables needs are inflated at the same time.
func (f *File) dwarfData() (*info.Data, error) {
	p := &f.dw
	p.once.Do(func() {
		f.PrefetchDebug(".debug_info", ".debug_abbrev", ".debug_addr", ".debug_rnglists", ".debug_ranges")
		p.data, p.err = info.Open(unitKeeper{f}, f.ByteOrder())
		p.indexes = map[*info.Unit]*unitIndex{}
		p.types = map[typeKey]*Type{}
		p.pointers = map[*Type]*Type{}
	})
	return p.data, p.err
}

// unitsByName reads the root entries of all units.
func (f *File) unitsByName(d *info.Data) (byPath, byPackage map[string][]*info.Unit) {
	p := &f.dw
	p.unitsOnce.Do(func() {
		p.byPath, p.byPackage = map[string][]*info.Unit{}, map[string][]*info.Unit{}
		dropped := info.Offset(0)
		for _, u := range d.Units() {
			if u.Off-dropped > dropEvery {
				f.DropDebugSection(".debug_info")
				dropped = u.Off
			}
			name := unitPath(u)
			p.byPath[name] = append(p.byPath[name], u)
			if pkg := u.PackageName(); pkg != "" {
				p.byPackage[pkg] = append(p.byPackage[pkg], u)
			}
		}
		f.DropDebugSection(".debug_info")
	})
	return p.byPath, p.byPackage
}

// unitPath is a unit's name; of Go's the import path as symbols have it.
func unitPath(u *info.Unit) string {
	if !u.IsGo() || strings.Contains(u.Name(), "%") {
		return u.Name()
	}
	return EscapePath(u.Name())
}

// PackagesNamed lists the import paths of the Go packages called name, sorted
// and as symbols have them (see EscapePath): "net/http" for "http".
func (f *File) PackagesNamed(name string) ([]string, error) {
	d, err := f.dwarfData()
	if err != nil {
		return nil, err
	}
	_, byPackage := f.unitsByName(d)
	var paths []string
	for _, u := range byPackage[name] {
		paths = append(paths, unitPath(u))
	}
	slices.Sort(paths)
	return slices.Compact(paths), nil
}
