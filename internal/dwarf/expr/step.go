package expr

import (
	"errors"
	"fmt"

	"github.com/tinydbg/tinydbg/internal/addr"
)

// step executes one operation; its operands follow in the Reader.
func (m *machine) step(op uint8) {
	switch {
	case op >= opLit0 && op <= opLit31:
		m.push(uint64(op - opLit0))
	case op >= opReg0 && op <= opReg31:
		m.state(Piece{Kind: InRegister, Reg: int(op - opReg0)})
	case op >= opBreg0 && op <= opBreg31:
		m.pushRegister(uint64(op-opBreg0), m.Sleb())
	case op >= opConst1u && op <= opConsts:
		m.push(m.constant(op))
	case op >= opDup && op <= opRot:
		m.shuffle(op)
	case op == opAbs || op == opNeg || op == opNot || op == opPlusUconst:
		m.unary(op)
	case op >= opAnd && op <= opXor:
		m.binary(op)
	case op == opBra || op == opSkip:
		m.jump(op)
	case op >= opEq && op <= opNe:
		m.relation(op)
	case m.address(op), m.location(op), m.typed(op):
	default:
		m.refuse(op)
	}
}

func (m *machine) refuse(op uint8) {
	switch op {
	case opCall2, opCall4, opCallRef:
		m.fail("calls of another entry's expression are not understood")
	case opXderef, opXderefSize, opXderefType:
		m.fail("there is only one address space here")
	case opGNUParameterRef, opGNUVariableValue:
		m.fail("values of other entries are not understood")
	default:
		m.fail("unknown operation")
	}
}

func (m *machine) push(v uint64) { m.pushValue(value{bits: v}.cut(m.ptr)) }

func (m *machine) pushValue(v value) {
	if len(m.stack) == maxStack {
		m.fail("more than %d values on the stack", maxStack)
		return
	}
	m.stack = append(m.stack, v)
}

func (m *machine) pop() value {
	if len(m.stack) == 0 {
		m.fail("the stack is empty")
		return value{}
	}
	v := m.stack[len(m.stack)-1]
	m.stack = m.stack[:len(m.stack)-1]
	return v
}

// peek is the value n below the top.
func (m *machine) peek(n int) value {
	if n >= len(m.stack) {
		m.fail("the stack has only %d values", len(m.stack))
		return value{}
	}
	return m.stack[len(m.stack)-1-n]
}

// state makes p the current location.
func (m *machine) state(p Piece) {
	if m.loc != nil {
		m.fail("two locations without a piece between them")
		return
	}
	m.loc = &p
}

func (m *machine) pushRegister(n uint64, off int64) {
	v, err := m.register(int(min(n, 1<<20)))
	if err != nil {
		m.failWith(err)
		return
	}
	m.push(v + uint64(off))
}

func (m *machine) constant(op uint8) uint64 {
	switch op {
	case opConst1u:
		return uint64(m.U8())
	case opConst1s:
		return uint64(int8(m.U8()))
	case opConst2u:
		return uint64(m.U16())
	case opConst2s:
		return uint64(int16(m.U16()))
	case opConst4u:
		return uint64(m.U32())
	case opConst4s:
		return uint64(int32(m.U32()))
	case opConstu:
		return m.Uleb()
	case opConsts:
		return uint64(m.Sleb())
	}
	return m.U64()
}

func (m *machine) shuffle(op uint8) {
	switch op {
	case opDup:
		m.pushValue(m.peek(0))
	case opDrop:
		m.pop()
	case opOver:
		m.pushValue(m.peek(1))
	case opPick:
		m.pushValue(m.peek(int(m.U8())))
	case opSwap:
		b, a := m.pop(), m.pop()
		m.pushValue(b)
		m.pushValue(a)
	case opRot:
		c, b, a := m.pop(), m.pop(), m.pop()
		m.pushValue(c)
		m.pushValue(a)
		m.pushValue(b)
	}
}

func (m *machine) unary(op uint8) {
	v := m.pop()
	switch {
	case op == opPlusUconst:
		v.bits += m.Uleb()
	case op == opNot:
		v.bits = ^v.bits
	case v.isFloat() && (op == opNeg || v.float() < 0):
		v = floatValue(-v.float(), v.typ)
	case v.isFloat():
	case op == opNeg || v.signed(m.ptr) < 0 && v.isSigned():
		v.bits = -v.bits
	}
	m.pushValue(v.cut(m.ptr))
}

