package unwind

import (
	"encoding/binary"
	"sync"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/target"
)

const (
	pageSize = 4096
	maxPages = 8
)

// pages reads memory page by page: the words of a stack that unwinding asks
// for lie close together.
type pages struct {
	mem  target.Memory
	held []page
	next int
}

type page struct {
	at   addr.Addr
	data []byte // what could be read
	room *[pageSize]byte
}

var rooms = sync.Pool{New: func() any { return new([pageSize]byte) }}

func newPages(mem target.Memory) *pages { return &pages{mem: mem} }

// release gives the memory back. p must not be used any more.
func (p *pages) release() {
	for _, held := range p.held {
		rooms.Put(held.room)
	}
	p.held = nil
}

// ReadMemory fills buf from a.
func (p *pages) ReadMemory(buf []byte, a addr.Addr) (int, error) {
	base := a &^ (pageSize - 1)
	if off := int(a - base); off+len(buf) <= pageSize {
		if data := p.page(base); off+len(buf) <= len(data) {
			return copy(buf, data[off:]), nil
		}
	}
	return p.mem.ReadMemory(buf, a)
}

// word reads an address-sized word.
func (p *pages) word(a addr.Addr, order binary.ByteOrder) (uint64, error) {
	if off := int(a % pageSize); off+8 <= pageSize {
		if data := p.page(a - addr.Addr(off)); off+8 <= len(data) {
			return order.Uint64(data[off:]), nil
		}
	}
	return p.slowWord(a, order)
}

// slowWord reads what lies across pages, or is a piece of one only.
func (p *pages) slowWord(a addr.Addr, order binary.ByteOrder) (uint64, error) {
	buf := make([]byte, 8)
	if _, err := p.mem.ReadMemory(buf, a); err != nil {
		return 0, err
	}
	return order.Uint64(buf), nil
}

// page is what can be read of the page at base.
func (p *pages) page(base addr.Addr) []byte {
	for i := range p.held {
		if p.held[i].at == base {
			return p.held[i].data
		}
	}
	i := len(p.held)
	if i < maxPages {
		p.held = append(p.held, page{room: rooms.Get().(*[pageSize]byte)})
	} else {
		i = p.next
		p.next = (p.next + 1) % maxPages
	}
	held := &p.held[i]
	n, _ := p.mem.ReadMemory(held.room[:], base)
	held.at, held.data = base, held.room[:n]
	return held.data
}
