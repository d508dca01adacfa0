package expr

import (
	"errors"
	"go/constant"

	"github.com/tinydbg/tinydbg/internal/symbol"
)

// Lengths are ints, as in Go, but where Go would not take an int they fit what they
// meet, as an untyped constant would: len(s) > n64 is meant to be what it looks
// like, and users have such conditions.

func builtinLen(m *machine, args []operand) (operand, error) {
	return m.count(args[0], length)
}

// count is a length or capacity: an int, and a constant if the type or a constant
// tells it.
func (m *machine) count(x operand, of func(operand) (int64, error)) (operand, error) {
	n, err := of(x)
	if err != nil {
		return operand{}, err
	}
	t := m.prog.counts
	cl, size := classOf(t)
	if cl == classNone {
		return untypedConst(constant.MakeInt64(n)), nil
	}
	known := x.untyped() || x.kind() == symbol.Array || isArrayPointer(x.typ)
	return operand{typ: t, class: cl, size: size, bits: uint64(n), folded: known, length: true}, nil
}

func builtinCap(m *machine, args []operand) (operand, error) {
	return m.count(args[0], capacity)
}

// length is len(x).
func length(x operand) (int64, error) {
	if s, ok := x.text(); ok {
		return int64(len(s)), nil
	}
	switch k := x.kind(); {
	case x.val == nil:
	case k == symbol.String, k == symbol.Map, k == symbol.Array, k == symbol.Slice, k == symbol.Chan, isArrayPointer(x.typ):
		return x.val.Len()
	}
	return 0, &argumentError{}
}

// capacity is cap(x).
func capacity(x operand) (int64, error) {
	switch k := x.kind(); {
	case x.val == nil:
	case k == symbol.Array, k == symbol.Slice, k == symbol.Chan, isArrayPointer(x.typ):
		return x.val.Cap()
	}
	return 0, &argumentError{}
}

func isArrayPointer(t *symbol.Type) bool {
	return t != nil && t.Kind() == symbol.Pointer && t.Elem() != nil && t.Elem().Kind() == symbol.Array
}

// likeLength tells whether what is computed of o and a length is a length, too.
func (o operand) likeLength() bool { return o.length || o.constantly() }

// ofLengths tells whether what is computed of x and y, of one type, is a length.
func ofLengths(x, y operand) bool {
	return (x.length || y.length) && x.likeLength() && y.likeLength()
}

// loosened makes a length an untyped constant where what it meets is no int.
func loosened(x, y operand) (operand, operand) {
	switch {
	case x.length && y.noInt(x):
		return untypedConst(x.constant()), y
	case y.length && x.noInt(y):
		return x, untypedConst(y.constant())
	}
	return x, y
}

// noInt tells whether o is a number that is no int, which is the type of like, nor
// a constant that would be one, if it were not too large.
func (o operand) noInt(like operand) bool {
	if o.untyped() {
		_, err := constAs(o.c, like)
		return err != nil && !errors.Is(err, errOverflow) && isNumber(o.c)
	}
	return isNumeric(o.class) && !identical(o.typ, like.typ)
}

func isNumeric(c class) bool { return isInt(c) || c == classFloat || c == classComplex }

// assigned is o where a value of type t is assigned, or a key of that type wanted.
func (o operand) assigned(t *symbol.Type) (operand, error) {
	cl, size := classOf(t)
	if !o.length || !isNumeric(cl) || identical(o.typ, t) {
		return o.meant(t)
	}
	return constAs(o.constant(), operand{typ: t, class: cl, size: size})
}
