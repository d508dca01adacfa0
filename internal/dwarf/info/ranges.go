package info

import (
	"fmt"

	"github.com/tinydbg/tinydbg/internal/dwarf/buf"
)

// Range is an interval of file addresses: from Low to before High.
type Range struct{ Low, High uint64 }

// maxRanges bounds a list.
const maxRanges = 1 << 20

// Ranges is the addresses an entry covers, from DW_AT_low_pc and high_pc or from
// a list in .debug_ranges or .debug_rnglists; nil when it has none.
func (u *Unit) Ranges(e *Entry) ([]Range, error) { return u.AppendRanges(nil, e) }

// AppendRanges appends what Ranges gives to list.
func (u *Unit) AppendRanges(list []Range, e *Entry) ([]Range, error) {
	if f := e.Field(AtRanges); f != nil {
		return u.rangeList(list, f)
	}
	low, high := e.Field(AtLowPC), e.Field(AtHighPC)
	if low == nil || high == nil {
		return list, nil
	}
	start, err := low.Addr()
	if err != nil {
		return list, err
	}
	end, isOffset := high.Constant()
	if isOffset {
		end += start
	} else if end, err = high.Addr(); err != nil {
		return list, err
	}
	if start >= end {
		return list, nil
	}
	return append(list, Range{start, end}), nil
}

// Covers says whether an entry's addresses include pc.
func (u *Unit) Covers(e *Entry, pc uint64, scratch []Range) (bool, []Range) {
	list, err := u.AppendRanges(scratch[:0], e)
	if err != nil {
		return false, list
	}
	for _, r := range list {
		if r.Low <= pc && pc < r.High {
			return true, list
		}
	}
	return false, list
}

func (u *Unit) rangeList(list []Range, f *Field) ([]Range, error) {
	off := f.val
	if u.Version < 5 {
		return u.rangesV4(list, off)
	}
	if f.Form == FormRnglistx {
		var err error
		if off, err = u.listOffset(".debug_rnglists", u.rngBase, f.val); err != nil {
			return list, err
		}
	}
	return u.rangesV5(list, off)
}

// listOffset finds list i of the unit's table of lists in a section.
func (u *Unit) listOffset(section string, b base, i uint64) (uint64, error) {
	size := 4
	if u.Is64 {
		size = 8
	}
	if !b.ok {
		return 0, fmt.Errorf("%s: %w", section, errNoBase)
	}
	rel, err := u.data.indexed(section, b.off, i, size)
	return b.off + rel, err
}

func (u *Unit) rangesV4(list []Range, off uint64) ([]Range, error) {
	r, err := u.data.reader(".debug_ranges", off)
	if err != nil {
		return list, err
	}
	base, none := u.low, ^uint64(0)>>(64-8*u.AddrSize)
	for range maxRanges {
		a, b := r.Uint(u.AddrSize), r.Uint(u.AddrSize)
		switch {
		case r.Err() != nil:
			return list, r.Err()
		case a == 0 && b == 0:
			return list, nil
		case a == none:
			base = b
		case a < b:
			list = append(list, Range{base + a, base + b})
		}
	}
	r.Fail("list of more than %d ranges", maxRanges)
	return list, r.Err()
}

// Entries of .debug_rnglists (DW_RLE_...).
const (
	rleEnd          = 0
	rleBaseAddressx = 1
	rleStartxEndx   = 2
	rleStartxLength = 3
	rleOffsetPair   = 4
	rleBaseAddress  = 5
	rleStartEnd     = 6
	rleStartLength  = 7
)

func (u *Unit) rangesV5(list []Range, off uint64) ([]Range, error) {
	r, err := u.data.reader(".debug_rnglists", off)
	if err != nil {
		return list, err
	}
	base := u.low
	for range maxRanges {
		at := r.Off()
		kind := r.U8()
		if r.Err() != nil || kind == rleEnd {
			return list, r.Err()
		}
		start, end, err := u.rangeEntry(&r, kind, base)
		if err != nil {
			return list, fmt.Errorf(".debug_rnglists at offset %#x: %w", at, err)
		}
		switch {
		case kind == rleBaseAddressx || kind == rleBaseAddress:
			base = start
		case start < end:
			list = append(list, Range{start, end})
		}
	}
	r.Fail("list of more than %d ranges", maxRanges)
	return list, r.Err()
}

// rangeEntry reads the operands of one entry. For those that set the base it
// is start.
func (u *Unit) rangeEntry(r *buf.Reader, kind uint8, base uint64) (start, end uint64, err error) {
	switch kind {
	case rleBaseAddressx:
		start, err = u.Addrx(r.Uleb())
	case rleBaseAddress:
		start = r.Uint(u.AddrSize)
	case rleStartxEndx:
		if start, err = u.Addrx(r.Uleb()); err == nil {
			end, err = u.Addrx(r.Uleb())
		}
	case rleStartxLength:
		start, err = u.Addrx(r.Uleb())
		end = start + r.Uleb()
	case rleOffsetPair:
		start, end = base+r.Uleb(), base+r.Uleb()
	case rleStartEnd:
		start, end = r.Uint(u.AddrSize), r.Uint(u.AddrSize)
	case rleStartLength:
		start = r.Uint(u.AddrSize)
		end = start + r.Uleb()
	default:
		r.Fail("range list entry of kind %d", kind)
	}
	if err == nil {
		err = r.Err()
	}
	return start, end, err
}
