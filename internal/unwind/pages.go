package unwind

import (
	"encoding/binary"

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
	data []byte
}

func newPages(mem target.Memory) *pages { return &pages{mem: mem} }

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
	data := make([]byte, pageSize)
	n, _ := p.mem.ReadMemory(data, base)
	held := page{base, data[:n]}
	if len(p.held) < maxPages {
		p.held = append(p.held, held)
		return held.data
	}
	p.held[p.next] = held
	p.next = (p.next + 1) % maxPages
	return held.data
}
