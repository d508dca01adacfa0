// Package buf reads the integers and strings that DWARF sections are made of.
//
// A [Reader] keeps the first error it meets, and from then on every read gives
// zero: a parser reads what it wants in a line and looks at the error once.
package buf

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// Reader walks over one section. The zero Reader is at the end of nothing.
type Reader struct {
	data    []byte
	off     int
	section string
	order   binary.ByteOrder
	err     error
}

// Error says where in which section the data made no sense.
type Error struct {
	Section string // ".debug_info"
	Offset  int64  // bytes from the section's beginning
	Msg     string
}

func (e *Error) Error() string {
	return fmt.Sprintf("%s at offset %#x: %s", e.Section, e.Offset, e.Msg)
}

// New returns a Reader at offset off of a section. The offset may come from the
// file: one beyond the end is an error of the first read.
func New(section string, data []byte, off uint64, order binary.ByteOrder) Reader {
	r := Reader{data: data, section: section, order: order}
	r.Seek(off)
	return r
}

// Err is the first error met, or nil.
func (r *Reader) Err() error { return r.err }

// Fail makes msg the Reader's error unless it already has one.
func (r *Reader) Fail(format string, args ...any) {
	if r.err == nil {
		r.err = &Error{r.section, int64(r.off), fmt.Sprintf(format, args...)}
	}
}

// Off is the offset of the next byte.
func (r *Reader) Off() uint64 { return uint64(r.off) }

// Len is how many bytes are left; 0 after an error.
func (r *Reader) Len() int {
	if r.err != nil {
		return 0
	}
	return len(r.data) - r.off
}

// Order is the byte order of fixed-size integers.
func (r *Reader) Order() binary.ByteOrder { return r.order }

// Seek moves to an offset of the section.
func (r *Reader) Seek(off uint64) {
	if off > uint64(len(r.data)) {
		r.Fail("offset %#x is beyond the section's end %#x", off, len(r.data))
		return
	}
	r.off = int(off)
}

// Skip passes over n bytes.
func (r *Reader) Skip(n uint64) {
	if n > uint64(r.Len()) {
		r.short(n)
		return
	}
	r.off += int(n)
}

// Sub returns a Reader of the next n bytes, with offsets of the same section,
// and passes over them.
func (r *Reader) Sub(n uint64) Reader {
	s := *r
	r.Skip(n)
	if r.err != nil {
		s.err = r.err
		return s
	}
	s.data = s.data[:r.off]
	return s
}

// Bytes returns the next n bytes, not copied.
func (r *Reader) Bytes(n uint64) []byte {
	start := r.off
	r.Skip(n)
	if r.err != nil {
		return nil
	}
	return r.data[start:r.off:r.off]
}

func (r *Reader) short(n uint64) {
	r.Fail("%d bytes wanted, %d left", n, len(r.data)-r.off)
}

// U8 reads a byte.
func (r *Reader) U8() uint8 {
	if r.Len() < 1 {
		r.short(1)
		return 0
	}
	v := r.data[r.off]
	r.off++
	return v
}

// U16 reads a fixed-size integer.
func (r *Reader) U16() uint16 {
	if b := r.Bytes(2); b != nil {
		return r.order.Uint16(b)
	}
	return 0
}

// U24 reads a three-byte integer.
func (r *Reader) U24() uint32 {
	b := r.Bytes(3)
	if b == nil {
		return 0
	}
	if r.order == binary.BigEndian {
		return uint32(b[0])<<16 | uint32(b[1])<<8 | uint32(b[2])
	}
	return uint32(b[2])<<16 | uint32(b[1])<<8 | uint32(b[0])
}

// U32 reads a fixed-size integer.
func (r *Reader) U32() uint32 {
	if b := r.Bytes(4); b != nil {
		return r.order.Uint32(b)
	}
	return 0
}

// U64 reads a fixed-size integer.
func (r *Reader) U64() uint64 {
	if b := r.Bytes(8); b != nil {
		return r.order.Uint64(b)
	}
	return 0
}

// Uint reads an unsigned integer of 1, 2, 4 or 8 bytes.
func (r *Reader) Uint(size int) uint64 {
	switch size {
	case 1:
		return uint64(r.U8())
	case 2:
		return uint64(r.U16())
	case 4:
		return uint64(r.U32())
	case 8:
		return r.U64()
	}
	r.Fail("integer of %d bytes", size)
	return 0
}

// Uleb reads an unsigned LEB128 integer.
func (r *Reader) Uleb() uint64 {
	if r.err != nil {
		return 0
	}
	var v uint64
	for i, b := range r.data[r.off:] {
		if i == 9 && b > 1 || i > 9 {
			r.Fail("LEB128 integer larger than 64 bits")
			return 0
		}
		v |= uint64(b&0x7f) << (7 * i)
		if b < 0x80 {
			r.off += i + 1
			return v
		}
	}
	r.Fail("LEB128 integer is cut off")
	return 0
}

// Sleb reads a signed LEB128 integer.
func (r *Reader) Sleb() int64 {
	if r.err != nil {
		return 0
	}
	var v int64
	for i, b := range r.data[r.off:] {
		if i > 9 {
			r.Fail("LEB128 integer larger than 64 bits")
			return 0
		}
		shift := 7 * uint(i)
		v |= int64(b&0x7f) << shift
		if b < 0x80 {
			if b&0x40 != 0 && shift+7 < 64 {
				v |= -1 << (shift + 7)
			}
			r.off += i + 1
			return v
		}
	}
	r.Fail("LEB128 integer is cut off")
	return 0
}

// CString reads bytes up to a NUL, which it passes over.
func (r *Reader) CString() []byte {
	if r.err != nil {
		return nil
	}
	n := bytes.IndexByte(r.data[r.off:], 0)
	if n < 0 {
		r.Fail("string without end")
		return nil
	}
	s := r.data[r.off : r.off+n : r.off+n]
	r.off += n + 1
	return s
}

// Length reads the initial length of a unit: how many bytes follow, and whether
// the unit uses 64-bit offsets.
func (r *Reader) Length() (n uint64, is64 bool) {
	v := r.U32()
	switch {
	case v < 0xfffffff0:
		return uint64(v), false
	case v == 0xffffffff:
		return r.U64(), true
	}
	r.Fail("reserved unit length %#x", v)
	return 0, false
}

// Offset reads an offset into a section, whose size depends on the format.
func (r *Reader) Offset(is64 bool) uint64 {
	if is64 {
		return r.U64()
	}
	return uint64(r.U32())
}
