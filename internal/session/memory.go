package session

import (
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/target"
)

const (
	cachePage = 4096
	// cachePages bounds the cache: 16 MiB.
	cachePages = 4096
)

// pageCache is memory as it was at the stop: what was read once isn't asked of
// the process again. Writes go through and drop what they touch.
// It belongs to one goroutine at a time.
type pageCache struct {
	mem   target.Memory
	pages map[addr.Addr][]byte
}

func newPageCache(mem target.Memory) *pageCache {
	return &pageCache{mem: mem, pages: map[addr.Addr][]byte{}}
}

// drop forgets everything: the process has run.
func (c *pageCache) drop() { clear(c.pages) }

// ReadMemory implements target.Memory.
func (c *pageCache) ReadMemory(buf []byte, a addr.Addr) (int, error) {
	if len(buf) > 8*cachePage {
		return c.mem.ReadMemory(buf, a)
	}
	n := 0
	for n < len(buf) {
		at := a + addr.Addr(n)
		base := at &^ (cachePage - 1)
		page := c.page(base)
		if page == nil {
			m, err := c.mem.ReadMemory(buf[n:], at)
			return n + m, err
		}
		n += copy(buf[n:], page[at-base:])
	}
	return n, nil
}

// page returns the page at base, or nil when it can't be read whole.
func (c *pageCache) page(base addr.Addr) []byte {
	if p, ok := c.pages[base]; ok {
		return p
	}
	if len(c.pages) >= cachePages {
		clear(c.pages)
	}
	p := make([]byte, cachePage)
	if n, err := c.mem.ReadMemory(p, base); err != nil || n < len(p) {
		p = nil
	}
	c.pages[base] = p
	return p
}

// ReadPieces implements target.PieceReader. Scattered reads are large and
// made once, so they pass the cache by.
func (c *pageCache) ReadPieces(pieces []target.Piece) {
	if pr, ok := c.mem.(target.PieceReader); ok {
		pr.ReadPieces(pieces)
		return
	}
	for i := range pieces {
		_, pieces[i].Err = c.ReadMemory(pieces[i].Buf, pieces[i].Addr)
	}
}

// WriteMemory implements target.Memory.
func (c *pageCache) WriteMemory(a addr.Addr, data []byte) (int, error) {
	for base := a &^ (cachePage - 1); base < a+addr.Addr(len(data)); base += cachePage {
		delete(c.pages, base)
	}
	return c.mem.WriteMemory(a, data)
}
