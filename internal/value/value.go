// Package value reads typed values from the memory and registers of a process.
//
// A [Value] is a type and a place. Nothing is read before it is asked for:
// Field, Index, Deref and the like make further values, Int, Text and Len read.
// [Value.ToAPI] reads a whole tree, within the limits of a LoadConfig. What
// cannot be read keeps its error, so that the rest stays useful: a struct with
// one field that was optimised out is still a struct.
//
// Reads go through Env.Mem, which should be a cache for the stop (package
// pagecache): values read field by field.
package value

import (
	"encoding/binary"
	"errors"
	"fmt"
	"go/constant"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/goruntime"
	"github.com/tinydbg/tinydbg/internal/image"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/target"
)

// LoadConfig limits how much of a value ToAPI reads.
type LoadConfig = api.LoadConfig

// Env is the world that values are in: one stop of one process, and for values
// in registers one frame.
type Env struct {
	Mem target.Memory
	// Runtime is nil for processes without Go.
	Runtime *goruntime.Runtime
	// Set names the functions that C's pointers point to; nil leaves them
	// nameless.
	Set *image.Set
	// Formatters are templates for the texts of types, by name, before those
	// that are built in (see format.go).
	Formatters map[string]string
	// Order is the byte order; nil means little endian.
	Order binary.ByteOrder
	// PtrSize is the size of an address in bytes; 0 means 8.
	PtrSize int
	// Regs reads registers by DWARF number; nil when there are none.
	Regs Registers
	// SetReg writes a whole register of the frame. nil makes values in
	// registers read-only.
	SetReg func(dwarf int, value []byte) error
}

// Registers gives a register's bytes, little endian, by DWARF number; arch.Regs
// is one.
type Registers interface {
	Bytes(dwarf int) ([]byte, bool)
}

func (e *Env) order() binary.ByteOrder {
	if e.Order == nil {
		return binary.LittleEndian
	}
	return e.Order
}

func (e *Env) ptrSize() int {
	if e.PtrSize == 0 {
		return 8
	}
	return e.PtrSize
}

// Value is a value of the program: a variable, a part of one, or the result of
// an expression.
type Value struct {
	// Name is that of the variable, field or expression.
	Name string
	// Type is nil for untyped constants and untyped nil.
	Type *symbol.Type
	// Const is the value of a constant that has no place in the program.
	Const constant.Value
	// Err says why the value cannot be read, wherever it is.
	Err error

	Flags api.VariableFlags
	// from is the variable whose value it is at fromPC, nil for others.
	from   *symbol.Var
	fromPC addr.FileAddr
	// DeclLine is the line of its declaration, 0 if not known.
	DeclLine int

	env *Env
	at  place
	// parts make up a struct or array that is in no place, see OfParts.
	parts []*Value
	// seq stands for slices whose type the program does not have.
	seq *sequence
	// asserted is the interface that it was before an assertion to an interface type.
	asserted *Value
	// typeText is the runtime's name of a type that debug information lacks.
	typeText string
	// addressOf marks the result of AddressOf: what it points to is not shown.
	addressOf bool
}

// New is the value of type t at a.
func New(env *Env, name string, t *symbol.Type, a addr.Addr) *Value {
	return &Value{Name: name, Type: t, env: env, at: inMemory(a)}
}

// OfBytes is a value that is in no place: its bytes are data, in the order of
// the process.
func OfBytes(env *Env, name string, t *symbol.Type, data []byte) *Value {
	return &Value{Name: name, Type: t, env: env, at: literal(data)}
}

// OfUint is a value of an integer, pointer or bool type, with the bits of n.
func OfUint(env *Env, name string, t *symbol.Type, n uint64) *Value {
	word := make([]byte, max(8, int(t.Size())))
	env.order().PutUint64(word, n)
	return OfBytes(env, name, t, word[:t.Size()])
}

