package expr

import (
	"errors"
	"fmt"
	"go/constant"
	"go/token"

	"github.com/tinydbg/tinydbg/internal/symbol"
)

// compareBudget bounds how many parts of composite values one comparison looks at.
const compareBudget = 1 << 20

// compare is x op y for any two operands.
func compare(m *machine, op token.Token, x, y operand) (bool, error) {
	budget := compareBudget
	return comparison{m, op, &budget}.operands(x, y)
}

type comparison struct {
	m      *machine
	op     token.Token
	budget *int
}

func (c comparison) operands(x, y operand) (bool, error) {
	if *c.budget--; *c.budget < 0 {
		return false, errors.New("values are too large to compare")
	}
	switch {
	case x.isNil && y.isNil:
		return false, errors.New("can not compare nil to nil")
	case x.isNil:
		return c.withNil(y)
	case y.isNil:
		return c.withNil(x)
	case isInterface(x.typ) || isInterface(y.typ):
		return c.interfaces(x, y)
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
	switch {
	case x.untyped() && y.untyped():
		r, err := constBinary(c.op, x.c, y.c)
		return err == nil && constant.BoolVal(r), err
	case x.untyped():
		return c.withConst(x, y, x.c, y)
	case y.untyped():
		return c.withConst(x, y, y.c, x)
	case !identical(x.typ, y.typ) && !pointersAlike(x.typ, y.typ):
		return false, fmt.Errorf("mismatched types %q and %q", x.typeName(), y.typeName())
	case x.class != classNone:
		return c.scalars(x, y)
	}
	return c.composites(x, y)
}

func isInterface(t *symbol.Type) bool { return t != nil && t.Kind() == symbol.Interface }

// pointersAlike lets an unsafe pointer be compared with any other.
func pointersAlike(a, b *symbol.Type) bool {
	return isPointer(a) && isPointer(b) && (a.Kind() == symbol.UnsafePointer || b.Kind() == symbol.UnsafePointer)
}

// stringLengths decides == of strings whose lengths differ without reading them.
func (c comparison) stringLengths(x, y operand) (done, result bool, err error) {
	if c.op != token.EQL && c.op != token.NEQ || !isText(x) || !isText(y) {
		return false, false, nil
	}
	n, err := length(c.m, x)
	if err != nil {
		return false, false, err
	}
	k, err := length(c.m, y)
	if err != nil || n == k {
		return false, false, err
	}
	return true, c.op == token.NEQ, nil
}

// withConst compares with a constant: exactly, if it does not fit the type.
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
	if !isNumber(k) || !isNumber(typed.constant()) || typed.class == classComplex {
		return false, err
	}
	r, err := constBinary(c.op, x.constant(), y.constant())
	return err == nil && constant.BoolVal(r), err
}

func (c comparison) wordWithConst(x operand, k constant.Value) (bool, error) {
	p, err := pointerBits(x)
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
	if x.typ == nil {
		return false, fmt.Errorf("can not compare %s to nil", x.typeName())
	}
	switch x.typ.Kind() {
	case symbol.Pointer, symbol.UnsafePointer, symbol.Map, symbol.Chan, symbol.FuncKind:
		p, err := pointerBits(x)
		if err != nil {
			return false, err
		}
		return c.equality(p == 0, x.typ)
	case symbol.Slice:
		p, _, _, err := sliceHeader(c.m, x)
		if err != nil {
			return false, err
		}
		return c.equality(p == 0, x.typ)
	case symbol.Interface:
		isNil, err := interfaceIsNil(c.m, x)
		if err != nil {
			return false, err
		}
		return c.equality(isNil, x.typ)
	}
	return false, fmt.Errorf("can not compare %s to nil", x.typeName())
}

// interfaces compares when at least one side is an interface: types first, then
// values.
func (c comparison) interfaces(x, y operand) (bool, error) {
	x, xNil, err := c.unwrap(x)
	if err != nil {
		return false, err
	}
	y, yNil, err := c.unwrap(y)
	if err != nil {
		return false, err
	}
	if xNil || yNil {
		return c.equality(xNil && yNil, x.typ)
	}
	if x.untyped() || y.untyped() {
		k, typed := x, y
		if y.untyped() {
			k, typed = y, x
		}
		if typed.untyped() || typed.typ.Name() != constKindName(k.c) {
			return c.equality(false, nil)
		}
	} else if !identical(x.typ, y.typ) {
		return c.equality(false, nil)
	}
	if c.op != token.EQL && c.op != token.NEQ {
		return c.equality(false, nil)
	}
	return c.operands(x, y)
}

// unwrap is the value in an interface, or x itself.
func (c comparison) unwrap(x operand) (o operand, isNil bool, err error) {
	if !isInterface(x.typ) {
		return x, false, nil
	}
	isNil, err = interfaceIsNil(c.m, x)
	if isNil || err != nil {
		return x, isNil, err
	}
	o, err = dynamic(c.m, x)
	return o, false, err
}

func (c comparison) composites(x, y operand) (bool, error) {
	switch x.typ.Kind() {
	case symbol.Pointer, symbol.UnsafePointer, symbol.Chan:
		p, err := pointerBits(x)
		if err != nil {
			return false, err
		}
		q, err := pointerBits(y)
		if err != nil {
			return false, err
		}
		return c.equality(p == q, x.typ)
	case symbol.Struct:
		return c.structs(x, y)
	case symbol.Array:
		return c.arrays(x, y)
	}
	return false, fmt.Errorf("can not compare %s variables", x.typ.Kind())
}

// parts compares one pair of parts for equality.
func (c comparison) part(x, y operand) (bool, error) {
	return comparison{c.m, token.EQL, c.budget}.operands(x, y)
}

func (c comparison) structs(x, y operand) (bool, error) {
	for _, f := range x.typ.Fields() {
		if f.Name == "_" {
			continue
		}
		a, err := field(x, f)
		if err != nil {
			return false, err
		}
		b, err := field(y, f)
		if err != nil {
			return false, err
		}
		same, err := c.part(a, b)
		if err != nil {
			return false, err
		}
		if !same {
			return c.equality(false, x.typ)
		}
	}
	return c.equality(true, x.typ)
}

func (c comparison) arrays(x, y operand) (bool, error) {
	for i := range max(x.typ.Len(), 0) {
		a, err := element(x, x.typ.Elem(), i)
		if err != nil {
			return false, err
		}
		b, err := element(y, y.typ.Elem(), i)
		if err != nil {
			return false, err
		}
		same, err := c.part(a, b)
		if err != nil {
			return false, err
		}
		if !same {
			return c.equality(false, x.typ)
		}
	}
	return c.equality(true, x.typ)
}
