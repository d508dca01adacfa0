package objfile

import (
	"debug/elf"
	"encoding/binary"
	"fmt"
	"io"
)

// A file can be run without a table of sections: the kernel reads segments only.
// Where the table is gone, cut off or damaged the file is opened without, and
// each loaded segment stands for a section.

// segmentSection names the section that stands for the i-th segment.
func segmentSection(i int) string { return fmt.Sprintf("segment %d", i) }

// withoutSections opens a file as if it had no table of sections. why is what
// was wrong with the table.
func withoutSections(name string, src io.ReaderAt, size int64, why error) (*File, error) {
	var head [64]byte
	if n, _ := src.ReadAt(head[:], 0); n < len(head) || head[4] != 2 || head[5] != 1 {
		return nil, &FormatError{Path: name, Err: why}
	}
	table := binary.LittleEndian.Uint64(head[0x28:])
	clear(head[0x28:0x30]) // e_shoff
	clear(head[0x3c:0x40]) // e_shnum, e_shstrndx
	src = &overlaid{src, head[:]}
	header, err := elf.NewFile(io.NewSectionReader(src, 0, size))
	if err != nil || !loads(header) {
		return nil, &FormatError{Path: name, Err: why}
	}
	f := &File{path: name, src: src, size: size, header: header, sections: map[string]*section{}}
	f.damage = fmt.Errorf("%s: the table of sections at offset %#x cannot be read: %w", name, table, noEOF(why))
	f.addSegments()
	return f, nil
}

func loads(header *elf.File) bool {
	for _, p := range header.Progs {
		if p.Type == elf.PT_LOAD && p.Filesz > 0 {
			return true
		}
	}
	return false
}

func (f *File) addSegments() {
	for i, p := range f.header.Progs {
		if p.Type != elf.PT_LOAD || p.Filesz == 0 {
			continue
		}
		flags := elf.SHF_ALLOC
		if p.Flags&elf.PF_W != 0 {
			flags |= elf.SHF_WRITE
		}
		name := segmentSection(i)
		f.sections[name] = &section{head: &elf.Section{SectionHeader: elf.SectionHeader{
			Name: name, Type: elf.SHT_PROGBITS, Flags: flags, Addr: p.Vaddr, Offset: p.Off, Size: p.Filesz, FileSize: p.Filesz,
		}}}
		f.names = append(f.names, name)
	}
}

// SectionsErr is why sections are not known, nil when they are. Sections then
// lists what stands for them: one for each loaded segment.
func (f *File) SectionsErr() error { return f.damage }

// overlaid reads src, but for its beginning.
type overlaid struct {
	src  io.ReaderAt
	head []byte
}

// ReadAt implements io.ReaderAt.
func (o *overlaid) ReadAt(p []byte, off int64) (int, error) {
	n, err := o.src.ReadAt(p, off)
	if off >= 0 && off < int64(len(o.head)) {
		copy(p[:n], o.head[off:])
	}
	return n, err
}
