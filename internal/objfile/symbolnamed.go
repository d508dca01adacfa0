package objfile

import (
	"bytes"
	"debug/elf"
	"slices"
)

// SymbolsNamed lists, for each of names, those of Symbols that are called exactly
// so, in table order. It passes over the table without keeping it: the names alone
// of a large program's symbols take megabytes.
func (f *File) SymbolsNamed(names ...string) (map[string][]Symbol, error) {
	table, strtab, err := f.symbolSections()
	if err != nil || table == nil || len(names) == 0 {
		return nil, err
	}
	offs, err := f.stringOffsets(strtab, names)
	if err != nil || len(offs) == 0 {
		return nil, err
	}
	found := map[string][]Symbol{}
	err = f.pass(table, symbolSize, func(_ uint64, data []byte) {
		for ; len(data) >= symbolSize; data = data[symbolSize:] {
			name, ok := offs[f.ByteOrder().Uint32(data)]
			if !ok {
				continue
			}
			if s, ok := f.symbolCalled(data, name); ok {
				found[name] = append(found[name], s)
			}
		}
	})
	return found, err
}

// stringOffsets are the offsets in a string table where one of names stands: also
// at the end of longer strings, as linkers share them.
func (f *File) stringOffsets(strtab *elf.Section, names []string) (map[uint32]string, error) {
	offs := map[uint32]string{}
	longest := 0
	for _, name := range names {
		longest = max(longest, len(name)+1)
	}
	var tail []byte // of what came before, too short to hold any
	err := f.pass(strtab, 1, func(off uint64, data []byte) {
		joint := append(tail, data[:min(len(data), longest-1)]...)
		for _, name := range names {
			if name == "" {
				continue
			}
			want := append([]byte(name), 0)
			for _, at := range appendOffsets(nil, joint, want, off-uint64(len(tail))) {
				offs[at] = name
			}
			for _, at := range appendOffsets(nil, data, want, off) {
				offs[at] = name
			}
		}
		tail = slices.Clone(data[max(0, len(data)-longest+1):])
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