// OfConst is an untyped constant, or one of type t.
func OfConst(env *Env, name string, t *symbol.Type, c constant.Value) *Value {
	return &Value{Name: name, Type: t, Const: c, env: env, Flags: api.VariableConstant}
}

// Nil is the untyped nil.
func Nil(env *Env) *Value { return &Value{Name: "nil", env: env} }

// Unreadable stands for a value that cannot be had, for the reason of err.
func Unreadable(env *Env, name string, t *symbol.Type, err error) *Value {
	return &Value{Name: name, Type: t, Err: err, env: env}
}

// Env is the world the value is in.
func (v *Value) Env() *Env { return v.env }

// IsNil tells the untyped nil.
func (v *Value) IsNil() bool { return v.Type == nil && v.Const == nil && v.Err == nil && v.seq == nil }

// Kind is the kind of its type; Invalid for untyped constants and nil.
func (v *Value) Kind() symbol.Kind {
	switch {
	case v.seq != nil:
		return symbol.Slice
	case v.Type == nil:
		return symbol.Invalid
	default:
		return v.Type.Kind()
	}
}

// TypeName is the name of its type, "" for untyped constants and nil.
func (v *Value) TypeName() string {
	switch {
	case v.seq != nil:
		return "[]" + v.seq.elem.Name()
	case v.Type == nil:
		return v.typeText
	default:
		return v.Type.Name()
	}
}

// Addr is where the value is in memory; ok is false when it is not, or not in
// one piece.
func (v *Value) Addr() (a addr.Addr, ok bool) { return v.at.address() }

// Bytes is the whole value as it is in memory. It is for values of moderate
// size: an error is returned beyond MaxBytes.
func (v *Value) Bytes() ([]byte, error) {
	if v.Type == nil {
		return nil, errors.New("an untyped value has no bytes")
	}
	if v.Type.Size() > MaxBytes || v.Type.Size() < 0 {
		return nil, fmt.Errorf("%s is too large: %d bytes", v.Type.Name(), v.Type.Size())
	}
	return v.read(0, int(v.Type.Size()))
}

// MaxBytes is the size of the largest value that Bytes reads at once.
const MaxBytes = 1 << 20

// read reads n bytes at off of the value.
func (v *Value) read(off int64, n int) ([]byte, error) {
	if v.Err != nil {
		return nil, v.Err
	}
	if v.parts == nil {
		return v.at.read(v.env, off, n)
	}
	whole, err := v.assemble()
	if err != nil {
		return nil, err
	}
	if off < 0 || off+int64(n) > int64(len(whole)) {
		return nil, fmt.Errorf("a %s has no bytes %d to %d", v.TypeName(), off, off+int64(n))
	}
	return whole[off : off+int64(n)], nil
}

// part is the value of type t at off of v.
func (v *Value) part(name string, t *symbol.Type, off int64) *Value {
	p := &Value{Name: name, Type: t, env: v.env, Err: v.Err, at: v.at.shift(off)}
	p.Flags = v.Flags & api.VariableFakeAddress
	return p
}

// word reads a pointer-sized integer at off of the value.
func (v *Value) word(off int64) (uint64, error) {
	b, err := v.read(off, v.env.ptrSize())
	if err != nil {
		return 0, err
	}
	return number(v.env.order(), b), nil
}

// number is an unsigned integer of 1, 2, 4 or 8 bytes; other lengths count as
// if extended with zeros, or cut.
func number(order binary.ByteOrder, b []byte) uint64 {
	switch len(b) {
	case 1:
		return uint64(b[0])
	case 2:
		return uint64(order.Uint16(b))
	case 4:
		return uint64(order.Uint32(b))
	}
	var word [8]byte
	copy(word[:], b)
	return order.Uint64(word[:])
}

// typeName is t's name, for messages.
func typeName(t *symbol.Type) string {
	if t == nil {
		return "untyped"
	}
	return t.Name()
}
