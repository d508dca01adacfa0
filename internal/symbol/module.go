package symbol

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/pclntab"
)

// Module is what the linker tells Go's runtime about the file: its moduledata
// (runtime/symtab.go). Its beginning has been the same from go1.20 on.
type Module struct {
	// Addr is where the moduledata itself is.
	Addr        addr.FileAddr
	Text, EText addr.FileAddr
	Types       addr.FileAddr
	ETypes      addr.FileAddr
	// GoFunc is the symbol go:func.*, which funcdata offsets count from.
	GoFunc addr.FileAddr
}

// Module is the file's moduledata. An error says why there is none; pointers
// in it are then not known.
func (f *File) Module() (Module, error) {
	g, err := f.goTable()
	if err != nil {
		return Module{}, err
	}
	if g.module.Addr == 0 {
		return Module{}, fmt.Errorf("%s: no moduledata found", f.Path())
	}
	return g.module, nil
}

// Indices of words in moduledata, go1.20 to go1.27.
const (
	mdPCHeader = 0
	mdNames    = 1
	mdFtab     = 16
	mdFtabLen  = 17
	mdText     = 22
	mdEText    = 23
	mdTypes    = 37
	mdWords    = 45
)

// moduleLayout is where the words after mdTypes are.
type moduleLayout struct{ etypes, gofunc, epclntab int }

// Layouts since go1.20.
var (
	layoutGo127 = moduleLayout{etypes: 39, gofunc: 43, epclntab: 44}
	layoutGo126 = moduleLayout{etypes: 38, gofunc: 40, epclntab: 41}
	layoutGo120 = moduleLayout{etypes: 38, gofunc: 40}
)

// findModule finds the moduledata that belongs to the table at a. Symbols are
// not needed for that: it is what points at the table.
func (f *File) findModule(a addr.FileAddr, t *pclntab.Table) (Module, error) {
	if h, ok := f.obj.Header(".go.module"); ok {
		if m, ok := f.tryModule(h.Addr, a, t); ok {
			return m, nil
		}
	}
	places, err := f.obj.PointersTo(a)
	if err != nil {
		return Module{}, err
	}
	for _, place := range places {
		if m, ok := f.tryModule(place, a, t); ok {
			return m, nil
		}
	}
	for _, name := range dataSections(f) {
		if m, ok := f.scanModule(name, a, t); ok {
			return m, nil
		}
	}
	return Module{}, fmt.Errorf("%s: no moduledata points at the .gopclntab at %v", f.Path(), a)
}

// dataSections are where moduledata may be: .go.module apart, which has nothing
// else.
func dataSections(f *File) []string {
	if !f.noSections() {
		return []string{".noptrdata", ".data", ".data.rel.ro"}
	}
	var names []string
	for _, h := range f.obj.Sections() {
		names = append(names, h.Name)
	}
	return names
}

func (f *File) scanModule(section string, a addr.FileAddr, t *pclntab.Table) (Module, bool) {
	h, ok := f.obj.Header(section)
	data, err := f.obj.Section(section)
	if !ok || err != nil {
		return Module{}, false
	}
	for i := 0; i+8 <= len(data); i += 8 {
		if binary.LittleEndian.Uint64(data[i:]) != uint64(a) {
			continue
		}
		if m, ok := f.tryModule(h.Addr+addr.FileAddr(i), a, t); ok {
			return m, true
		}
	}
	return Module{}, false
}

// tryModule reads the moduledata at place, if it is one.
func (f *File) tryModule(place, a addr.FileAddr, t *pclntab.Table) (Module, bool) {
	var w [mdWords]addr.FileAddr
	for i := range w {
		var err error
		if w[i], err = f.obj.Pointer(place + addr.FileAddr(8*i)); err != nil {
			return Module{}, false
		}
	}
	if w[mdPCHeader] != a || w[mdNames] <= a || w[mdFtabLen] != addr.FileAddr(t.Len()+1) || w[mdText] >= w[mdEText] {
		return Module{}, false
	}
	l := f.moduleLayout(w[:], a+addr.FileAddr(t.Size()))
	return Module{
		Addr: place, Text: w[mdText], EText: w[mdEText],
		Types: w[mdTypes], ETypes: w[l.etypes], GoFunc: w[l.gofunc],
	}, true
}

// moduleLayout goes by the version on record or, where there is none, by which
// layout has an end of the pclntab that can be: up to limit, where its section
// ends.
func (f *File) moduleLayout(w []addr.FileAddr, limit addr.FileAddr) moduleLayout {
	switch minor := goMinor(f.GoVersion()); {
	case minor >= 27:
		return layoutGo127
	case minor == 26:
		return layoutGo126
	case minor > 0:
		return layoutGo120
	}
	for _, newer := range []moduleLayout{layoutGo127, layoutGo126} {
		if end := w[newer.epclntab]; end > w[mdFtab] && end <= limit {
			return newer
		}
	}
	return layoutGo120
}

// goMinor is 26 for "go1.26.8" and "go1.26rc1", 0 for what is no release.
func goMinor(version string) int {
	rest, ok := strings.CutPrefix(version, "go1.")
	if !ok {
		return 0
	}
	n := 0
	for n < len(rest) && rest[n] >= '0' && rest[n] <= '9' {
		n++
	}
	minor, _ := strconv.Atoi(rest[:n])
	return minor
}
