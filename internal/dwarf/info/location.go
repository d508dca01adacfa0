package info

import (
	"fmt"

	"github.com/tinydbg/tinydbg/internal/dwarf/expr"
	"github.com/tinydbg/tinydbg/internal/dwarf/loclist"
)

// Location is the expression that a location attribute (DW_AT_location,
// DW_AT_frame_base) gives for pc: its own, or the one its list has for pc. The
// error wraps expr.ErrOptimizedOut when there is none.
func (f *Field) Location(pc uint64) ([]byte, error) {
	if code, ok := f.Block(); ok {
		if len(code) == 0 {
			return nil, expr.ErrOptimizedOut
		}
		return code, nil
	}
	u := f.unit
	list := loclist.Unit{
		Base: u.low, AddrSize: u.AddrSize, Order: u.data.order, Addrx: u.Addrx,
	}
	if u.Version < 5 {
		data, err := u.data.section(".debug_loc")
		if err != nil {
			return nil, err
		}
		return loclist.FindV4(data, f.val, &list, pc)
	}
	data, err := u.data.section(".debug_loclists")
	if err != nil {
		return nil, err
	}
	off := f.val
	switch f.Form {
	case FormLoclistx:
		if off, err = u.listOffset(".debug_loclists", u.locBase, f.val); err != nil {
			return nil, err
		}
	case FormSecOffset:
	default:
		return nil, fmt.Errorf("attribute %#x is no location but has form %#x", uint16(f.At), uint16(f.Form))
	}
	return loclist.FindV5(data, off, &list, pc)
}
