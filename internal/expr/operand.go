package expr

import (
	"fmt"
	"go/constant"

	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/value"
)

// operand is a value during evaluation. It is one of: an untyped constant (c),
// nil (isNil), a function (fn), a number, bool or string that was loaded or
// computed (class and its fields), or a value that is looked at when an operator
// needs it (val).
type operand struct {
	// typ is nil for untyped constants, nil, functions, and slices of a type
	// that the program does not have.
	typ *symbol.Type
	c   constant.Value
	// late is set for what will be a number of a type that it does not have yet.
	late *late
	// isNil is the predeclared nil.
	isNil bool
	// rune marks untyped constants that are runes if nothing gives them a type.
	rune bool
	fn   *boundFunc

	class  class
	size   int // bytes
	bits   uint64
	re, im float64
	str    string

	// val is nil if the operand was computed.
	val *value.Value
	// register marks the plain value of a register, called name.
	register bool
	name     string
	// declared is the type that the program gives an untyped constant.
	declared *symbol.Type
	// tuple are the results of a call, which only another call or the prompt
	// takes as they are; not nil for a call.
	tuple []operand
	// isConst marks typed constants.
	isConst bool
	// folded marks what was made of constants by a conversion: Go takes it for a
	// constant, which must not overflow.
	folded bool
	// length marks lengths, and what is computed of them and constants.
	length bool
	// parts are those of a composite literal; not nil for one.
	parts []operand
}

// of makes an operand of a value; what makes the value unreadable is an error.
func of(v *value.Value, err error) (operand, error) {
	if err == nil {
		err = v.Err
	}
	if err != nil {
		return operand{}, err
	}
	if v.Const != nil && v.Type == nil {
		return untypedConst(v.Const), nil
	}
	return operand{typ: v.Type, val: v}, nil
}

// untyped tells whether o is a constant without a type.
func (o operand) untyped() bool { return o.c != nil && o.typ == nil }

// defaultType is the name of the type that an untyped constant has where nothing
// gives it another.
func (o operand) defaultType() string {
	if o.rune && o.c.Kind() == constant.Int {
		return "int32"
	}
	return constKindName(o.c)
}

func untypedConst(c constant.Value) operand { return operand{c: c} }

func untypedBool(b bool) operand { return operand{c: constant.MakeBool(b)} }

// kind is the kind of o's type, Invalid if it has none.
func (o operand) kind() symbol.Kind {
	switch {
	case o.fn != nil:
		return symbol.FuncKind
	case o.val != nil:
		return o.val.Kind()
	case o.typ != nil:
		return o.typ.Kind()
	}
	return symbol.Invalid
}

// typeName is for error messages.
func (o operand) typeName() string {
	switch {
	case o.isNil:
		return "nil"
	case o.fn != nil:
		return o.fn.typeName()
	case o.typ != nil:
		return o.typ.Name()
	case o.val != nil:
		return o.val.TypeName()
	case o.c != nil:
		return o.defaultType()
	case o.late != nil:
		return "int"
	}
	return "unknown type"
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

// text is the contents of a string that is known without reading.
func (o operand) text() (string, bool) {
	if o.c != nil && o.c.Kind() == constant.String {
		return constant.StringVal(o.c), true
	}
	return o.str, o.class == classString
}

// isText tells whether o is a string.
func (o operand) isText() bool {
	_, ok := o.text()
	return ok || o.kind() == symbol.String
}
