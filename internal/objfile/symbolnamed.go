package objfile

import (
	"bytes"
	"debug/elf"
	"slices"
	"strings"

	"github.com/tinydbg/tinydbg/internal/pace"
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
// at the end of longer strings, as linkers share them. What all names begin with
// is searched for, once.
func (f *File) stringOffsets(strtab *elf.Section, names []string) (map[uint32]string, error) {
	names = slices.DeleteFunc(slices.Clone(names), func(name string) bool { return name == "" })
	if len(names) == 0 {
		return nil, nil
	}
	longest := 0
	for _, name := range names {
		longest = max(longest, len(name)+1)
	}
	search := nameSearch{names: names, prefix: []byte(commonPrefix(names)), found: map[uint32]string{}}
	var tail []byte // of what came before, too short to hold any
	err := f.pass(strtab, 1, func(off uint64, data []byte) {
		joint := append(tail, data[:min(len(data), longest-1)]...)
		search.in(joint, off-uint64(len(tail)))
		search.in(data, off)
		tail = slices.Clone(data[max(0, len(data)-longest+1):])
	})
	return search.found, err
}

// nameSearch finds names in pieces of a string table.
type nameSearch struct {
	names  []string
	prefix []byte // of all names
	found  map[uint32]string
}

// in looks through data, which is at an offset of the table.
func (s *nameSearch) in(data []byte, off uint64) {
	for pos := 0; pos < len(data); pos++ {
		i := bytes.Index(data[pos:], s.prefix)
		if i < 0 {
			return
		}
		pos += i
		rest := data[pos+len(s.prefix):]
		for _, name := range s.names {
			end := name[len(s.prefix):]
			if len(rest) > len(end) && rest[len(end)] == 0 && string(rest[:len(end)]) == end {
				s.found[uint32(off)+uint32(pos)] = name
			}
		}
	}
}

// commonPrefix is what all names begin with.
// Precondition: there are some.
func commonPrefix(names []string) string {
	prefix := names[0]
	for _, name := range names[1:] {
		for !strings.HasPrefix(name, prefix) {
			prefix = prefix[:len(prefix)-1]
		}
	}
	return prefix
}

// passSize is how much of a section is in memory at once.
const passSize = 192 << 10

// pass hands a section's data to yield piece by piece, in order, each from an
// offset that is a multiple of unit. The data is good until yield returns.
func (f *File) pass(h *elf.Section, unit uint64, yield func(off uint64, data []byte)) error {
	buf := make([]byte, passSize/unit*unit)
	for off := uint64(0); off < h.FileSize; {
		pace.Rest()
		data := buf[:min(uint64(len(buf)), h.FileSize-off)]
		if err := f.readPart(h, data, off); err != nil {
			return err
		}
		yield(off, data)
		off += uint64(len(data))
	}
	return nil
}
