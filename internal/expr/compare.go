package expr

import (
	"errors"
	"fmt"
	"go/constant"
	"go/token"
	"strings"

	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/value"
)

// compare is x op y for any two operands.
func compare(op token.Token, x, y operand, m *machine) (bool, error) {
	return comparison{m, op}.operands(x, y)
}

type comparison struct {
	m  *machine
	op token.Token
}

func (c comparison) operands(x, y operand) (bool, error) {
	switch {
	case x.isNil && y.isNil:
		return false, errors.New("can not compare nil to nil")
	case x.isNil:
		return c.withNil(y)
	case y.isNil:
		return c.withNil(x)
	case x.kind() == symbol.Interface || y.kind() == symbol.Interface:
		return c.values(x, y)
	}
	if done, r, err := c.stringLengths(x, y); done || err != nil {
		return r, err
	}
	x, err := x.scalar()
	if err != nil {
		return false, err
	}
	if y, err = y.scalar(); err != nil {
		return false, err
	}
	if (x.length || y.length) && isInt(x.class) && isInt(y.class) {
		return compareExactly(c.op, x, y)
	}
	switch x, y = loosened(x, y); {
	case x.untyped() && y.untyped():
		return compareExactly(c.op, x, y)
	case x.untyped():
		return c.withConst(x, y, x.c, y)
	case y.untyped():
		return c.withConst(x, y, y.c, x)
	case !identical(x.typ, y.typ) && !pointersAlike(x.typ, y.typ) && !chansAlike(x.typ, y.typ):
		return false, fmt.Errorf("mismatched types %q and %q", x.typeName(), y.typeName())
	case x.class != classNone:
		return c.scalars(x, y)
	}
	return c.composites(x, y)
}

func compareExactly(op token.Token, x, y operand) (bool, error) {
	r, err := constBinary(op, x.constant(), y.constant())
	return err == nil && constant.BoolVal(r), err
}

func (c comparison) composites(x, y operand) (bool, error) {
	switch x.kind() {
	case symbol.Slice, symbol.Map, symbol.FuncKind:
		return false, fmt.Errorf("can not compare %s variables", x.kind())
	}
	return c.values(x, y)
}

// pointersAlike lets an unsafe pointer be compared with any other.
func pointersAlike(a, b *symbol.Type) bool {
	return isPointer(a) && isPointer(b) && (a.Kind() == symbol.UnsafePointer || b.Kind() == symbol.UnsafePointer)
}

// chansAlike lets a channel be compared with one of a direction: it could be
// assigned to that.
func chansAlike(a, b *symbol.Type) bool {
	if a == nil || b == nil || a.Kind() != symbol.Chan || b.Kind() != symbol.Chan || a.Named() && b.Named() {
		return false
	}
	both := func(t *symbol.Type) bool { return t.Named() || strings.HasPrefix(t.Name(), "chan ") }
	return identical(a.Elem(), b.Elem()) && (both(a) || both(b))
}

// stringLengths decides == of strings whose lengths differ without reading them.
func (c comparison) stringLengths(x, y operand) (done, result bool, err error) {
	if c.op != token.EQL && c.op != token.NEQ || !x.isText() || !y.isText() {
		return false, false, nil
	}
	n, err := length(x)
	if err != nil {
		return false, false, err
	}
	k, err := length(y)
	if err != nil || n == k {
		return false, false, err
	}
	return true, c.op == token.NEQ, nil
}

// withConst compares with a constant, which has to fit the type.
func (c comparison) withConst(x, y operand, k constant.Value, typed operand) (bool, error) {
	if typed.class == classNone {
		if isWord(typed.typ) && k.Kind() == constant.Int {
			return c.wordWithConst(typed, k)
		}
		return false, fmt.Errorf("can not convert %s constant to %s", k, typed.typeName())
	}
	o, err := constAs(k, typed)
	if err == nil {
		if x.untyped() {
			return c.scalars(o, y)
		}
		return c.scalars(x, o)
	}
	return false, err
}

func (c comparison) wordWithConst(x operand, k constant.Value) (bool, error) {
	p, err := x.pointerBits()
	if err != nil {
		return false, err
	}
	v, exact := constant.Uint64Val(k)
	return c.equality(exact && v == p, x.typ)
}

// equality is the result for types that have no order.
func (c comparison) equality(equal bool, t *symbol.Type) (bool, error) {
	switch c.op {
	case token.EQL:
		return equal, nil
	case token.NEQ:
		return !equal, nil
	}
	name := "nil"
	if t != nil {
		name = t.Kind().String()
	}
	return false, fmt.Errorf("operator %s not defined on %s", c.op, name)
}

func (c comparison) scalars(x, y operand) (bool, error) {
	var r, ok bool
	switch x.class {
	case classBool:
		return c.equality(x.bits == y.bits, x.typ)
	case classInt:
		r, ok = compareResult(c.op, int64(x.bits) < int64(y.bits), x.bits == y.bits)
	case classUint:
		r, ok = compareResult(c.op, x.bits < y.bits, x.bits == y.bits)
	case classFloat:
		r, ok = compareFloats(c.op, x.re, y.re)
	case classComplex:
		return c.equality(x.re == y.re && x.im == y.im, x.typ)
	case classString:
		r, ok = compareResult(c.op, x.str < y.str, x.str == y.str)
	}
	if !ok {
		return false, fmt.Errorf("operator %s not defined on %s", c.op, x.typeName())
	}
	return r, nil
}

// withNil compares with the predeclared nil.
func (c comparison) withNil(x operand) (bool, error) {
	if x.fn != nil {
		return c.equality(false, nil)
	}
	if x.val == nil {
		return false, fmt.Errorf("can not compare %s to nil", x.typeName())
	}
	switch x.kind() {
	case symbol.Pointer, symbol.UnsafePointer, symbol.Map, symbol.Chan, symbol.FuncKind, symbol.Slice, symbol.Interface:
		isNil, err := x.val.IsNilValue()
		if err != nil {
			return false, err
		}
		return c.equality(isNil, x.typ)
	}
	return false, fmt.Errorf("can not compare %s to nil", x.typeName())
}

// values compares what only == and != are defined on, or nothing.
func (c comparison) values(x, y operand) (bool, error) {
	if _, err := c.equality(true, x.typ); err != nil {
		return false, err
	}
	x, err := withDefaultType(c.m, x)
	if err != nil {
		return false, err
	}
	if y, err = withDefaultType(c.m, y); err != nil {
		return false, err
	}
	v, err := x.value(c.m, "")
	if err != nil {
		return false, err
	}
	w, err := y.value(c.m, "")
	if err != nil {
		return false, err
	}
	same, err := value.Equal(v, w)
	if err != nil {
		return false, err
	}
	return c.equality(same, x.typ)
}

// withDefaultType gives an untyped constant the type it has when it is put in an
// interface.
func withDefaultType(m *machine, x operand) (operand, error) {
	if !x.untyped() {
		return x, nil
	}
	t, err := m.prog.site.typeNamed("", x.defaultType())
	if err != nil {
		return x, err
	}
	cl, size := classOf(t)
	return constAs(x.c, operand{typ: t, class: cl, size: size})
}
