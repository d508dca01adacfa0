package expr

import (
	"errors"
	"math"
)

// BaseType is what a typed operation needs of a base type.
type BaseType struct {
	Size     int // bytes
	Encoding int // DW_ATE_...
}

// value is a stack entry: bits of the generic type (an address-sized integer)
// when typ is nil, else of a base type.
type value struct {
	bits uint64
	typ  *BaseType
}

// Encodings that matter here.
const (
	ateBoolean  = 2
	ateFloat    = 4
	ateSigned   = 5
	ateSChar    = 6
	ateUnsigned = 7
)

func (v value) isFloat() bool { return v.typ != nil && v.typ.Encoding == ateFloat }

func (v value) float() float64 {
	if v.typ.Size == 4 {
		return float64(math.Float32frombits(uint32(v.bits)))
	}
	return math.Float64frombits(v.bits)
}

func floatValue(f float64, t *BaseType) value {
	if t.Size == 4 {
		return value{uint64(math.Float32bits(float32(f))), t}
	}
	return value{math.Float64bits(f), t}
}

// signed is the value as a signed integer of its size.
func (v value) signed(ptr int) int64 {
	shift := 64 - 8*uint(v.size(ptr))
	return int64(v.bits<<shift) >> shift
}

func (v value) size(ptr int) int {
	if v.typ != nil {
		return v.typ.Size
	}
	return ptr
}

// cut drops bits beyond the value's size.
func (v value) cut(ptr int) value {
	shift := 64 - 8*uint(v.size(ptr))
	v.bits = v.bits << shift >> shift
	return v
}

func (v value) isSigned() bool {
	return v.typ == nil || v.typ.Encoding == ateSigned || v.typ.Encoding == ateSChar
}

// check refuses base types that a 64-bit machine word cannot hold.
func (t BaseType) check() error {
	switch {
	case t.Size < 1 || t.Size > 8:
		return errors.New("base type does not fit into 64 bits")
	case t.Encoding == ateFloat && t.Size != 4 && t.Size != 8:
		return errors.New("floating point type of an unknown size")
	}
	return nil
}

// convert is v as a value of type t (nil: generic).
func (v value) convert(t *BaseType, ptr int) value {
	switch {
	case t != nil && t.Encoding == ateFloat:
		if v.isFloat() {
			return floatValue(v.float(), t)
		}
		if v.isSigned() {
			return floatValue(float64(v.signed(ptr)), t)
		}
		return floatValue(float64(v.bits), t)
	case v.isFloat():
		return value{uint64(int64(v.float())), t}.cut(ptr)
	case v.isSigned():
		return value{uint64(v.signed(ptr)), t}.cut(ptr)
	}
	return value{v.bits, t}.cut(ptr)
}

var errIntegers = errors.New("integer operation on floating point values")

var errDivide = errors.New("division by zero")

// arith applies a binary operation. Both values have the same type.
func arith(op uint8, a, b value, ptr int) (value, error) {
	if a.isFloat() || b.isFloat() {
		return floatArith(op, a, b)
	}
	r := value{typ: a.typ}
	shift := b.bits
	switch op {
	case opAnd:
		r.bits = a.bits & b.bits
	case opOr:
		r.bits = a.bits | b.bits
	case opXor:
		r.bits = a.bits ^ b.bits
	case opPlus:
		r.bits = a.bits + b.bits
	case opMinus:
		r.bits = a.bits - b.bits
	case opMul:
		r.bits = a.bits * b.bits
	case opDiv, opMod:
		return divide(op, a, b, ptr)
	case opShl:
		r.bits = a.bits << min(shift, 64)
	case opShr:
		r.bits = a.bits >> min(shift, 64)
	case opShra:
		r.bits = uint64(a.signed(ptr) >> min(shift, 63))
	}
	return r.cut(ptr), nil
}

// divide follows the standard: generic values divide as signed integers, but
// their remainder is unsigned.
func divide(op uint8, a, b value, ptr int) (value, error) {
	if b.bits == 0 {
		return value{}, errDivide
	}
	r := value{typ: a.typ}
	signed := a.isSigned()
	switch {
	case op == opDiv && signed:
		r.bits = uint64(a.signed(ptr) / b.signed(ptr))
	case op == opDiv:
		r.bits = a.bits / b.bits
	case signed && a.typ != nil:
		r.bits = uint64(a.signed(ptr) % b.signed(ptr))
	default:
		r.bits = a.bits % b.bits
	}
	return r.cut(ptr), nil
}

func floatArith(op uint8, a, b value) (value, error) {
	if !a.isFloat() || !b.isFloat() {
		return value{}, errIntegers
	}
	x, y := a.float(), b.float()
	switch op {
	case opPlus:
		return floatValue(x+y, a.typ), nil
	case opMinus:
		return floatValue(x-y, a.typ), nil
	case opMul:
		return floatValue(x*y, a.typ), nil
	case opDiv:
		return floatValue(x/y, a.typ), nil
	}
	return value{}, errIntegers
}

// compare gives -1, 0 or 1; 2 when they have no order (NaN).
func compare(a, b value, ptr int) int {
	switch {
	case a.isFloat():
		x, y := a.float(), b.float()
		switch {
		case x < y:
			return -1
		case x > y:
			return 1
		case x == y:
			return 0
		}
		return 2
	case a.isSigned():
		return order(a.signed(ptr), b.signed(ptr))
	}
	return order(a.bits, b.bits)
}

func order[T int64 | uint64](x, y T) int {
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}