// operands pops two values of the same type; a shift's may differ.
func (m *machine) operands(mayDiffer bool) (a, b value) {
	b, a = m.pop(), m.pop()
	if same := a.typ == b.typ || a.typ != nil && b.typ != nil && *a.typ == *b.typ; !same && !mayDiffer {
		m.fail("operands of different types")
	}
	return a, b
}

func (m *machine) binary(op uint8) {
	a, b := m.operands(op == opShl || op == opShr || op == opShra)
	if m.err != nil {
		return
	}
	v, err := arith(op, a, b, m.ptr)
	if err != nil {
		m.failWith(err)
		return
	}
	m.pushValue(v)
}

func (m *machine) relation(op uint8) {
	a, b := m.operands(false)
	if m.err != nil {
		return
	}
	c := compare(a, b, m.ptr)
	var is bool
	switch op {
	case opEq:
		is = c == 0
	case opNe:
		is = c != 0
	case opLt:
		is = c == -1
	case opLe:
		is = c <= 0
	case opGt:
		is = c == 1
	case opGe:
		is = c == 0 || c == 1
	}
	if is {
		m.push(1)
	} else {
		m.push(0)
	}
}

func (m *machine) jump(op uint8) {
	off := int64(int16(m.U16()))
	if op == opBra && m.pop().bits == 0 || m.err != nil || m.Err() != nil {
		return
	}
	to := int64(m.Off()) + off
	if to < 0 || to > int64(m.size) {
		m.fail("jump to %d, outside the expression", to)
		return
	}
	m.Seek(uint64(to))
}

// address executes operations that push addresses or what is at them.
func (m *machine) address(op uint8) bool {
	switch op {
	case opAddr:
		m.push(uint64(m.ctx.Bias.Process(addr.FileAddr(m.Uint(m.ptr)))))
	case opAddrx, opGNUAddrIndex:
		m.push(uint64(m.ctx.Bias.Process(addr.FileAddr(m.indexed()))))
	case opConstx, opGNUConstIndex:
		m.push(m.indexed())
	case opBregx:
		n := m.Uleb()
		m.pushRegister(n, m.Sleb())
	case opFbreg:
		m.frameRelative(m.Sleb())
	case opCallFrameCFA:
		if m.ctx.CFA == 0 {
			m.fail("the frame's address is not known")
		}
		m.push(uint64(m.ctx.CFA))
	case opDeref:
		m.push(m.read(m.pop().bits, m.ptr))
	case opDerefSize:
		m.push(m.read(m.pop().bits, int(m.U8())))
	case opPushObjectAddress:
		if m.ctx.Object == 0 {
			m.fail("there is no object")
		}
		m.push(uint64(m.ctx.Object))
	case opFormTLSAddress, opGNUPushTLSAddress:
		m.threadLocal(m.pop().bits)
	case opEntryValue, opGNUEntryValue:
		m.entryValue(m.Bytes(m.Uleb()))
	case opNop, opGNUUninit:
	default:
		return false
	}
	return true
}

func (m *machine) indexed() uint64 {
	i := m.Uleb()
	if m.ctx.Unit == nil {
		m.fail("address %d of the unit's table: there is no unit here", i)
		return 0
	}
	v, err := m.ctx.Unit.Addrx(i)
	m.failWith(err)
	return v
}

func (m *machine) frameRelative(off int64) {
	if m.ctx.FrameBase == nil {
		m.fail("the frame's base is not known")
		return
	}
	base, err := m.ctx.FrameBase()
	if err != nil {
		m.failWith(fmt.Errorf("frame base: %w", err))
		return
	}
	m.push(uint64(base) + uint64(off))
}

func (m *machine) threadLocal(off uint64) {
	if m.ctx.TLS == nil {
		m.fail("thread-local storage cannot be found here")
		return
	}
	a, err := m.ctx.TLS(off)
	m.failWith(err)
	m.push(uint64(a))
}

func (m *machine) entryValue(code []byte) {
	switch {
	case len(code) == 0:
		m.fail("entry value of nothing")
		return
	case m.ctx.Entry == nil:
		m.failWith(&EntryError{errors.New("the caller is not known here")})
		return
	}
	v, err := m.ctx.Entry(code)
	if err != nil {
		m.failWith(entryError(err))
	}
	m.push(v)
}
