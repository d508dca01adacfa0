package objfile

import (
	"bytes"
	"debug/elf"
	"slices"
)

// SymbolsNamed lists those of Symbols that are called exactly name, in table
// order. It passes over the table without keeping it: the names alone of a
// large program's symbols take megabytes.
func (f *File) SymbolsNamed(name string) ([]Symbol, error) {
	table, names, err := f.symbolSections()
	if err != nil || table == nil || name == "" {
		return nil, err
	}
	offs, err := f.stringOffsets(names, name)
	if err != nil || len(offs) == 0 {
		return nil, err
	}
	var found []Symbol
	err = f.pass(table, symbolSize, func(_ uint64, data []byte) {
		for ; len(data) >= symbolSize; data = data[symbolSize:] {
			off := f.ByteOrder().Uint32(data)
			if _, ok := slices.BinarySearch(offs, off); !ok {
				continue
			}
			if s, ok := f.symbolCalled(data, name); ok {
				found = append(found, s)
			}
		}
	})
	return found, err
}

// stringOffsets are the offsets in a string table where s stands: also at the
// end of longer strings, as linkers share them. Ascending.
func (f *File) stringOffsets(strtab *elf.Section, s string) ([]uint32, error) {
	want := append([]byte(s), 0)
	var offs []uint32
	var tail []byte // of what came before, too short to hold s
	err := f.pass(strtab, 1, func(off uint64, data []byte) {
		joint := append(tail, data[:min(len(data), len(want)-1)]...)
		offs = appendOffsets(offs, joint, want, off-uint64(len(tail)))
		offs = appendOffsets(offs, data, want, off)
		tail = slices.Clone(data[max(0, len(data)-len(want)+1):])
	})
	return offs, err
}

func appendOffsets(offs []uint32, data, want []byte, base uint64) []uint32 {
	for pos := 0; ; pos++ {
		i := bytes.Index(data[pos:], want)
		if i < 0 {
			return offs
		}
		pos += i
		offs = append(offs, uint32(base)+uint32(pos))
	}
}

// passSize is how much of a section is in memory at once.
const passSize = 192 << 10

// pass hands a section's data to yield piece by piece, in order, each from an
// offset that is a multiple of unit. The data is good until yield returns.
func (f *File) pass(h *elf.Section, unit uint64, yield func(off uint64, data []byte)) error {
	buf := make([]byte, passSize/unit*unit)
	for off := uint64(0); off < h.FileSize; {
		data := buf[:min(uint64(len(buf)), h.FileSize-off)]
		if err := f.readPart(h, data, off); err != nil {
			return err
		}
		yield(off, data)
		off += uint64(len(data))
	}
	return nil
}
