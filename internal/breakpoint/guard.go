package breakpoint

import (
	"encoding/binary"
	"fmt"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/target"
)

// A region of scratch memory in a process that is to outlive the debugger
// begins with a guard (see arch.Guard): the SIGTRAP handler, and its table with
// one entry for each slot. A header and, behind each copy, a record tell
// whoever comes after us all that is needed to take the traps out: see
// [Table.Adopt].

// layout is where things are in a region, from its beginning.
type layout struct{ table, header, slots int }

func (t *Table) layout() layout {
	table := t.guard.Table
	header := (table + slotCount*entrySize + 63) &^ 63
	return layout{table, header, header + headerSize}
}

const (
	entrySize  = 16
	headerSize = 128
)

// magic begins the header: what it is, and the layout's version.
const (
	kind  = "tinydbg scratch"
	magic = kind + "3"
)

// header is what a region says about itself.
type header struct {
	Magic  [len(magic)]byte
	Base   addr.Addr
	Size   uint64
	Before target.Handler
}

// record is what must be known about a copy beside its code.
type record struct {
	Then                  addr.Addr
	Done, Code, Len, Trap uint16
	Orig                  [8]byte
	_                     [8]byte
}

// AddGuarded is AddScratch for a process that is to outlive us. It writes the
// guard, whose handler is then to be installed for SIGTRAP instead of before.
func (t *Table) AddGuarded(base addr.Addr, size int, before target.Handler) error {
	r, l := t.newRegion(base, size), t.layout()
	r.before, r.table = before, base+addr.Addr(l.table)
	image := make([]byte, l.slots)
	copy(image, t.guard.Code)
	order := t.arch.ByteOrder()
	order.PutUint64(image[t.guard.Old:], uint64(before.Addr))
	order.PutUint64(image[t.guard.Count:], slotCount)
	h := header{Base: base, Size: uint64(size), Before: before}
	copy(h.Magic[:], magic)
	if _, err := binary.Encode(image[l.header:], order, &h); err != nil {
		return err
	}
	if _, err := t.mem.WriteMemory(base+slotsEnd, t.guard.EndCall.Code); err != nil {
		return fmt.Errorf("write the guard: %w", err)
	}
	if _, err := t.mem.WriteMemory(base, image); err != nil {
		return fmt.Errorf("write the guard: %w", err)
	}
	t.addRegion(r)
	return nil
}

// Guards lists where the handlers are, and what the process did about SIGTRAP
// before the first of them.
func (t *Table) Guards() (handlers []addr.Addr, before target.Handler) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	ours := map[addr.Addr]bool{}
	for _, r := range t.scratch {
		ours[r.base] = r.table != 0
	}
	for _, r := range t.scratch {
		if r.table == 0 {
			continue
		}
		handlers = append(handlers, r.base)
		if !ours[r.before.Addr] {
			before = r.before
		}
	}
	return handlers, before
}

// writeCopy writes a copy, then what recover must know, and then the guard's
// entry: from then on a thread at the trap finds the copy without us.
func (t *Table) writeCopy(c *slot, orig []byte) error {
	if c.region.table == 0 {
		_, err := t.mem.WriteMemory(c.addr, c.disp.Code)
		return err
	}
	rec := record{Then: c.disp.Then, Done: uint16(c.disp.Done), Code: uint16(len(c.disp.Code)), Len: uint16(c.disp.Len)}
	rec.Trap = uint16(copy(rec.Orig[:], orig))
	data := make([]byte, slotSize)
	copy(data, c.disp.Code)
	if _, err := binary.Encode(data[codeSize:], t.arch.ByteOrder(), &rec); err != nil {
		return err
	}
	if _, err := t.mem.WriteMemory(c.addr, data); err != nil {
		return err
	}
	entry := make([]byte, entrySize)
	t.putEntry(entry, c)
	_, err := t.mem.WriteMemory(c.region.table+addr.Addr(c.index*entrySize), entry)
	return err
}

func (t *Table) putEntry(b []byte, c *slot) {
	to := c.addr
	if c.to != 0 {
		to = c.to
	}
	t.arch.ByteOrder().PutUint64(b, uint64(c.site))
	t.arch.ByteOrder().PutUint64(b[8:], uint64(to))
}

// writeEntries writes the guard's entries from one slot to another anew; those
// of slots that are not in use are empty.
func (t *Table) writeEntries(r *region, from, to int) {
	if r.table == 0 {
		return
	}
	data := make([]byte, (to-from+1)*entrySize)
	for i := from; i <= to; i++ {
		if c := &r.slots[i]; c.live || c.to != 0 {
			t.putEntry(data[(i-from)*entrySize:], c)
		}
	}
	// A process that is gone needs no guard.
	_, _ = t.mem.WriteMemory(r.table+addr.Addr(from*entrySize), data)
}

// renewCopy makes the copy of s anew, since the code has changed.
func (t *Table) renewCopy(s *Site) {
	old := s.copy
	code, _ := t.original(s.Addr)
	t.prepareCopy(s, code)
	if old == nil {
		return
	}
	old.region.used = append(old.region.used, old.index)
	if old.region.table != 0 {
		// Of two entries for a site the guard would take the first.
		_, _ = t.mem.WriteMemory(old.region.table+addr.Addr(old.index*entrySize), make([]byte, entrySize))
	}
}
