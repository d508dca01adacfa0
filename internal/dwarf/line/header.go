// Package line reads DWARF line programs (.debug_line, versions 2 to 5): which
// source line each instruction is of, and where statements begin.
//
// The standard library's reader wants the unit in .debug_info first, which for
// a big program means to inflate and to walk all of that. This one works from
// .debug_line alone.
package line

import (
	"encoding/binary"
	"fmt"
)

// Header is the head of one line program.
type Header struct {
	// Off is where the program's unit begins in .debug_line, End where it ends.
	Off, End uint64
	Version  uint16

	order       binary.ByteOrder
	is64        bool
	minInst     uint64
	defaultStmt bool
	lineBase    int64
	lineRange   uint64
	opcodeBase  byte
	opLens      []byte
	tables      uint64 // where the tables of directories and files begin
	program     uint64 // where the program begins
}

// Program is where the unit's first opcode is in .debug_line.
func (h *Header) Program() uint64 { return h.program }

// Error says where .debug_line is malformed.
type Error struct {
	Off uint64
	Msg string
}

func (e *Error) Error() string {
	return fmt.Sprintf(".debug_line at offset %#x: %s", e.Off, e.Msg)
}

// passedEvery is after how many bytes passed is called.
const passedEvery = 1 << 20

// Headers reads the heads of all units, without the tables of names. What was
// good before an error is returned with it. Now and then passed is called: what was
// looked at will not be asked for again soon.
func Headers(section []byte, order binary.ByteOrder, passed func()) ([]*Header, error) {
	var list []*Header
	for off, last := uint64(0), uint64(0); off < uint64(len(section)); {
		if off-last > passedEvery {
			passed()
			last = off
		}
		h, err := ParseHeader(section, off, order)
		if h == nil {
			return list, err
		}
		if err == nil {
			list = append(list, h)
		}
		off = h.End
	}
	return list, nil
}

// ParseHeader reads the head of the unit at off. When the unit is of a kind
// that is not known it returns, with the error, a Header of which only Off and
// End count; when not even the length can be trusted, nil.
func ParseHeader(section []byte, off uint64, order binary.ByteOrder) (*Header, error) {
	b := &buf{data: section, off: off, order: order}
	h := &Header{Off: off, order: order}
	length := uint64(b.u32())
	if length == 0xffffffff {
		h.is64 = true
		length = b.u64()
	}
	if b.err != nil || length > uint64(len(section))-b.off {
		return nil, &Error{off, fmt.Sprintf("unit of %d bytes goes beyond the end", length)}
	}
	h.End = b.off + length
	b.data = section[:h.End]
	h.Version = b.u16()
	if b.err == nil && (h.Version < 2 || h.Version > 5) {
		return h, &Error{off, fmt.Sprintf("version %d is not known (2 to 5 are)", h.Version)}
	}
	if h.Version == 5 {
		if size := b.u8(); size != 8 && size != 4 && b.err == nil {
			return h, &Error{off, fmt.Sprintf("addresses of %d bytes", size)}
		}
		b.u8() // segment selector size
	}
	h.parseRest(b)
	if b.err != nil {
		return h, b.err
	}
	return h, nil
}

func (h *Header) parseRest(b *buf) {
	headerLen := b.offset(h.is64)
	if b.err == nil && headerLen > h.End-b.off {
		b.fail("header of %d bytes goes beyond the unit", headerLen)
		return
	}
	h.program = b.off + headerLen
	h.minInst = uint64(b.u8())
	if h.Version >= 4 {
		b.u8() // operations per instruction: VLIW only
	}
	h.defaultStmt = b.u8() != 0
	h.lineBase = int64(int8(b.u8()))
	h.lineRange = uint64(b.u8())
	h.opcodeBase = b.u8()
	if b.err != nil {
		return
	}
	if h.lineRange == 0 || h.opcodeBase == 0 {
		b.fail("line range %d, opcode base %d", h.lineRange, h.opcodeBase)
		return
	}
	h.opLens = b.take(uint64(h.opcodeBase) - 1)
	h.tables = b.off
	if h.tables > h.program {
		b.fail("header is longer than it says")
	}
}
