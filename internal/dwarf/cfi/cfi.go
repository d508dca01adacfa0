// Package cfi reads call frame information: for each address, how the caller's
// frame is found from the callee's registers.
//
// A [Table] is one .debug_frame or .eh_frame. The first question sorts the
// entries by address, unless .eh_frame_hdr already does; an answer then runs the
// entry's program up to the address asked for.
package cfi

import (
	"encoding/binary"
	"fmt"
	"sort"
	"sync"

	"github.com/tinydbg/tinydbg/internal/dwarf/buf"
)

// Table is the call frame information of one section. It may be used from any
// goroutine.
type Table struct {
	section string
	data    []byte
	at      uint64 // the section's address
	order   binary.ByteOrder
	ptr     int
	eh      bool
	header  *header

	once sync.Once
	// lows and offs are the entries sorted by their first address.
	lows []uint64
	offs []uint32
	err  error

	mu   sync.Mutex
	cies map[uint64]*cie // under mu
}

// Config describes a section.
type Config struct {
	Data    []byte
	Addr    uint64 // file address of .eh_frame; 0 for .debug_frame
	Order   binary.ByteOrder
	PtrSize int
	// Header and HeaderAddr are .eh_frame_hdr, if there is one.
	Header     []byte
	HeaderAddr uint64
}

// DebugFrame makes a Table of a .debug_frame section.
func DebugFrame(c Config) *Table { return newTable(".debug_frame", c, false) }

// EHFrame makes a Table of an .eh_frame section. A header that makes no sense
// is not used.
func EHFrame(c Config) *Table { return newTable(".eh_frame", c, true) }

func newTable(section string, c Config, eh bool) *Table {
	t := &Table{
		section: section, data: c.Data, at: c.Addr, order: c.Order, ptr: c.PtrSize,
		eh: eh, cies: map[uint64]*cie{},
	}
	if t.ptr != 4 {
		t.ptr = 8
	}
	if eh && len(c.Header) > 0 {
		t.header = newHeader(c)
	}
	return t
}

// NoEntryError is the error for addresses the section says nothing about.
type NoEntryError struct {
	Section string
	PC      uint64
}

func (e *NoEntryError) Error() string {
	return fmt.Sprintf("%s has no entry for %#x", e.Section, e.PC)
}

// Row is the row for file address pc.
func (t *Table) Row(pc uint64) (Row, error) {
	off, ok := t.find(pc)
	if !ok {
		if t.err != nil {
			return Row{}, t.err
		}
		return Row{}, &NoEntryError{t.section, pc}
	}
	e, err := t.entry(off)
	if err != nil {
		return Row{}, err
	}
	if pc < e.low || pc-e.low >= e.size {
		return Row{}, &NoEntryError{t.section, pc}
	}
	return t.run(e, pc)
}

// Bounds is the interval of addresses that have one entry with pc: usually a
// function.
func (t *Table) Bounds(pc uint64) (low, high uint64, ok bool) {
	off, ok := t.find(pc)
	if !ok {
		return 0, 0, false
	}
	e, err := t.entry(off)
	if err != nil || pc < e.low || pc-e.low >= e.size {
		return 0, 0, false
	}
	return e.low, e.low + e.size, true
}

// find is the offset of the entry that begins at or before pc.
func (t *Table) find(pc uint64) (uint64, bool) {
	if t.header != nil {
		a, ok := t.header.find(pc)
		return a - t.at, ok && a-t.at < uint64(len(t.data))
	}
	t.once.Do(t.index)
	i := sort.Search(len(t.lows), func(i int) bool { return t.lows[i] > pc })
	if i == 0 {
		return 0, false
	}
	return uint64(t.offs[i-1]), true
}

// index sorts all entries. An entry that makes no sense ends it: the ones
// before can be used.
func (t *Table) index() {
	if uint64(len(t.data)) >= 1<<32 {
		t.err = &buf.Error{Section: t.section, Msg: "larger than 4 GiB"}
		return
	}
	guess := len(t.data) / 40
	t.lows, t.offs = make([]uint64, 0, guess), make([]uint32, 0, guess)
	sorted := true
	r := buf.New(t.section, t.data, 0, t.order)
	for r.Len() > 0 {
		at := r.Off()
		low, isFDE := t.first(&r, at)
		if r.Err() != nil {
			t.err = r.Err()
			break
		}
		// Code that the linker dropped has its entries at 0.
		if !isFDE || low == 0 {
			continue
		}
		sorted = sorted && (len(t.lows) == 0 || t.lows[len(t.lows)-1] <= low)
		t.lows, t.offs = append(t.lows, low), append(t.offs, uint32(at))
	}
	if !sorted {
		sort.Sort((*byLow)(t))
	}
}

// first reads of the entry at r its first address, and moves to the next.
func (t *Table) first(r *buf.Reader, at uint64) (low uint64, isFDE bool) {
	h := t.head(r)
	if h.isCIE || h.end {
		return 0, false
	}
	c, err := t.cie(h.cie)
	if err != nil {
		r.Fail("entry at %#x: %v", at, err)
		return 0, false
	}
	low = t.pointer(&h.body, c.encoding)
	if err := h.body.Err(); err != nil {
		r.Fail("entry at %#x is cut off", at)
	}
	return low, true
}

// head is how an entry begins.
type head struct {
	body  buf.Reader // what follows, up to the entry's end
	cie   uint64     // offset of an FDE's CIE
	isCIE bool
	end   bool // the terminator of .eh_frame
	is64  bool
}

// head reads an entry's beginning and moves r to the next entry.
func (t *Table) head(r *buf.Reader) head {
	n, is64 := r.Length()
	if n == 0 {
		return head{end: true}
	}
	h := head{body: r.Sub(n), is64: is64}
	at := h.body.Off()
	id := h.body.Offset(is64)
	switch {
	case t.eh:
		h.isCIE = id == 0
		h.cie = at - id
	case is64:
		h.isCIE, h.cie = id == ^uint64(0), id
	default:
		h.isCIE, h.cie = id == 0xffffffff, id
	}
	return h
}

// byLow sorts a Table's index.
type byLow Table

func (b *byLow) Len() int           { return len(b.lows) }
func (b *byLow) Less(i, j int) bool { return b.lows[i] < b.lows[j] }
func (b *byLow) Swap(i, j int) {
	b.lows[i], b.lows[j] = b.lows[j], b.lows[i]
	b.offs[i], b.offs[j] = b.offs[j], b.offs[i]
}
