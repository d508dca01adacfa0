package expr

import (
	"fmt"
	"go/constant"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/target"
)

// operand is a value during evaluation: an untyped constant (c), nil (isNil), a
// number, bool or string that was computed or loaded (class and its fields), or
// something that is looked at when an operator needs it (mem and at).
type operand struct {
	// typ is nil for untyped constants and nil.
	typ *symbol.Type
	c   constant.Value
	// isNil is the predeclared nil.
	isNil bool

	class  class
	size   int // bytes
	bits   uint64
	re, im float64
	str    string

	// mem holds the operand at address at; it is nil if the operand was
	// computed. fake marks a mem that is not the process's: registers, pieces.
	mem  target.Memory
	at   addr.Addr
	fake bool

	// v is the variable itself, when the operand is no part of one.
	v *symbol.Var
	// fn is set for functions and methods named in the expression.
	fn *boundFunc
	// label is how the operand is called if not by the source text.
	label string
}

// untyped tells whether o is a constant without a type.
func (o operand) untyped() bool { return o.c != nil && o.typ == nil }

func untypedConst(c constant.Value) operand { return operand{c: c} }

func untypedBool(b bool) operand { return operand{c: constant.MakeBool(b)} }

// typeName is for error messages.
func (o operand) typeName() string {
	switch {
	case o.isNil:
		return "nil"
	case o.fn != nil:
		return "func"
	case o.typ != nil:
		return o.typ.Name()
	case o.c != nil:
		return constKindName(o.c)
	}
	return "unknown type"
}

// scalar loads o if it is in memory and has a scalar class.
func (o operand) scalar() (operand, error) {
	if o.class != classNone || o.c != nil || o.isNil || o.mem == nil {
		return o, nil
	}
	cl, size := classOf(o.typ)
	if cl == classNone {
		return o, nil
	}
	return load(o, cl, size)
}

// constant is the exact value of a scalar, for comparisons with constants that
// its type cannot hold.
func (o operand) constant() constant.Value {
	if o.c != nil {
		return o.c
	}
	switch o.class {
	case classBool:
		return constant.MakeBool(o.bits != 0)
	case classInt:
		return constant.MakeInt64(int64(o.bits))
	case classUint:
		return constant.MakeUint64(o.bits)
	case classFloat:
		return constant.MakeFloat64(o.re)
	case classComplex:
		return constant.BinaryOp(constant.MakeFloat64(o.re), addToken, constant.MakeImag(constant.MakeFloat64(o.im)))
	case classString:
		return constant.MakeString(o.str)
	}
	return constant.MakeUnknown()
}

// boolean is the truth of an operand.
func (o operand) boolean() (bool, error) {
	o, err := o.scalar()
	if err != nil {
		return false, err
	}
	switch {
	case o.c != nil && o.c.Kind() == constant.Bool:
		return constant.BoolVal(o.c), nil
	case o.class == classBool:
		return o.bits != 0, nil
	}
	return false, fmt.Errorf("should be boolean not %s", o.typeName())
}

// integer is an operand as an index, count or length.
func (o operand) integer() (int64, error) {
	o, err := o.scalar()
	if err != nil {
		return 0, err
	}
	switch {
	case o.c != nil && isNumber(o.c):
		i := constant.ToInt(o.c)
		if v, ok := constant.Int64Val(i); ok && i.Kind() == constant.Int {
			return v, nil
		}
		return 0, fmt.Errorf("%s is not an integer that fits", o.c)
	case o.class == classInt:
		return int64(o.bits), nil
	case o.class == classUint:
		if int64(o.bits) < 0 {
			return 0, fmt.Errorf("%d is too large", o.bits)
		}
		return int64(o.bits), nil
	}
	return 0, fmt.Errorf("an integer is needed, not %s", o.typeName())
}
