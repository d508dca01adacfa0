package pclntab

import (
	"fmt"
	"sync"
	"sync/atomic"
)

// part is a piece of the table, which is read block by block as it is needed.
// There is room for all of it from the beginning, so that what has been read
// never moves; memory that nobody writes to costs nothing.
type part struct {
	name     string
	off, end uint64

	once   sync.Once
	data   []byte
	loaded []atomic.Bool // one for each block

	mu sync.Mutex // held while a block is read
}

const blockSize = 32 << 10

func (p *part) errorf(off uint64, format string, args ...any) error {
	return &Error{p.name, p.off + off, fmt.Sprintf(format, args...)}
}

func (p *part) size() uint64 { return p.end - p.off }

// bytes is the whole part.
func (t *Table) bytes(p *part) ([]byte, error) { return t.span(p, 0, p.size()) }

// from is the part from off on: at least n bytes, or what there is. More is
// returned when it has been read anyway.
func (t *Table) from(p *part, off, n uint64) ([]byte, error) {
	if off >= p.size() {
		return nil, nil
	}
	end := min(off+n, p.size())
	end = min((end+blockSize-1)/blockSize*blockSize, p.size())
	return t.span(p, off, end-off)
}

// span is n bytes of the part from off on.
// Precondition: they are in it.
func (t *Table) span(p *part, off, n uint64) ([]byte, error) {
	p.once.Do(func() {
		p.data = make([]byte, p.size())
		p.loaded = make([]atomic.Bool, (p.size()+blockSize-1)/blockSize)
	})
	end := off + n
	for b := off / blockSize; b*blockSize < end; b++ {
		if p.loaded[b].Load() {
			continue
		}
		if err := t.load(p, b, (end+blockSize-1)/blockSize); err != nil {
			return nil, err
		}
	}
	return p.data[off:end:end], nil
}

// load reads block first, and the missing ones that follow it before block end.
func (t *Table) load(p *part, first, end uint64) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	last := first
	for last < end && !p.loaded[last].Load() {
		last++
	}
	if last == first {
		return nil // by somebody else, meanwhile
	}
	from, to := first*blockSize, min(last*blockSize, p.size())
	if err := t.read(p.data[from:to], p.off+from); err != nil {
		return err
	}
	for b := first; b < last; b++ {
		p.loaded[b].Store(true)
	}
	return nil
}

// cString is the string at off, up to a NUL or the part's end.
func (t *Table) cString(p *part, off int32) (string, bool) {
	if off < 0 {
		return "", false
	}
	for n := uint64(1); ; n += blockSize {
		data, err := t.from(p, uint64(off), n)
		if err != nil || len(data) == 0 {
			return "", false
		}
		if s := cString(data); len(s) < len(data) || uint64(off)+uint64(len(data)) == p.size() {
			return s, true
		}
	}
}
