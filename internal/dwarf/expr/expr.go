// Package expr evaluates DWARF expressions: the little programs by which debug
// information says where a variable is, or how a caller's register is recovered.
//
// [Eval] turns an expression into pieces. A piece is in memory, in a register,
// a literal, or missing with a reason; a variable that was split over registers
// has several. [Value] is for the expressions of unwind tables and frame bases,
// whose result is a number.
package expr

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/dwarf/buf"
)

// Memory reads the memory of the process; target.Memory is one.
type Memory interface {
	ReadMemory(buf []byte, a addr.Addr) (int, error)
}

// Registers gives a register's bytes, little endian, by DWARF number; arch.Regs
// is one.
type Registers interface {
	Bytes(dwarf int) ([]byte, bool)
}

// Unit answers what an expression may ask about the compilation unit it stands
// in. A nil Unit makes such expressions fail.
type Unit interface {
	// Addrx is entry i of the unit's part of .debug_addr, a file address.
	Addrx(i uint64) (uint64, error)
	// BaseType is the base type at offset off of the unit.
	BaseType(off uint64) (BaseType, error)
}

// Context is the world an expression is evaluated in. Everything may be left
// out: an expression that needs what is missing gives an error naming it.
type Context struct {
	Regs Registers
	Mem  Memory
	Unit Unit
	// CFA is the canonical frame address; 0 means it is not known.
	CFA addr.Addr
	// FrameBase gives the base of DW_OP_fbreg.
	FrameBase func() (addr.Addr, error)
	// Bias is added to addresses that the expression states.
	Bias addr.Bias
	// TLS gives the address of the thread-local variable at offset off of the
	// file's thread-local block.
	TLS func(off uint64) (addr.Addr, error)
	// Entry gives the value that e had when the function was entered.
	Entry func(e []byte) (uint64, error)
	// Object is what DW_OP_push_object_address pushes; 0: not known.
	Object addr.Addr
	// PtrSize is the size of an address in bytes; 0 means 8.
	PtrSize int
	// Order is the byte order; nil means little endian.
	Order binary.ByteOrder
}

// Kind tells where a piece is.
type Kind int

// Kinds of piece.
const (
	// Missing: the compiler kept it nowhere, or it cannot be found; Why says which.
	Missing Kind = iota
	// InMemory: at Addr.
	InMemory
	// InRegister: in register Reg, from its low end.
	InRegister
	// Literal: the value is Bytes, it has no place.
	Literal
)

// Piece is a part of a value.
type Piece struct {
	Kind Kind
	Addr addr.Addr
	Reg  int
	// Bytes is a literal's value, little endian. It may be longer or shorter
	// than the piece: cut it, or extend it with zeros.
	Bytes []byte
	// Size of the piece in bytes; 0 in a single piece means the whole value.
	Size uint64
	// BitSize and BitOffset describe a piece of bits (DW_OP_bit_piece); BitSize
	// is 0 for pieces of whole bytes.
	BitSize, BitOffset uint64
	// Why is the reason for a missing piece.
	Why string
	// Pointee is set in a missing piece that is a pointer to something that was
	// optimised away but can be described itself (DW_OP_implicit_pointer).
	Pointee *Pointee
}

// Pointee is what an implicit pointer would point to.
type Pointee struct {
	Entry  uint64 // offset in .debug_info of the variable's entry
	Offset int64  // bytes into that variable
}

// ErrOptimizedOut is the error for an empty expression.
var ErrOptimizedOut = errors.New("optimized out: the compiler kept it neither in memory nor in a register")

const (
	maxSteps  = 10000
	maxStack  = 1000
	maxPieces = 1000
	maxDepth  = 8
)

// Eval evaluates a location expression. An empty one gives a missing piece.
// The error is about an expression that makes no sense or asks for what the
// context lacks; a read that failed is wrapped.
func Eval(code []byte, ctx *Context) ([]Piece, error) {
	if a, ok := usual(code, ctx); ok {
		return []Piece{{Kind: InMemory, Addr: addr.Addr(a)}}, nil
	}
	m := newMachine(code, ctx)
	if err := m.run(); err != nil {
		return nil, inExpression(code, err)
	}
	if len(m.pieces) > 0 {
		return m.pieces, nil
	}
	p := m.take()
	return []Piece{p}, nil
}

