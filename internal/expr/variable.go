package expr

import (
	"errors"
	"fmt"
	"go/ast"

	"github.com/tinydbg/tinydbg/internal/addr"
	dwarfexpr "github.com/tinydbg/tinydbg/internal/dwarf/expr"
	"github.com/tinydbg/tinydbg/internal/image"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/target"
)

// varNode is a variable of the program.
type varNode struct {
	at ast.Node
	e  *Expr
	v  *symbol.Var
	im *image.Image
	// typ and fixed are known when the node was made: the type unless it
	// depends on type arguments, and the place when it is at a constant
	// distance from the CFA.
	typ    *symbol.Type
	fixed  bool
	offset int64
}

func (c *compiler) variable(at ast.Node, v *symbol.Var, im *image.Image) (node, error) {
	t, err := v.Type()
	if err != nil {
		return nil, err
	}
	n := &varNode{at: at, e: c.e, v: v, im: im, typ: t}
	if v.Kind == symbol.Global || im != c.site.Image {
		return n, nil
	}
	if loc, err := v.Location(c.site.PC); err == nil {
		base, err := im.File.FrameBase(c.site.PC)
		n.offset, n.fixed = cfaOffset(loc, base)
		n.fixed = n.fixed && err == nil
	}
	return n, nil
}

// Operations of DWARF 5, section 7.7.1.
const (
	opFbreg        = 0x91
	opCallFrameCFA = 0x9c
)

// cfaOffset recognises the location of nearly all Go variables: a constant
// distance from a frame base that is the CFA. The general way costs several
// times the rest of a condition.
func cfaOffset(loc, base []byte) (int64, bool) {
	if len(base) != 1 || base[0] != opCallFrameCFA {
		return 0, false
	}
	if len(loc) == 1 && loc[0] == opCallFrameCFA {
		return 0, true
	}
	if len(loc) < 2 || loc[0] != opFbreg {
		return 0, false
	}
	var v int64
	for i, b := range loc[1:] {
		if i > 8 {
			return 0, false
		}
		v |= int64(b&0x7f) << (7 * i)
		if b&0x80 != 0 {
			continue
		}
		if b&0x40 != 0 {
			v |= -1 << (7 * (i + 1))
		}
		return v, i+2 == len(loc)
	}
	return 0, false
}

func (n *varNode) eval(m *machine) (operand, error) {
	o := operand{typ: n.typ, mem: m.Mem, v: n.v}
	if n.fixed && m.CFA != 0 {
		o.at = m.CFA + addr.Addr(n.offset)
	} else if err := n.locate(m, &o); err != nil {
		return o, n.e.wrap(n.at, err)
	}
	if _, shaped := n.typ.DictIndex(); shaped {
		t, err := m.instantiate(n.typ)
		if err != nil {
			return o, n.e.wrap(n.at, err)
		}
		o.typ = t
	}
	return o, nil
}

// locate finds a variable by its location expression.
func (n *varNode) locate(m *machine, o *operand) error {
	ctx := dwarfexpr.Context{
		Regs: m.Regs, Mem: m.Mem, CFA: m.CFA, Bias: n.im.Bias,
		PtrSize: n.im.File.PtrSize(), Order: n.im.File.ByteOrder(),
	}
	pieces, err := n.v.Pieces(m.prog.site.PC, ctx)
	if err != nil {
		return fmt.Errorf("%s: %w", n.v.Name, err)
	}
	if len(pieces) == 1 && pieces[0].Kind == dwarfexpr.InMemory {
		o.at = pieces[0].Addr
		return nil
	}
	o.mem, o.fake = &pieceMemory{name: n.v.Name, pieces: pieces, sc: m.Scope, size: uint64(n.typ.Size())}, true
	return nil
}

// pieceMemory shows a variable that is not in one place as memory from address
// 0 on.
type pieceMemory struct {
	name   string
	pieces []dwarfexpr.Piece
	sc     *Scope
	size   uint64
}

