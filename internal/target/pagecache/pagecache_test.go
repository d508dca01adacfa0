package pagecache

import (
	"bytes"
	"errors"
	"testing"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/target"
)

// region is memory at base that counts its reads.
type region struct {
	base  addr.Addr
	data  []byte
	reads int
}

func (r *region) ReadMemory(buf []byte, a addr.Addr) (int, error) {
	r.reads++
	n := 0
	if a >= r.base && a < r.base+addr.Addr(len(r.data)) {
		n = copy(buf, r.data[a-r.base:])
	}
	if n < len(buf) {
		return n, &target.MemoryError{Op: "read", Addr: a, Len: len(buf), Err: errors.New("not mapped")}
	}
	return n, nil
}

func (r *region) WriteMemory(a addr.Addr, data []byte) (int, error) {
	return copy(r.data[a-r.base:], data), nil
}

func newRegion() *region {
	r := &region{base: 0x1000, data: make([]byte, 3*pageSize-100)}
	for i := range r.data {
		r.data[i] = byte(i * 7)
	}
	return r
}

func TestReadsOncePerPage(t *testing.T) {
	r := newRegion()
	c := New(r)
	for off := 0; off+16 < 2*pageSize; off += 8 {
		buf := make([]byte, 16)
		if _, err := c.ReadMemory(buf, r.base+addr.Addr(off)); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(buf, r.data[off:off+16]) {
			t.Fatalf("wrong bytes at %d", off)
		}
	}
	if r.reads != 2 {
		t.Errorf("%d reads for 2 pages", r.reads)
	}
}

func TestEdgeOfMemory(t *testing.T) {
	r := newRegion()
	c := New(r)
	end := r.base + addr.Addr(len(r.data))
	buf := make([]byte, 8)
	if _, err := c.ReadMemory(buf, end-8); err != nil || !bytes.Equal(buf, r.data[len(r.data)-8:]) {
		t.Errorf("last bytes: %v %v", buf, err)
	}
	n, err := c.ReadMemory(buf, end-3)
	if err == nil || n != 3 {
		t.Errorf("across the end: n=%d err=%v", n, err)
	}
	var me *target.MemoryError
	if _, err := c.ReadMemory(buf, 16); !errors.As(err, &me) || me.Addr != 16 || me.Len != 8 {
		t.Errorf("the error does not name the range: %v", err)
	}
}

func TestWriteIsSeen(t *testing.T) {
	r := newRegion()
	c := New(r)
	buf := make([]byte, 8)
	at := r.base + pageSize - 4
	if _, err := c.ReadMemory(buf, at); err != nil {
		t.Fatal(err)
	}
	if _, err := c.WriteMemory(at, []byte("ABCDEFGH")); err != nil {
		t.Fatal(err)
	}
	if _, err := c.ReadMemory(buf, at); err != nil || string(buf) != "ABCDEFGH" {
		t.Errorf("after write: %q %v", buf, err)
	}
	r.data[0] = 'z'
	c.Reset()
	if _, err := c.ReadMemory(buf, r.base); err != nil || buf[0] != 'z' {
		t.Errorf("after reset: %q %v", buf, err)
	}
}

// Reads are refused, of pages that are known as well, until that is taken back.
func TestRefuse(t *testing.T) {
	r := newRegion()
	c := New(r)
	buf := make([]byte, 8)
	if _, err := c.ReadMemory(buf, r.base); err != nil {
		t.Fatal(err)
	}
	why := errors.New("no more")
	c.Refuse(why)
	if _, err := c.ReadMemory(buf, r.base); err != why {
		t.Errorf("a known page: %v", err)
	}
	pieces := []target.Piece{{Addr: r.base, Buf: buf}}
	if c.ReadPieces(pieces); pieces[0].Err != why {
		t.Errorf("pieces: %v", pieces[0].Err)
	}
	c.Refuse(nil)
	if _, err := c.ReadMemory(buf, r.base); err != nil {
		t.Errorf("after that: %v", err)
	}
}
