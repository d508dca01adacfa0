package value

import (
	"errors"
	"fmt"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/dwarf/expr"
)

// place is where the bytes of a value are: at an address, or spread over
// pieces in registers, memory and literals.
type place struct {
	addr   addr.Addr
	pieces []piece // nil: in memory at addr
	off    int64   // in pieces
}

// piece is size bytes at off of the whole.
type piece struct {
	expr.Piece
	off, size int64
}

func inMemory(a addr.Addr) place { return place{addr: a} }

func literal(data []byte) place {
	return inPieces([]expr.Piece{{Kind: expr.Literal, Bytes: data}}, int64(len(data)))
}

// inPieces places a value of size bytes in pieces that follow each other.
func inPieces(list []expr.Piece, size int64) place {
	if len(list) == 1 && list[0].Kind == expr.InMemory && list[0].BitSize == 0 {
		return inMemory(list[0].Addr)
	}
	p := place{pieces: make([]piece, 0, len(list))}
	var off int64
	for _, x := range list {
		n := int64(x.Size)
		if len(list) == 1 && n == 0 {
			n = size
		}
		p.pieces = append(p.pieces, piece{Piece: x, off: off, size: n})
		off += n
	}
	return p
}

// address is the place in memory, if it is one.
func (p place) address() (addr.Addr, bool) {
	if p.pieces == nil {
		return p.addr, p.addr != 0
	}
	for _, x := range p.pieces {
		if x.Kind == expr.InMemory && p.off >= x.off && p.off < x.off+x.size {
			return x.Addr + addr.Addr(p.off-x.off), true
		}
	}
	return 0, false
}

// shift is the place off bytes further.
func (p place) shift(off int64) place {
	if p.pieces == nil {
		return place{addr: p.addr + addr.Addr(off)}
	}
	return place{pieces: p.pieces, off: p.off + off}
}

// read reads n bytes at off.
func (p place) read(env *Env, off int64, n int) ([]byte, error) {
	buf := make([]byte, n)
	if n == 0 {
		return buf, nil
	}
	if p.pieces == nil {
		return buf, readMemory(env, buf, p.addr+addr.Addr(off))
	}
	return buf, p.each(off, n, func(x *piece, at int64, from, to int) error {
		return x.read(env, at, buf[from:to])
	})
}

// each calls f for every piece of the range of n bytes at off: bytes [from,
// to) of the range are in x from x's byte at on.
func (p place) each(off int64, n int, f func(x *piece, at int64, from, to int) error) error {
	begin := p.off + off
	end := begin + int64(n)
	covered := begin
	for i := range p.pieces {
		x := &p.pieces[i]
		lo, hi := max(begin, x.off), min(end, x.off+x.size)
		if lo >= hi {
			continue
		}
		if err := f(x, lo-x.off, int(lo-begin), int(hi-begin)); err != nil {
			return err
		}
		covered = hi
	}
	if covered < end {
		return errors.New("debug information does not tell where all of it is")
	}
	return nil
}

// read fills buf from byte at of the piece.
func (x *piece) read(env *Env, at int64, buf []byte) error {
	switch x.Kind {
	case expr.InMemory:
		if x.BitSize != 0 {
			return errors.New("a piece of bits in memory cannot be read")
		}
		return readMemory(env, buf, x.Addr+addr.Addr(at))
	case expr.InRegister:
		if env.Regs == nil {
			return fmt.Errorf("in register %d, but there are no registers here", x.Reg)
		}
		b, ok := env.Regs.Bytes(x.Reg)
		if !ok {
			return fmt.Errorf("in register %d, which this frame does not have any more", x.Reg)
		}
		copyFrom(buf, b, at+int64(x.BitOffset/8))
		return nil
	case expr.Literal:
		copyFrom(buf, x.Bytes, at)
		return nil
	default:
		return missing(x)
	}
}

func missing(x *piece) error {
	if x.Why == "" {
		return expr.ErrOptimizedOut
	}
	return errors.New(x.Why)
}

// copyFrom fills buf with b from at on, and zeros after its end.
func copyFrom(buf, b []byte, at int64) {
	n := 0
	if at < int64(len(b)) {
		n = copy(buf, b[at:])
	}
	clear(buf[n:])
}

func readMemory(env *Env, buf []byte, a addr.Addr) error {
	if env.Mem == nil {
		return errors.New("there is no memory here")
	}
	n, err := env.Mem.ReadMemory(buf, a)
	if err == nil && n < len(buf) {
		err = fmt.Errorf("only %d of %d bytes at %v can be read", n, len(buf), a)
	}
	return err
}

// write writes data at off.
func (p place) write(env *Env, off int64, data []byte) error {
	if p.pieces == nil {
		return writeMemory(env, p.addr+addr.Addr(off), data)
	}
	return p.each(off, len(data), func(x *piece, at int64, from, to int) error {
		return x.write(env, at, data[from:to])
	})
}

func writeMemory(env *Env, a addr.Addr, data []byte) error {
	if len(data) == 0 {
		return nil
	}
	_, err := env.Mem.WriteMemory(a, data)
	return err
}

func (x *piece) write(env *Env, at int64, data []byte) error {
	switch {
	case x.Kind == expr.InMemory && x.BitSize == 0:
		return writeMemory(env, x.Addr+addr.Addr(at), data)
	case x.Kind == expr.InRegister && x.BitSize == 0:
		if env.SetReg == nil || env.Regs == nil {
			return errors.New("it is in a register that cannot be written here")
		}
		old, ok := env.Regs.Bytes(x.Reg)
		if !ok || at+int64(len(data)) > int64(len(old)) {
			return fmt.Errorf("it is in register %d, which this frame does not have", x.Reg)
		}
		reg := append([]byte(nil), old...)
		copy(reg[at:], data)
		return env.SetReg(x.Reg, reg)
	case x.Kind == expr.Missing:
		return missing(x)
	default:
		return errors.New("it is a value without a place in the program")
	}
}
