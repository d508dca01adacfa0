package cfi

import (
	"encoding/binary"
	"sort"

	"github.com/tinydbg/tinydbg/internal/dwarf/buf"
)

// header is .eh_frame_hdr: a table sorted by address, searched as it lies in
// the file.
type header struct {
	table []byte // pairs of int32, relative to at
	at    uint64
	n     int
	order binary.ByteOrder
}

// newHeader is nil for a header of another make: all linkers write this one.
func newHeader(c Config) *header {
	r := buf.New(".eh_frame_hdr", c.Header, 0, c.Order)
	version, framePtr, count, table := r.U8(), r.U8(), r.U8(), r.U8()
	if version != 1 || table != peDataRel|peSdata4 {
		return nil
	}
	readPointer(&r, framePtr, c.PtrSize, c.HeaderAddr, c.HeaderAddr)
	n := readPointer(&r, count, c.PtrSize, c.HeaderAddr, c.HeaderAddr)
	if r.Err() != nil || n == 0 || n > uint64(r.Len())/8 {
		return nil
	}
	return &header{table: r.Bytes(n * 8), at: c.HeaderAddr, n: int(n), order: c.Order}
}

// find is the address of the entry that begins at or before pc.
func (h *header) find(pc uint64) (uint64, bool) {
	i := sort.Search(h.n, func(i int) bool { return h.word(2*i) > pc })
	if i == 0 {
		return 0, false
	}
	return h.word(2*(i-1) + 1), true
}

func (h *header) word(i int) uint64 {
	return h.at + uint64(int64(int32(h.order.Uint32(h.table[4*i:]))))
}
