package pclntab

import (
	"fmt"
	"sync"
	"sync/atomic"
)

// part is a piece of the table, which is read block by block as it is needed, or
// as a whole. What has been read never moves.
type part struct {
	name     string
	off, end uint64

	mu     sync.Mutex // held while something is read
	whole  atomic.Pointer[[]byte]
	once   sync.Once
	blocks []atomic.Pointer[[]byte]
}

const blockSize = 32 << 10

func (p *part) errorf(off uint64, format string, args ...any) error {
	return &Error{p.name, p.off + off, fmt.Sprintf(format, args...)}
}

func (p *part) size() uint64 { return p.end - p.off }

// bytes is the whole part.
func (t *Table) bytes(p *part) ([]byte, error) { return t.load(p, &p.whole, 0, p.size()) }

// from is the part from off on: at least n bytes, or what there is. More is
// returned when it has been read anyway.
func (t *Table) from(p *part, off, n uint64) ([]byte, error) {
	if off >= p.size() {
		return nil, nil
	}
	if whole := p.whole.Load(); whole != nil {
		return (*whole)[off:], nil
	}
	n = min(n, p.size()-off)
	data, err := t.block(p, off/blockSize)
	if err != nil || off%blockSize+n <= uint64(len(data)) {
		return data[min(off%blockSize, uint64(len(data))):], err
	}
	joined := append(make([]byte, 0, n), data[off%blockSize:]...)
	for uint64(len(joined)) < n {
		data, err := t.block(p, (off+uint64(len(joined)))/blockSize)
		if err != nil {
			return nil, err
		}
		joined = append(joined, data[:min(uint64(len(data)), n-uint64(len(joined)))]...)
	}
	return joined, nil
}

func (t *Table) block(p *part, i uint64) ([]byte, error) {
	p.once.Do(func() { p.blocks = make([]atomic.Pointer[[]byte], (p.size()+blockSize-1)/blockSize) })
	return t.load(p, &p.blocks[i], i*blockSize, min(blockSize, p.size()-i*blockSize))
}

// load is size bytes of the part from off on, which are kept at a place.
func (t *Table) load(p *part, at *atomic.Pointer[[]byte], off, size uint64) ([]byte, error) {
	if data := at.Load(); data != nil {
		return *data, nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if data := at.Load(); data != nil {
		return *data, nil // by somebody else, meanwhile
	}
	data := make([]byte, size)
	if err := t.read(data, p.off+off); err != nil {
		return nil, err
	}
	at.Store(&data)
	return data, nil
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
