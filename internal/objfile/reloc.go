package objfile

import (
	"debug/elf"
	"sort"

	"github.com/tinydbg/tinydbg/internal/addr"
)

// relocCache holds the R_*_RELATIVE relocations of a position independent
// file, by place. In such a file pointers in data are zero; their values are
// the relocations' addends.
type relocCache struct {
	list once[[]relative]
}

type relative struct {
	place  uint64
	addend uint64
}

// Pointer is the address stored at a, taking a relocation there into account.
// Precondition: the file is 64-bit.
func (f *File) Pointer(a addr.FileAddr) (addr.FileAddr, error) {
	list, err := f.relatives()
	if err != nil {
		return 0, err
	}
	i := sort.Search(len(list), func(i int) bool { return list[i].place >= uint64(a) })
	if i < len(list) && list[i].place == uint64(a) {
		return addr.FileAddr(list[i].addend), nil
	}
	var buf [8]byte
	if err := f.ReadAddr(buf[:], a); err != nil {
		return 0, err
	}
	return addr.FileAddr(f.ByteOrder().Uint64(buf[:])), nil
}

// PointersTo lists the places whose relocation makes them point at a, by
// ascending address. It is empty for files that are not position independent.
func (f *File) PointersTo(a addr.FileAddr) ([]addr.FileAddr, error) {
	list, err := f.relatives()
	if err != nil {
		return nil, err
	}
	var places []addr.FileAddr
	for _, r := range list {
		if r.addend == uint64(a) {
			places = append(places, addr.FileAddr(r.place))
		}
	}
	return places, nil
}

func (f *File) relatives() ([]relative, error) {
	return f.relocs.list.do(func() ([]relative, error) {
		if f.Type() != elf.ET_DYN || f.PtrSize() != 8 {
			return nil, nil
		}
		kind, ok := relativeKind[f.Machine()]
		if !ok {
			return nil, nil
		}
		return f.readRelatives(kind)
	})
}

var relativeKind = map[elf.Machine]uint32{
	elf.EM_X86_64:  uint32(elf.R_X86_64_RELATIVE),
	elf.EM_AARCH64: uint32(elf.R_AARCH64_RELATIVE),
}

func (f *File) readRelatives(kind uint32) ([]relative, error) {
	var list []relative
	for _, h := range f.header.Sections {
		if h.Type != elf.SHT_RELA || h.Flags&elf.SHF_ALLOC == 0 {
			continue
		}
		raw, err := f.raw(h)
		if err != nil {
			return nil, err
		}
		bo := f.ByteOrder()
		for ; len(raw) >= 24; raw = raw[24:] {
			if uint32(bo.Uint64(raw[8:])) == kind {
				list = append(list, relative{bo.Uint64(raw), bo.Uint64(raw[16:])})
			}
		}
	}
	less := func(i, j int) bool { return list[i].place < list[j].place }
	if !sort.SliceIsSorted(list, less) {
		sort.Slice(list, less)
	}
	return list, nil
}
