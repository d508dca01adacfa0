package objfile

import (
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/pace"
)

// section is a section and, once it was asked for, its data.
type section struct {
	head *elf.Section
	data once[[]byte]
}

// ErrNoSection is wrapped by the error for a section that the file lacks.
var ErrNoSection = errors.New("no such section")

// SectionHeader describes a section as it is in the file.
type SectionHeader struct {
	Name  string
	Type  elf.SectionType
	Flags elf.SectionFlag
	Addr  addr.FileAddr
	Off   addr.FileOff
	// Size in memory or, for a compressed section, inflated.
	Size uint64
}

// Sections lists the sections that have a name, in file order.
func (f *File) Sections() []SectionHeader {
	list := make([]SectionHeader, 0, len(f.names))
	for _, name := range f.names {
		h, _ := f.Header(name)
		list = append(list, h)
	}
	return list
}

// Header describes the section called name, if there is one.
func (f *File) Header(name string) (SectionHeader, bool) {
	s := f.sections[name]
	if s == nil {
		return SectionHeader{}, false
	}
	return describe(s.head), true
}

// HeaderAt describes the section with an index, as symbols refer to it.
func (f *File) HeaderAt(index int) (SectionHeader, bool) {
	if index < 0 || index >= len(f.header.Sections) {
		return SectionHeader{}, false
	}
	return describe(f.header.Sections[index]), true
}

func describe(h *elf.Section) SectionHeader {
	return SectionHeader{
		Name: h.Name, Type: h.Type, Flags: h.Flags,
		Addr: addr.FileAddr(h.Addr), Off: addr.FileOff(h.Offset), Size: h.Size,
	}
}

// Within is how many of a section's bytes the file can have, whatever the table
// of sections says.
func (f *File) Within(h SectionHeader) uint64 {
	if off := uint64(h.Off); off < uint64(f.size) {
		return min(h.Size, uint64(f.size)-off)
	}
	return 0
}

// Has says whether Section can be expected to give data for name.
func (f *File) Has(name string) bool {
	s := f.lookup(name)
	return s != nil && s.head.Type != elf.SHT_NOBITS && s.head.FileSize > 0
}

// lookup finds a section, for .debug_x also by its old compressed name .zdebug_x.
func (f *File) lookup(name string) *section {
	if s := f.sections[name]; s != nil {
		return s
	}
	if rest, ok := strings.CutPrefix(name, ".debug_"); ok {
		return f.sections[".zdebug_"+rest]
	}
	return nil
}

// Section is the section's data, inflated. It is read once and kept; callers
// must not change it. The error wraps ErrNoSection when there is none, also
// when the file only kept its header (as stripped debug files do).
func (f *File) Section(name string) ([]byte, error) {
	s := f.lookup(name)
	if s == nil || s.head.Type == elf.SHT_NOBITS {
		return nil, fmt.Errorf("%s: %s: %w", f.path, name, ErrNoSection)
	}
	return s.data.do(func() ([]byte, error) { return f.load(s.head) })
}

// Prefetch reads the named sections, at the same time where there are
// processors for it. Missing ones are passed over; errors are kept for Section.
func (f *File) Prefetch(names ...string) {
	var wg sync.WaitGroup
	for _, name := range names {
		if f.Has(name) {
			wg.Go(func() { _, _ = f.Section(name) })
		}
	}
	wg.Wait()
}

func (f *File) load(h *elf.Section) ([]byte, error) {
	if data, ok := f.loadCached(h); ok {
		return data, nil
	}
	raw, err := f.raw(h)
	if err != nil {
		return nil, err
	}
	data, err := f.inflate(h, raw)
	if err != nil {
		return nil, &FormatError{Path: f.path, Section: h.Name, Err: err}
	}
	return data, nil
}

// raw reads the section's bytes as they are in the file.
func (f *File) raw(h *elf.Section) ([]byte, error) {
	if h.FileSize > uint64(f.size) || h.Offset > uint64(f.size)-h.FileSize {
		err := fmt.Errorf("%d bytes at file offset %#x lie beyond the end of the file (%d bytes)", h.FileSize, h.Offset, f.size)
		return nil, &FormatError{Path: f.path, Section: h.Name, Err: err}
	}
	raw := make([]byte, h.FileSize)
	if err := f.readRaw(h, raw, 0); err != nil {
		return nil, err
	}
	return raw, nil
}

// readRaw fills buf from offset off of the section's bytes in the file.
func (f *File) readRaw(h *elf.Section, buf []byte, off uint64) error {
	if n, err := readGently(f.src, buf, int64(h.Offset+off)); n < len(buf) {
		return &FormatError{Path: f.path, Section: h.Name, Off: off + uint64(n), Err: noEOF(err)}
	}
	return nil
}

// atOnce is how much is read in one go, which takes some 50 us.
const atOnce = 256 << 10

// readGently is src.ReadAt with rests in between.
func readGently(src io.ReaderAt, buf []byte, off int64) (n int, err error) {
	for n < len(buf) && err == nil {
		pace.Rest()
		var more int
		more, err = src.ReadAt(buf[n:min(n+atOnce, len(buf))], off+int64(n))
		n += more
	}
	return n, err
}

// ReadSection fills buf from offset off of a section that is not compressed,
// without reading the rest of it.
func (f *File) ReadSection(name string, buf []byte, off uint64) error {
	s := f.sections[name]
	if s == nil || s.head.Type == elf.SHT_NOBITS {
		return fmt.Errorf("%s: %s: %w", f.path, name, ErrNoSection)
	}
	return f.readPart(s.head, buf, off)
}

func (f *File) readPart(h *elf.Section, buf []byte, off uint64) error {
	if h.Flags&elf.SHF_COMPRESSED != 0 {
		return &FormatError{Path: f.path, Section: h.Name, Err: errors.New("is compressed")}
	}
	if off > h.FileSize || uint64(len(buf)) > h.FileSize-off {
		err := fmt.Errorf("%d bytes wanted, section has %d", len(buf), h.FileSize)
		return &FormatError{Path: f.path, Section: h.Name, Off: off, Err: err}
	}
	sr := io.NewSectionReader(f.src, 0, f.size)
	if n, err := readGently(sr, buf, int64(h.Offset+off)); n < len(buf) {
		return &FormatError{Path: f.path, Section: h.Name, Off: off + uint64(n), Err: noEOF(err)}
	}
	return nil
}
