package unwind

import (
	"fmt"
	"strings"
	"sync"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/dwarf/cfi"
	"github.com/tinydbg/tinydbg/internal/image"
	"github.com/tinydbg/tinydbg/internal/symbol"
)

// Cache keeps what symbol files say about places in the code: stacks that are
// unwound again and again share most of theirs. The zero Cache is empty. It may
// be used from any goroutine.
type Cache struct {
	mu     sync.Mutex
	places map[addr.Addr]*place // under mu
}

// maxPlaces bounds the cache; a full one starts again.
const maxPlaces = 1 << 16

// place is what is known about an address.
type place struct {
	image   *image.Image
	fn      *symbol.Func
	name    string // fn's, without the mark of assembly functions
	symbol  string // an ELF symbol, where there is no function
	inlines []symbol.Frame
	row     cfi.Row
	rowErr  error
	isGo    bool
}

// lookup is the place of pc. A nil Cache looks it up anew.
func (c *Cache) lookup(set *image.Set, pc addr.Addr) *place {
	img := set.At(pc)
	if c == nil {
		return newPlace(img, pc)
	}
	c.mu.Lock()
	p := c.places[pc]
	c.mu.Unlock()
	// An image that was unloaded may have made room for another one.
	if p != nil && p.image == img {
		return p
	}
	p = newPlace(img, pc)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.places == nil || len(c.places) >= maxPlaces {
		c.places = map[addr.Addr]*place{}
	}
	c.places[pc] = p
	return p
}

func newPlace(img *image.Image, pc addr.Addr) *place {
	p := &place{image: img}
	if img == nil {
		p.rowErr = fmt.Errorf("%v is in no file", pc)
		return p
	}
	at := img.FileAddr(pc)
	p.fn = img.File.FuncAt(at)
	if p.fn != nil {
		p.isGo, p.name = p.fn.IsGo(), strings.TrimSuffix(p.fn.Name, ".abi0")
	}
	p.inlines = img.File.Inlines(at)
	p.row, p.rowErr = img.File.UnwindRow(at)
	if p.fn == nil {
		p.symbol, _, _ = img.File.ELFSymbolAt(at)
	}
	return p
}

// endsBefore says that the function which a return address pc seems to lie in
// ends right before it, if there is one.
func (p *place) endsBefore(pc addr.Addr) bool {
	return p.fn == nil || p.image.FileAddr(pc) >= p.fn.End
}