func (p *pieceMemory) under() target.Memory { return p.sc.Mem }

// ReadMemory implements target.Memory.
func (p *pieceMemory) ReadMemory(buf []byte, a addr.Addr) (int, error) {
	n := 0
	err := p.each(uint64(a), len(buf), func(piece *dwarfexpr.Piece, off uint64, lo, hi int) error {
		data, err := p.read(piece, off, hi-lo)
		if err == nil {
			n += copy(buf[lo:hi], data)
		}
		return err
	})
	return n, err
}

// each calls f for the pieces that bytes a to a+n are in: bytes lo to hi of the
// request begin at offset off of the piece.
func (p *pieceMemory) each(a uint64, n int, f func(piece *dwarfexpr.Piece, off uint64, lo, hi int) error) error {
	start, done := uint64(0), 0
	for i := range p.pieces {
		piece := &p.pieces[i]
		size := piece.Size
		if size == 0 {
			size = p.size
		}
		if piece.BitSize != 0 {
			return fmt.Errorf("%s: pieces of bits cannot be read", p.name)
		}
		if at := a + uint64(done); at >= start && at < start+size && done < n {
			take := int(min(start+size-at, uint64(n-done)))
			if err := f(piece, at-start, done, done+take); err != nil {
				return err
			}
			done += take
		}
		start += size
	}
	if done < n {
		return fmt.Errorf("%s: %d bytes at offset %d are beyond its %d bytes", p.name, n, a, start)
	}
	return nil
}

func (p *pieceMemory) read(piece *dwarfexpr.Piece, off uint64, n int) ([]byte, error) {
	data := make([]byte, n)
	switch piece.Kind {
	case dwarfexpr.InMemory:
		return data, readFull(p.sc.Mem, data, piece.Addr+addr.Addr(off))
	case dwarfexpr.InRegister:
		reg, err := p.register(piece.Reg)
		if err != nil {
			return nil, err
		}
		if off < uint64(len(reg)) {
			copy(data, reg[off:])
		}
		return data, nil
	case dwarfexpr.Literal:
		if off < uint64(len(piece.Bytes)) {
			copy(data, piece.Bytes[off:])
		}
		return data, nil
	}
	return nil, fmt.Errorf("%s: %s", p.name, piece.Why)
}

func (p *pieceMemory) register(n int) ([]byte, error) {
	if p.sc.Regs == nil {
		return nil, fmt.Errorf("%s is in a register, and the frame's registers are not known", p.name)
	}
	b, ok := p.sc.Regs.Bytes(n)
	if !ok {
		return nil, fmt.Errorf("%s is in register %d, which was not saved in this frame", p.name, n)
	}
	return b, nil
}

// WriteMemory implements target.Memory.
func (p *pieceMemory) WriteMemory(a addr.Addr, data []byte) (int, error) {
	err := p.each(uint64(a), len(data), func(piece *dwarfexpr.Piece, off uint64, lo, hi int) error {
		switch piece.Kind {
		case dwarfexpr.InMemory:
			_, err := p.sc.Mem.WriteMemory(piece.Addr+addr.Addr(off), data[lo:hi])
			return err
		case dwarfexpr.InRegister:
			return p.writeRegister(piece.Reg, off, data[lo:hi])
		}
		return fmt.Errorf("%s can not be set: the compiler kept it nowhere", p.name)
	})
	return len(data), err
}

func (p *pieceMemory) writeRegister(n int, off uint64, data []byte) error {
	if p.sc.SetRegister == nil {
		return fmt.Errorf("%s is in a register that can not be set in this frame", p.name)
	}
	reg, err := p.register(n)
	if err != nil {
		return err
	}
	if off+uint64(len(data)) > uint64(len(reg)) {
		return errors.New("value is larger than the register")
	}
	reg = append([]byte(nil), reg...)
	copy(reg[off:], data)
	return p.sc.SetRegister(n, reg)
}
