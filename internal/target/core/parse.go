package core

import (
	"cmp"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch/machine"
)

// segment is a PT_LOAD: a mapping, of which the first size bytes are in the
// core file.
type segment struct {
	start, end addr.Addr
	off, size  uint64
	flags      elf.ProgFlag
}

const (
	headerSize = 64
	progSize   = 56
	// manyProgs in e_phnum means that the number is elsewhere (PN_XNUM).
	manyProgs = 0xffff
	// maxProgs is more mappings than a process can have.
	maxProgs = 1 << 22
	// maxNotes is what forty thousand threads write that have the largest registers.
	// A file can be larger than all disks: holes take no room, and are notes without
	// a meaning.
	maxNotes = 1 << 29
)

// order is that of all processors that we know.
var order = binary.LittleEndian

// parse reads the headers and notes.
func (p *Process) parse(src io.ReaderAt) error {
	h := make([]byte, headerSize)
	if _, err := src.ReadAt(h, 0); err != nil {
		return errors.New("it is too short for an ELF file")
	}
	if string(h[:4]) != elf.ELFMAG {
		return notELF(h)
	}
	if elf.Class(h[elf.EI_CLASS]) != elf.ELFCLASS64 || elf.Data(h[elf.EI_DATA]) != elf.ELFDATA2LSB {
		return errors.New("only 64-bit little endian core files are supported")
	}
	if t := elf.Type(order.Uint16(h[16:])); t != elf.ET_CORE {
		return fmt.Errorf("it is %s, not a core file", kindOf(t))
	}
	a, err := machine.ForELF(elf.Machine(order.Uint16(h[18:])))
	if err != nil {
		return err
	}
	p.arch = a
	return p.readProgs(src, h)
}

// notELF says what a file is that begins like that: core files are often kept
// compressed.
func notELF(h []byte) error {
	for magic, tool := range map[string]string{
		"\x28\xb5\x2f\xfd": "zstd -d", "\x04\x22\x4d\x18": "lz4 -d", "\xfd7zX": "xz -d", "\x1f\x8b": "gzip -d",
	} {
		if strings.HasPrefix(string(h), magic) {
			return fmt.Errorf("it is compressed: unpack it first (%s, or coredumpctl dump)", tool)
		}
	}
	return errors.New("it is not an ELF file")
}

func kindOf(t elf.Type) string {
	switch t {
	case elf.ET_EXEC, elf.ET_DYN:
		return "a program"
	case elf.ET_REL:
		return "an object file"
	}
	return t.String()
}

// readProgs reads the program headers, and the notes they lead to.
func (p *Process) readProgs(src io.ReaderAt, h []byte) error {
	off, count, err := progTable(src, h)
	if err != nil {
		return err
	}
	if count > maxProgs || off > uint64(p.size) || count*progSize > uint64(p.size)-off {
		return fmt.Errorf("its %d program headers are not all there", count)
	}
	table := make([]byte, count*progSize)
	if _, err := src.ReadAt(table, int64(off)); err != nil {
		return fmt.Errorf("read its program headers: %w", err)
	}
	notes := uint64(0)
	for ; len(table) > 0; table = table[progSize:] {
		at, addr, size, mem := order.Uint64(table[8:]), order.Uint64(table[16:]), order.Uint64(table[32:]), order.Uint64(table[40:])
		switch elf.ProgType(order.Uint32(table)) {
		case elf.PT_NOTE:
			if notes += size; notes > uint64(p.size) || size > uint64(p.size) {
				return errors.New("its notes are cut off, or there more than once")
			}
			if notes > maxNotes {
				return fmt.Errorf("its notes have %d bytes: at most %d are read", notes, maxNotes)
			}
			err = p.info.read(src, at, size, p.size)
		case elf.PT_LOAD:
			err = p.addSegment(at, addr, size, mem, elf.ProgFlag(order.Uint32(table[4:])))
		}
		if err != nil {
			return err
		}
	}
	slices.SortFunc(p.segments, func(a, b segment) int { return cmp.Compare(a.start, b.start) })
	return p.info.check()
}

// progTable finds the table of program headers. If there are too many for the
// field of 16 bits, the first section header has their number (elf(5)).
func progTable(src io.ReaderAt, h []byte) (off, count uint64, err error) {
	off, count = order.Uint64(h[32:]), uint64(order.Uint16(h[56:]))
	if size := order.Uint16(h[54:]); count > 0 && size != progSize {
		return 0, 0, fmt.Errorf("its program headers have %d bytes each", size)
	}
	if count != manyProgs {
		return off, count, nil
	}
	var section [headerSize]byte
	if at := order.Uint64(h[40:]); int64(at) < 0 {
		return 0, 0, errors.New("the number of its program headers is not there")
	} else if _, err := src.ReadAt(section[:], int64(at)); err != nil {
		return 0, 0, fmt.Errorf("read the number of its program headers: %w", err)
	}
	return off, uint64(order.Uint32(section[44:])), nil
}

func (p *Process) addSegment(off, start, size, mem uint64, flags elf.ProgFlag) error {
	if start+mem < start || off+size < off || size > mem || int64(off+size) < 0 {
		return fmt.Errorf("its segment at %#x makes no sense", start)
	}
	if mem > 0 {
		p.segments = append(p.segments, segment{addr.Addr(start), addr.Addr(start + mem), off, size, flags})
	}
	return nil
}

// segmentAt is the segment with a, or nil.
func (p *Process) segmentAt(a addr.Addr) *segment {
	i, found := slices.BinarySearchFunc(p.segments, a, func(s segment, a addr.Addr) int { return cmp.Compare(s.start, a) })
	if !found {
		i--
	}
	if i < 0 || a >= p.segments[i].end {
		return nil
	}
	return &p.segments[i]
}
