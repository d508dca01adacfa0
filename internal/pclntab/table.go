// Package pclntab reads .gopclntab, the table that every Go binary carries for
// its own stack traces: functions, their lines, frame sizes and inlined calls.
// It is there in stripped binaries too, and can be searched as it lies in the
// file, without decoding it first.
//
// The layout is that of runtime/symtab.go (type pcHeader, moduledata and
// _func) and cmd/link/internal/ld/pcln.go, go1.18 to go1.27:
//
//	header | function names | compilation units | file names | pc tables | functions
//
// Blocks of the parts are read when they are first needed. A Table is otherwise
// immutable and may be used from any goroutine.
package pclntab

import (
	"encoding/binary"
	"fmt"
)

// Table is one .gopclntab.
type Table struct {
	read   ReadFunc
	size   uint64
	layout layout
	text   uint64
	nfunc  int

	// offsets of the parts in the table; each ends where the next begins
	nameOff, cuOff, fileOff, pcOff, funcOff uint64

	names, units, files, pcs, funcs part
	rows                            part // the beginning of funcs
	byName                          nameIndex
}

// ReadFunc fills buf from offset off of the table.
type ReadFunc func(buf []byte, off uint64) error

// layout is what differs between versions.
type layout struct {
	startLine bool // _func has it
	inlSize   int  // size of an inlinedCall ...
	inlName   int  // ... and where in it the name is
	inlParent int  // ... and the pc of the call
	inlStart  int  // ... and the line of the declaration, -1 if it is not there
}

var layouts = map[uint32]layout{
	0xfffffff0: {inlSize: 20, inlName: 12, inlParent: 16, inlStart: -1},                // go1.18
	0xfffffff1: {startLine: true, inlSize: 16, inlName: 4, inlParent: 8, inlStart: 12}, // go1.20
}

// HeaderSize is how many bytes New reads.
const HeaderSize = 8 + 8*8

// Limit on what a header may claim; the biggest binaries known have a few
// million functions.
const maxFuncs = 1 << 26

// Error says where a table is malformed.
type Error struct {
	// Part of the table: "header", "functions" ...
	Part string
	// Off is the offset in the table.
	Off uint64
	Msg string
}

func (e *Error) Error() string {
	return fmt.Sprintf(".gopclntab %s at offset %#x: %s", e.Part, e.Off, e.Msg)
}

// New checks the header of a table of size bytes, of which it reads nothing
// else. The table must be little endian and for 64-bit addresses.
func New(read ReadFunc, size uint64) (*Table, error) {
	var h [HeaderSize]byte
	if size < HeaderSize {
		return nil, &Error{"header", 0, fmt.Sprintf("%d bytes are too few", size)}
	}
	if err := read(h[:], 0); err != nil {
		return nil, err
	}
	magic := binary.LittleEndian.Uint32(h[:])
	l, ok := layouts[magic]
	if !ok {
		return nil, &Error{"header", 0, fmt.Sprintf("magic %#x is of no known version (go1.18 to go1.27 are known)", magic)}
	}
	if h[4] != 0 || h[5] != 0 || h[6] != 1 || h[7] != 8 {
		return nil, &Error{"header", 4, fmt.Sprintf("% x is not that of a 64-bit x86", h[4:8])}
	}
	word := func(i int) uint64 { return binary.LittleEndian.Uint64(h[8+8*i:]) }
	t := &Table{
		read: read, size: size, layout: l, text: word(2),
		nameOff: word(3), cuOff: word(4), fileOff: word(5), pcOff: word(6), funcOff: word(7),
	}
	return t, t.check(word(0))
}

func (t *Table) check(nfunc uint64) error {
	last := uint64(HeaderSize)
	for _, off := range []uint64{t.nameOff, t.cuOff, t.fileOff, t.pcOff, t.funcOff, t.size} {
		if off < last {
			return &Error{"header", 32, "parts are not in order"}
		}
		last = off
	}
	if nfunc > maxFuncs || nfunc*8+4 > t.size-t.funcOff {
		return &Error{"header", 8, fmt.Sprintf("%d functions do not fit", nfunc)}
	}
	t.nfunc = int(nfunc)
	t.names = part{name: "function names", off: t.nameOff, end: t.cuOff}
	t.units = part{name: "compilation units", off: t.cuOff, end: t.fileOff}
	t.files = part{name: "file names", off: t.fileOff, end: t.pcOff}
	t.pcs = part{name: "pc tables", off: t.pcOff, end: t.funcOff}
	t.funcs = part{name: "functions", off: t.funcOff, end: t.size}
	t.rows = part{name: "functions", off: t.funcOff, end: t.funcOff + 8*nfunc + 4}
	return nil
}

// HeaderText is the start of the text as the header has it: 0 from go1.26 on,
// and in position independent files.
func (t *Table) HeaderText() uint64 { return t.text }

// SetText sets the address that function offsets count from.
// Precondition: before any other use.
func (t *Table) SetText(a uint64) { t.text = a }

// Text is the address that function offsets count from.
func (t *Table) Text() uint64 { return t.text }

// Size is the size of the table in bytes, as New was told.
func (t *Table) Size() uint64 { return t.size }

// Len is the number of functions.
func (t *Table) Len() int { return t.nfunc }
