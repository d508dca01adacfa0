// Package pagecache keeps what was read of a stopped process, by page, so that
// reading a value field by field costs one system call per page and not one
// per field. A cache lives as long as one stop: drop it, or call Reset, before
// the process runs again.
package pagecache

import (
	"sync"
	"sync/atomic"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/target"
)

const (
	pageSize = 4096
	// maxPages bounds a cache to 64 MiB; a full one begins anew.
	maxPages = 1 << 14
	// direct is the size in bytes from which on reads go past the cache: they
	// are cheap by the byte, and would drive out what is read often.
	direct = 4 * pageSize
	// maxFree is how many pages are kept for the next stop.
	maxFree = 64
)

// Cache is a target.Memory (and a target.PieceReader) that remembers. It may be
// used from any goroutine.
type Cache struct {
	mem target.Memory
	// refused is why nothing is read any more, nil while it is.
	refused atomic.Pointer[error]

	mu    sync.Mutex
	pages map[addr.Addr]*[pageSize]byte
	free  []*[pageSize]byte // for reuse, at most maxFree
}

// New makes an empty cache in front of mem.
func New(mem target.Memory) *Cache {
	return &Cache{mem: mem, pages: map[addr.Addr]*[pageSize]byte{}}
}

// Reset forgets everything.
func (c *Cache) Reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, page := range c.pages {
		if len(c.free) == maxFree {
			break
		}
		c.free = append(c.free, page)
	}
	clear(c.pages)
}

// Refuse has all reads from now on fail with err, so that whoever is still at it comes
// to an end; nil takes that back.
func (c *Cache) Refuse(err error) {
	if err == nil {
		c.refused.Store(nil)
		return
	}
	c.refused.Store(&err)
}

// ReadMemory fills buf from a, see target.Memory.
func (c *Cache) ReadMemory(buf []byte, a addr.Addr) (int, error) {
	if why := c.refused.Load(); why != nil {
		return 0, *why
	}
	if len(buf) >= direct {
		return c.mem.ReadMemory(buf, a)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for done := 0; done < len(buf); {
		at := a + addr.Addr(done)
		page, ok := c.page(at &^ (pageSize - 1))
		if !ok {
			// The edge of something, perhaps: the exact range may be readable,
			// and if not the error should name it.
			return c.mem.ReadMemory(buf, a)
		}
		done += copy(buf[done:], page[at%pageSize:])
	}
	return len(buf), nil
}

// page reads or finds a whole page.
// Precondition: mu is held.
func (c *Cache) page(base addr.Addr) (*[pageSize]byte, bool) {
	if page, ok := c.pages[base]; ok {
		return page, true
	}
	page := c.room()
	if n, err := c.mem.ReadMemory(page[:], base); err != nil || n < pageSize {
		return nil, false
	}
	if len(c.pages) >= maxPages {
		clear(c.pages)
	}
	c.pages[base] = page
	return page, true
}

func (c *Cache) room() *[pageSize]byte {
	last := len(c.free) - 1
	if last < 0 {
		return new([pageSize]byte)
	}
	page := c.free[last]
	c.free = c.free[:last]
	return page
}

// WriteMemory writes through, and forgets the pages written to.
func (c *Cache) WriteMemory(a addr.Addr, data []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	last := a + addr.Addr(len(data))
	for base := a &^ (pageSize - 1); base < last; base += pageSize {
		delete(c.pages, base)
	}
	return c.mem.WriteMemory(a, data)
}

// ReadPieces reads past the cache.
func (c *Cache) ReadPieces(pieces []target.Piece) {
	if why := c.refused.Load(); why != nil {
		for i := range pieces {
			pieces[i].Err = *why
		}
		return
	}
	if pr, ok := c.mem.(target.PieceReader); ok {
		pr.ReadPieces(pieces)
		return
	}
	for i := range pieces {
		p := &pieces[i]
		_, p.Err = c.mem.ReadMemory(p.Buf, p.Addr)
	}
}