// Value evaluates an expression whose result is the number left on the stack.
// initial is on the stack at the beginning.
func Value(code []byte, ctx *Context, initial ...uint64) (uint64, error) {
	if a, ok := usual(code, ctx); ok && len(initial) == 0 {
		return a, nil
	}
	m := newMachine(code, ctx)
	for _, v := range initial {
		m.push(v)
	}
	if err := m.run(); err != nil {
		return 0, inExpression(code, err)
	}
	switch p := m.take(); {
	case len(m.pieces) > 0:
		return 0, fmt.Errorf("DWARF expression % x describes pieces, not a number", clip(code))
	case p.Kind == InMemory:
		return uint64(p.Addr), nil
	case p.Kind == InRegister:
		return m.register(p.Reg)
	case p.Kind == Literal:
		return number(p.Bytes), nil
	default:
		return 0, errors.New(p.Why)
	}
}

func clip(code []byte) []byte { return code[:min(len(code), 32)] }

// number is the integer that little endian bytes are the beginning of.
func number(b []byte) uint64 {
	var word [8]byte
	copy(word[:], b)
	return binary.LittleEndian.Uint64(word[:])
}

// machine is one evaluation.
type machine struct {
	ctx *Context
	buf.Reader
	size   uint64
	ptr    int
	order  binary.ByteOrder
	stack  []value
	pieces []Piece
	// loc is a location stated by an operation (register, literal, missing)
	// that the next piece, or the end, takes.
	loc *Piece
	err error
}

func newMachine(code []byte, ctx *Context) *machine {
	m := &machine{ctx: ctx, size: uint64(len(code)), ptr: ctx.PtrSize, order: ctx.Order}
	if m.ptr == 0 {
		m.ptr = 8
	}
	if m.order == nil {
		m.order = binary.LittleEndian
	}
	m.Reader = buf.New("DWARF expression", code, 0, m.order)
	m.stack = make([]value, 0, 8)
	return m
}

func (m *machine) run() error {
	for steps := 0; m.Len() > 0; steps++ {
		if steps == maxSteps {
			return fmt.Errorf("no end after %d operations", maxSteps)
		}
		at := m.Off()
		op := m.U8()
		m.step(op)
		if m.err == nil {
			m.err = m.Err()
		}
		if m.err != nil {
			return fmt.Errorf("operation %#x at %d: %w", op, at, m.err)
		}
	}
	return m.Err()
}

// take is the location as it stands now; it begins the next one.
func (m *machine) take() Piece {
	if m.loc != nil {
		p := *m.loc
		m.loc = nil
		return p
	}
	if len(m.stack) == 0 {
		return Piece{Kind: Missing, Why: ErrOptimizedOut.Error()}
	}
	top := m.stack[len(m.stack)-1]
	m.stack = m.stack[:len(m.stack)-1]
	return Piece{Kind: InMemory, Addr: addr.Addr(top.bits)}
}

func (m *machine) fail(format string, args ...any) {
	if m.err == nil {
		m.err = fmt.Errorf(format, args...)
	}
}

func (m *machine) failWith(err error) {
	if m.err == nil {
		m.err = err
	}
}

func (m *machine) register(n int) (uint64, error) {
	if m.ctx.Regs == nil {
		return 0, fmt.Errorf("register %d is not known: there are no registers here", n)
	}
	b, ok := m.ctx.Regs.Bytes(n)
	if !ok {
		return 0, fmt.Errorf("register %d was not saved in this frame", n)
	}
	return number(b), nil
}

func (m *machine) read(a uint64, size int) uint64 {
	if size < 1 || size > 8 {
		m.fail("read of %d bytes", size)
		return 0
	}
	if m.ctx.Mem == nil {
		m.fail("read of memory at %#x: there is no memory here", a)
		return 0
	}
	var word [8]byte
	if _, err := m.ctx.Mem.ReadMemory(word[:size], addr.Addr(a)); err != nil {
		m.failWith(err)
		return 0
	}
	if m.order == binary.BigEndian {
		for i, j := 0, size-1; i < j; i, j = i+1, j-1 {
			word[i], word[j] = word[j], word[i]
		}
	}
	return binary.LittleEndian.Uint64(word[:])
}
