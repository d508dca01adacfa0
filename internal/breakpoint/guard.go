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
	magic = kind + "4"
)

// header is what a region says about itself.
type header struct {
	Magic [len(magic)]byte
	Base  addr.Addr
	Size  uint64
	// Before is what the process did about SIGTRAP before Own was installed.
	Before, Own target.Handler
	// Unframed is how many calls are in progress for which there was no frame.
	Unframed uint64
}

// record is what must be known about a copy beside its code.
type record struct {
	Then                  addr.Addr
	Done, Code, Len, Trap uint16
	Orig                  [8]byte
	_                     [8]byte
}

// AddGuarded is AddScratch for a process that is to outlive us. It writes the
// guard, which is then to be installed for SIGTRAP as own says, instead of before.
func (t *Table) AddGuarded(base addr.Addr, size int, own, before target.Handler) error {
	r, l := t.newRegion(base, size), t.layout()
	r.own, r.before, r.table = own, before, base+addr.Addr(l.table)
	image := make([]byte, l.slots)
	copy(image, t.guard.Code)
	order := t.arch.ByteOrder()
	order.PutUint64(image[t.guard.Old:], uint64(before.Addr))
	order.PutUint64(image[t.guard.Count:], slotCount)
	if err := t.putHeader(image[l.header:], r); err != nil {
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

// Guard is the handler for SIGTRAP that is to be in place, which is the newest
// guard; ok is false when there is none.
func (t *Table) Guard() (own target.Handler, ok bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	list := t.byAge()
	if len(list) == 0 {
		return own, false
	}
	return list[len(list)-1].own, true
}

func (t *Table) putHeader(b []byte, r *region) error {
	h := header{Base: r.base, Size: uint64(r.size), Before: r.before, Own: r.own, Unframed: r.unframed}
	copy(h.Magic[:], magic)
	_, err := binary.Encode(b, t.arch.ByteOrder(), &h)
	return err
}

// writeHeader says anew what has changed about the region.
func (t *Table) writeHeader(r *region) error {
	b := make([]byte, headerSize)
	if err := t.putHeader(b, r); err != nil {
		return err
	}
	_, err := t.mem.WriteMemory(r.base+addr.Addr(t.layout().header), b)
	return err
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
