package info

import (
	"cmp"
	"encoding/binary"
	"slices"
)

// Keeper is a [Source] that keeps where units and their addresses are from one
// time to the next: what Kept gives is what Keep got for the very same sections.
// Then neither opening nor the first question about an address goes through them.
type Keeper interface {
	Kept() (data []byte, ok bool)
	Keep(data []byte)
}

// The list that is kept: the number of units, each as unitSize bytes, and each
// interval of addresses as rangeSize bytes, by ascending address. All little endian.
const (
	unitSize  = 6*8 + 4
	rangeSize = 2*8 + 4
)

func (d *Data) encodeUnits() []byte {
	le := binary.LittleEndian
	b := make([]byte, 0, 8+unitSize*len(d.units)+rangeSize*len(d.ranges))
	b = le.AppendUint64(b, uint64(len(d.units)))
	index := make(map[*Unit]uint32, len(d.units))
	for i, u := range d.units {
		index[u] = uint32(i)
		for _, v := range []uint64{uint64(u.Off), uint64(u.end), uint64(u.first), u.abbrevOff, u.signature, uint64(u.typeOff)} {
			b = le.AppendUint64(b, v)
		}
		is64 := byte(0)
		if u.Is64 {
			is64 = 1
		}
		b = append(b, byte(u.Version), byte(u.AddrSize), u.kind, is64)
	}
	for _, r := range d.ranges {
		b = le.AppendUint64(le.AppendUint64(b, r.low), r.high)
		b = le.AppendUint32(b, index[r.unit])
	}
	return b
}

// decodeUnits takes what encodeUnits made; false if it does not fit the section.
func (d *Data) decodeUnits(b []byte) bool {
	le := binary.LittleEndian
	if len(b) < 8 {
		return false
	}
	n := le.Uint64(b)
	if b = b[8:]; n == 0 || n > uint64(len(b)/unitSize) {
		return false
	}
	units, last := make([]Unit, n), Offset(0)
	for i := range units {
		u, raw := &units[i], b[unitSize*i:]
		u.data, u.Off, u.end, u.first = d, Offset(le.Uint64(raw)), Offset(le.Uint64(raw[8:])), Offset(le.Uint64(raw[16:]))
		u.abbrevOff, u.signature, u.typeOff = le.Uint64(raw[24:]), le.Uint64(raw[32:]), Offset(le.Uint64(raw[40:]))
		flags := raw[unitSize-4:]
		u.Version, u.AddrSize, u.kind, u.Is64 = int(flags[0]), int(flags[1]), flags[2], flags[3] != 0
		if u.Off < last || u.first < u.Off || u.end < u.first || u.end > Offset(len(d.info)) ||
			u.Version < 2 || u.Version > 5 || u.AddrSize != 4 && u.AddrSize != 8 {
			return false
		}
		last = u.end
	}
	ranges, ok := decodeRanges(b[unitSize*n:], units)
	if !ok {
		return false
	}
	for i := range units {
		d.units = append(d.units, &units[i])
	}
	d.rangesOnce.Do(func() { d.ranges = ranges })
	return true
}

func decodeRanges(b []byte, units []Unit) ([]unitRange, bool) {
	le := binary.LittleEndian
	if len(b)%rangeSize != 0 {
		return nil, false
	}
	ranges := make([]unitRange, len(b)/rangeSize)
	reach := uint64(0)
	for i := range ranges {
		raw := b[rangeSize*i:]
		r, unit := &ranges[i], le.Uint32(raw[16:])
		if unit >= uint32(len(units)) {
			return nil, false
		}
		r.low, r.high, r.unit = le.Uint64(raw), le.Uint64(raw[8:]), &units[unit]
		reach = max(reach, r.high)
		r.reach = reach
	}
	return ranges, slices.IsSortedFunc(ranges, func(a, b unitRange) int { return cmp.Compare(a.low, b.low) })
}
