package breakpoint

import (
	"bytes"
	"encoding/binary"
	"strings"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/target"
)

// leftOver owns the sites that a dead debugger left.
type leftOver struct{}

const (
	pageSize = 4096
	// mostPages is how many pages of one mapping are looked at.
	mostPages = 1 << 12
)

// Adopt makes the traps and the scratch memory that a dead debugger left in the
// process the table's own, and tells whether there are any. What another version
// of the debugger left, whose layout is not known, is Foreign.
func (t *Table) Adopt(maps []target.Mapping) (found bool) {
	for _, m := range maps {
		if !m.Exec || m.Write || m.Shared || m.Path != "" || m.End-m.Start < slotsEnd {
			continue
		}
		last := m.End - slotsEnd
		for a := m.Start; a <= last && a < m.Start+mostPages*pageSize; a += pageSize {
			if r := t.readRegion(a); r != nil {
				t.adoptRegion(r)
				found = true
				a += ScratchSize - pageSize
			}
		}
	}
	return found
}

// Foreign tells whether Adopt found what another version of the debugger left.
func (t *Table) Foreign() bool { return t.foreign }

func (t *Table) readRegion(a addr.Addr) *region {
	var h header
	l := t.layout()
	data := make([]byte, headerSize)
	if _, err := t.mem.ReadMemory(data, a+addr.Addr(l.header)); err != nil {
		return nil
	}
	if _, err := binary.Decode(data, t.arch.ByteOrder(), &h); err != nil {
		return nil
	}
	if h.Base == a && strings.HasPrefix(string(h.Magic[:]), kind) && string(h.Magic[:]) != magic {
		t.foreign = true
	}
	if string(h.Magic[:]) != magic || h.Base != a || h.Size != ScratchSize {
		return nil
	}
	r := t.newRegion(a, ScratchSize)
	r.before, r.own, r.unframed, r.table = h.Before, h.Own, h.Unframed, a+addr.Addr(l.table)
	return r
}

// adoptRegion reads a region's slots. What does not make sense is left out.
func (t *Table) adoptRegion(r *region) {
	table := make([]byte, slotCount*entrySize)
	if _, err := t.mem.ReadMemory(table, r.table); err != nil {
		return
	}
	used := (len(bytes.TrimRight(table, "\x00")) + entrySize - 1) / entrySize
	data := make([]byte, used*slotSize)
	if _, err := t.mem.ReadMemory(data, r.first); err != nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.scratch = append(t.scratch, r)
	order := t.arch.ByteOrder()
	for i := range used {
		entry := table[i*entrySize:]
		c := &slot{region: r, index: i, addr: r.first + addr.Addr(i*slotSize), site: addr.Addr(order.Uint64(entry))}
		to := addr.Addr(order.Uint64(entry[8:]))
		if c.site != 0 && to != c.addr { // a trap of the program's own
			r.slots[i], r.next = slot{region: r, index: i, site: c.site, to: to}, i+1
		}
		if c.site == 0 || to != c.addr {
			continue
		}
		var rec record
		code := data[i*slotSize:][:slotSize]
		_, err := binary.Decode(code[codeSize:], order, &rec)
		if err != nil || int(rec.Code) > codeSize || rec.Done > rec.Code || int(rec.Trap) != len(t.arch.Trap()) {
			continue
		}
		c.disp = arch.Displaced{Code: code[:rec.Code], Len: int(rec.Len), Done: int(rec.Done), Then: rec.Then}
		c.live = true
		r.slots[i], r.next = *c, i+1
		t.sites[c.site] = &Site{Addr: c.site, Orig: append([]byte{}, rec.Orig[:rec.Trap]...), owners: []Owner{leftOver{}}, copy: &r.slots[i]}
	}
}
