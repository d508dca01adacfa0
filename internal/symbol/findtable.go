package symbol

import (
	"bytes"
	"strings"
	"sync"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/pclntab"
)

// tablePlace is where the .gopclntab is, looked for once.
type tablePlace struct {
	once    sync.Once
	section string // "" when there is none
	off     uint64 // in the section
	size    uint64 // at most
	addr    addr.FileAddr
}

// findTable finds Go's function table: a section of its own or, where an
// external linker put it in with others (plugins and C libraries before
// go1.26) or the table of sections is gone, by its header.
func (f *File) findTable() (*tablePlace, bool) {
	p := &f.funcs.place
	p.once.Do(func() {
		for _, name := range []string{".gopclntab", ".data.rel.ro.gopclntab"} {
			if h, ok := f.obj.Header(name); ok && f.obj.Has(name) {
				p.section, p.size, p.addr = name, f.obj.Within(h), h.Addr
				return
			}
		}
		if f.noSections() {
			for _, h := range f.obj.Sections() {
				if f.searchTable(p, h.Name) {
					return
				}
			}
			return
		}
		if !f.obj.Has(".go.buildinfo") && !f.obj.Has(".note.go.buildid") {
			return
		}
		for _, name := range []string{".data.rel.ro", ".rodata"} {
			if f.searchTable(p, name) {
				return
			}
		}
	})
	return p, p.section != ""
}

// noSections says whether what the file lists as sections are segments.
func (f *File) noSections() bool {
	list := f.obj.Sections()
	return len(list) > 0 && strings.HasPrefix(list[0].Name, "segment ")
}

// Headers of the versions since go1.18, up to the size of a pointer.
var tableHeads = [][]byte{
	{0xf1, 0xff, 0xff, 0xff, 0, 0, 1, 8},
	{0xf0, 0xff, 0xff, 0xff, 0, 0, 1, 8},
}

func (f *File) searchTable(p *tablePlace, section string) bool {
	h, ok := f.obj.Header(section)
	data, err := f.obj.Section(section)
	if !ok || err != nil {
		return false
	}
	for _, head := range tableHeads {
		for pos := 0; ; pos++ {
			i := bytes.Index(data[pos:], head)
			if i < 0 {
				break
			}
			pos += i
			rest := data[pos:]
			read := func(buf []byte, off uint64) error { copy(buf, rest[off:]); return nil }
			if _, err := pclntab.New(read, uint64(len(rest))); err == nil {
				p.section, p.off, p.size = section, uint64(pos), uint64(len(rest))
				p.addr = h.Addr + addr.FileAddr(pos)
				return true
			}
		}
	}
	return false
}
