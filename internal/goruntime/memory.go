package goruntime

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/target"
)

// block is a piece of memory that was read: a structure at its address.
type block struct {
	addr  addr.Addr
	data  []byte
	order binary.ByteOrder
}

// readBlock reads n bytes at a.
func (r *Runtime) readBlock(mem target.Memory, a addr.Addr, n int) (block, error) {
	b := block{addr: a, data: make([]byte, n), order: r.order}
	if got, err := mem.ReadMemory(b.data, a); err != nil {
		return block{addr: a, order: r.order}, err
	} else if got < n {
		return block{addr: a, order: r.order}, fmt.Errorf("only %d of %d bytes at %v can be read", got, n, a)
	}
	return b, nil
}

// readStruct reads a structure of the runtime by its name in wanted.
func (r *Runtime) readStruct(mem target.Memory, a addr.Addr, name string) (block, error) {
	size, ok := r.off()[name]
	if !ok {
		return block{}, fmt.Errorf("%s is not known for %v", name, r.version)
	}
	return r.readBlock(mem, a, size)
}

// readPtr reads a pointer at a.
func (r *Runtime) readPtr(mem target.Memory, a addr.Addr) (addr.Addr, error) {
	b, err := r.readBlock(mem, a, r.ptrSize)
	if err != nil {
		return 0, err
	}
	return b.ptr(0), nil
}

// uint reads an integer of 1, 2, 4 or 8 bytes at off; 0 beyond the end.
func (b block) uint(off, size int) uint64 {
	if off < 0 || off+size > len(b.data) {
		return 0
	}
	p := b.data[off:]
	switch size {
	case 1:
		return uint64(p[0])
	case 2:
		return uint64(b.order.Uint16(p))
	case 4:
		return uint64(b.order.Uint32(p))
	default:
		return b.order.Uint64(p)
	}
}

func (b block) u64(off int) uint64    { return b.uint(off, 8) }
func (b block) ptr(off int) addr.Addr { return addr.Addr(b.u64(off)) }

// readString reads a string header's text, at most limit bytes of it.
func (r *Runtime) readString(mem target.Memory, header addr.Addr, limit int) (string, error) {
	h, err := r.readBlock(mem, header, 2*r.ptrSize)
	if err != nil {
		return "", err
	}
	return r.stringAt(mem, h.ptr(0), h.u64(r.ptrSize), limit)
}

func (r *Runtime) stringAt(mem target.Memory, data addr.Addr, n uint64, limit int) (string, error) {
	if n > math.MaxInt32 {
		return "", fmt.Errorf("string at %v has the impossible length %d", data, int64(n))
	}
	b, err := r.readBlock(mem, data, min(int(n), limit))
	return string(b.data), err
}

// readPieces reads many pieces, in one call where the memory can do that.
func readPieces(mem target.Memory, pieces []target.Piece) {
	if pr, ok := mem.(target.PieceReader); ok {
		pr.ReadPieces(pieces)
		return
	}
	for i := range pieces {
		p := &pieces[i]
		n, err := mem.ReadMemory(p.Buf, p.Addr)
		if err == nil && n < len(p.Buf) {
			err = &target.MemoryError{Op: "read", Addr: p.Addr, Len: len(p.Buf), Err: fmt.Errorf("only %d bytes can be read", n)}
		}
		p.Err = err
	}
}
