// Package loclist reads location lists: where a variable is depends on where
// the program is. Lists of DWARF 4 are in .debug_loc, those of DWARF 5 in
// .debug_loclists. A list is walked to the entry asked for; nothing is kept.
package loclist

import (
	"encoding/binary"
	"fmt"

	"github.com/tinydbg/tinydbg/internal/dwarf/buf"
	"github.com/tinydbg/tinydbg/internal/dwarf/expr"
)

// Unit is what a list needs to know about the compilation unit it belongs to.
type Unit struct {
	// Base is the unit's base address (DW_AT_low_pc).
	Base     uint64
	AddrSize int // 4 or 8
	Order    binary.ByteOrder
	// Addrx is entry i of the unit's table of addresses.
	Addrx func(i uint64) (uint64, error)
}

// Entry is one entry of a list: Expr holds from Low to before High. The default
// location of DWARF 5 has Default set and no addresses.
type Entry struct {
	Low, High uint64
	Default   bool
	Expr      []byte
}

// maxEntries bounds a list.
const maxEntries = 1 << 20

// FindV4 is the expression that the list at off in .debug_loc has for pc.
func FindV4(section []byte, off uint64, u *Unit, pc uint64) ([]byte, error) {
	return find(pc, func(yield func(Entry) bool) error { return WalkV4(section, off, u, yield) })
}

// FindV5 is the expression that the list at off in .debug_loclists has for pc.
func FindV5(section []byte, off uint64, u *Unit, pc uint64) ([]byte, error) {
	return find(pc, func(yield func(Entry) bool) error { return WalkV5(section, off, u, yield) })
}

func find(pc uint64, walk func(func(Entry) bool) error) ([]byte, error) {
	var found, fallback []byte
	any := false
	err := walk(func(e Entry) bool {
		any = any || len(e.Expr) > 0
		if e.Default {
			fallback = e.Expr
			return true
		}
		if e.Low <= pc && pc < e.High {
			found = e.Expr
			return false
		}
		return true
	})
	switch {
	case len(found) > 0:
		return found, nil
	case err != nil:
		return nil, err
	case len(fallback) > 0:
		return fallback, nil
	case any:
		return nil, fmt.Errorf("%w at this instruction, only at others of the function", expr.ErrOptimizedOut)
	}
	return nil, expr.ErrOptimizedOut
}

// WalkV4 calls yield with each entry of the list at off until it says false.
func WalkV4(section []byte, off uint64, u *Unit, yield func(Entry) bool) error {
	r := buf.New(".debug_loc", section, off, u.Order)
	base, none := u.Base, ^uint64(0)>>(64-8*u.AddrSize)
	for range maxEntries {
		a, b := r.Uint(u.AddrSize), r.Uint(u.AddrSize)
		switch {
		case r.Err() != nil:
			return r.Err()
		case a == 0 && b == 0:
			return nil
		case a == none:
			base = b
			continue
		}
		e := Entry{Low: base + a, High: base + b, Expr: r.Bytes(uint64(r.U16()))}
		if r.Err() != nil || !yield(e) {
			return r.Err()
		}
	}
	r.Fail("list of more than %d entries", maxEntries)
	return r.Err()
}

// Entries of .debug_loclists (DW_LLE_...); the last two are GNU's.
const (
	lleEnd             = 0
	lleBaseAddressx    = 1
	lleStartxEndx      = 2
	lleStartxLength    = 3
	lleOffsetPair      = 4
	lleDefaultLocation = 5
	lleBaseAddress     = 6
	lleStartEnd        = 7
	lleStartLength     = 8
	lleViewPair        = 9
)

// WalkV5 calls yield with each entry of the list at off until it says false.
func WalkV5(section []byte, off uint64, u *Unit, yield func(Entry) bool) error {
	r := buf.New(".debug_loclists", section, off, u.Order)
	base := u.Base
	for range maxEntries {
		at := r.Off()
		kind := r.U8()
		if r.Err() != nil || kind == lleEnd {
			return r.Err()
		}
		e, err := u.bounds(&r, kind, base)
		if err == nil {
			err = r.Err()
		}
		if err != nil {
			return fmt.Errorf(".debug_loclists at offset %#x: %w", at, err)
		}
		switch kind {
		case lleBaseAddressx, lleBaseAddress:
			base = e.Low
			continue
		case lleViewPair:
			continue
		}
		e.Expr = r.Bytes(r.Uleb())
		if r.Err() != nil || !yield(e) {
			return r.Err()
		}
	}
	r.Fail("list of more than %d entries", maxEntries)
	return r.Err()
}

// bounds reads an entry up to its expression. For those that set the base it is
// Low.
func (u *Unit) bounds(r *buf.Reader, kind uint8, base uint64) (e Entry, err error) {
	switch kind {
	case lleBaseAddressx:
		e.Low, err = u.Addrx(r.Uleb())
	case lleBaseAddress:
		e.Low = r.Uint(u.AddrSize)
	case lleStartxEndx:
		if e.Low, err = u.Addrx(r.Uleb()); err == nil {
			e.High, err = u.Addrx(r.Uleb())
		}
	case lleStartxLength:
		e.Low, err = u.Addrx(r.Uleb())
		e.High = e.Low + r.Uleb()
	case lleOffsetPair:
		e.Low, e.High = base+r.Uleb(), base+r.Uleb()
	case lleDefaultLocation:
		e.Default = true
	case lleStartEnd:
		e.Low, e.High = r.Uint(u.AddrSize), r.Uint(u.AddrSize)
	case lleStartLength:
		e.Low = r.Uint(u.AddrSize)
		e.High = e.Low + r.Uleb()
	case lleViewPair:
		r.Uleb()
		r.Uleb()
	default:
		r.Fail("location list entry of kind %d", kind)
	}
	return e, err
}
