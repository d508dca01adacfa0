package expr

import (
	"encoding/binary"
	"fmt"

	"github.com/tinydbg/tinydbg/internal/addr"
)

// location executes operations that state a location or end a piece.
func (m *machine) location(op uint8) bool {
	switch op {
	case opRegx:
		m.state(Piece{Kind: InRegister, Reg: int(min(m.Uleb(), 1<<20))})
	case opImplicitValue:
		m.state(Piece{Kind: Literal, Bytes: m.Bytes(m.Uleb())})
	case opStackValue:
		v := m.pop()
		m.state(Piece{Kind: Literal, Bytes: literal(v, m.ptr)})
	case opImplicitPointer, opGNUImplicitPointer:
		p := Pointee{Entry: uint64(m.U32()), Offset: m.Sleb()}
		m.state(Piece{Kind: Missing, Pointee: &p, Why: "optimized out: it points to a variable that is no longer in memory"})
	case opPiece:
		m.piece(Piece{Size: m.Uleb()})
	case opBitPiece:
		bits := m.Uleb()
		m.piece(Piece{Size: bits/8 + min(bits%8, 1), BitSize: bits, BitOffset: m.Uleb()})
	default:
		return false
	}
	return true
}

func literal(v value, ptr int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, v.bits)
	return b[:v.size(ptr)]
}

// piece ends a piece of the sizes given: what stands now is where it is.
func (m *machine) piece(sizes Piece) {
	if len(m.pieces) == maxPieces {
		m.fail("more than %d pieces", maxPieces)
		return
	}
	p := m.take()
	p.Size, p.BitSize, p.BitOffset = sizes.Size, sizes.BitSize, sizes.BitOffset
	m.pieces = append(m.pieces, p)
}

// typed executes operations on values of base types.
func (m *machine) typed(op uint8) bool {
	switch op {
	case opConstType, opGNUConstType:
		t := m.baseType(m.Uleb())
		b := m.Bytes(uint64(m.U8()))
		m.pushTyped(number(b), t)
	case opRegvalType, opGNURegvalType:
		n := int(min(m.Uleb(), 1<<20))
		t := m.baseType(m.Uleb())
		v, err := m.register(n)
		m.failWith(err)
		m.pushTyped(v, t)
	case opDerefType, opGNUDerefType:
		size := int(m.U8())
		t := m.baseType(m.Uleb())
		m.pushTyped(m.read(m.pop().bits, size), t)
	case opConvert, opGNUConvert:
		t := m.typeOrGeneric()
		v := m.pop()
		if m.err == nil {
			m.pushValue(v.convert(t, m.ptr))
		}
	case opReinterpret, opGNUReinterpret:
		t := m.typeOrGeneric()
		m.pushTyped(m.pop().bits, t)
	default:
		return false
	}
	return true
}

// pushTyped pushes nothing after an error, when t may be unknown.
func (m *machine) pushTyped(bits uint64, t *BaseType) {
	if m.err == nil && m.Err() == nil {
		m.pushValue(value{bits, t}.cut(m.ptr))
	}
}

func (m *machine) typeOrGeneric() *BaseType {
	off := m.Uleb()
	if off == 0 {
		return nil
	}
	return m.baseType(off)
}

func (m *machine) baseType(off uint64) *BaseType {
	if m.ctx.Unit == nil {
		m.fail("base type at %#x: there is no unit here", off)
		return nil
	}
	t, err := m.ctx.Unit.BaseType(off)
	if err == nil {
		err = t.check()
	}
	if err != nil {
		m.failWith(fmt.Errorf("base type at %#x of the unit: %w", off, err))
		return nil
	}
	return &t
}

// Indirect is the expression for what a pointer points to, given the expression
// for where the pointer is. It fails for a pointer split into pieces.
func Indirect(code []byte) ([]byte, error) {
	if len(code) == 0 {
		return nil, ErrOptimizedOut
	}
	op := code[0]
	switch {
	case op >= opReg0 && op <= opReg31 && len(code) == 1:
		return []byte{op - opReg0 + opBreg0, 0}, nil
	case op >= opReg0 && op <= opReg31, op == opRegx, op == opImplicitValue:
		return nil, fmt.Errorf("DWARF expression % x: not a place for a pointer", clip(code))
	}
	if code[len(code)-1] == opStackValue {
		return code[: len(code)-1 : len(code)-1], nil
	}
	out := make([]byte, len(code), len(code)+1)
	copy(out, code)
	return append(out, opDeref), nil
}

// AddrOf is the expression that states file address a.
func AddrOf(a addr.FileAddr, ptrSize int, order binary.ByteOrder) []byte {
	code := make([]byte, 1+ptrSize)
	code[0] = opAddr
	if ptrSize == 4 {
		order.PutUint32(code[1:], uint32(a))
		return code
	}
	order.PutUint64(code[1:], uint64(a))
	return code
}

// Const is the expression for a literal.
func Const(value []byte) []byte {
	n := binary.AppendUvarint([]byte{opImplicitValue}, uint64(len(value)))
	return append(n, value...)
}
