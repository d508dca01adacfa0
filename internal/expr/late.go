package expr

import (
	"go/constant"
	"go/token"

	"github.com/tinydbg/tinydbg/internal/symbol"
)

// late is an untyped constant that was shifted by a count that is no constant,
// such as 1<<n, or what was made of one. Go gives it the type of what it meets,
// and that of an untyped constant otherwise (the language's specification, Operators).
type late struct {
	m *machine
	// kind is that of the constants in it, rune whether they are runes.
	kind constant.Kind
	rune bool
	// as computes it in the type of like, which is a scalar.
	as func(like operand) (operand, error)
}

// lateShift is x op count for an untyped constant x.
func lateShift(m *machine, op token.Token, x, count operand) operand {
	return operand{late: &late{m, x.c.Kind(), x.rune, func(like operand) (operand, error) {
		typed, err := constAs(x.c, like)
		if err != nil {
			return typed, err
		}
		typed.folded = false
		return shift(m, op, typed, count)
	}}}
}

// then is f of what l will be.
func (l *late) then(f func(operand) (operand, error)) operand {
	return operand{late: &late{l.m, l.kind, l.rune, func(like operand) (operand, error) {
		x, err := l.as(like)
		if err != nil {
			return x, err
		}
		return f(x)
	}}}
}

// wide tells whether o has no type yet.
func (o operand) wide() bool { return o.late != nil || o.untyped() }

// given is o, which has no type yet, in the type of like.
func (o operand) given(like operand) (operand, error) {
	if o.late != nil {
		return o.late.as(like)
	}
	return constAs(o.c, like)
}

// settled gives what has no type but will not meet any the default one.
func (o operand) settled() (operand, error) {
	if o.late == nil {
		return o, nil
	}
	name := "int"
	switch {
	case o.late.kind == constant.Float:
		name = "float64"
	case o.late.kind == constant.Complex:
		name = "complex128"
	case o.late.rune:
		name = "int32"
	}
	t, err := o.late.m.prog.site.typeNamed("", name)
	if err != nil {
		return operand{}, err
	}
	return o.meant(t)
}

// meant is o where a value of type t is wanted.
func (o operand) meant(t *symbol.Type) (operand, error) {
	if o.late == nil {
		return o, nil
	}
	cl, size := classOf(t)
	if cl == classNone {
		return o.settled()
	}
	return o.late.as(operand{typ: t, class: cl, size: size})
}

// operateLate computes x op y when at least one is late.
func operateLate(m *machine, op token.Token, x, y operand) (operand, error) {
	if !x.wide() || !y.wide() {
		return operateTyped(m, op, x, y)
	}
	kind := max(kindOf(x), kindOf(y))
	both := func(like operand) (operand, error) {
		x, err := x.given(like)
		if err != nil {
			return x, err
		}
		y, err := y.given(like)
		if err != nil {
			return y, err
		}
		return operate(m, op, x, y)
	}
	o := operand{late: &late{m, kind, isRune(x) || isRune(y), both}}
	if isComparison(op) {
		return o.settled()
	}
	return o, nil
}

// kindOf is the kind of what has no type; constant.Kind orders numbers as Go
// does when two of them meet.
func kindOf(o operand) constant.Kind {
	if o.late != nil {
		return o.late.kind
	}
	return o.c.Kind()
}

// isRune tells whether what has no type is made of runes.
func isRune(o operand) bool { return o.rune || o.late != nil && o.late.rune }

// operateTyped computes x op y when one is late and the other is not.
func operateTyped(m *machine, op token.Token, x, y operand) (operand, error) {
	var err error
	if x.late != nil {
		x, err = x.meant(y.typ)
	} else {
		y, err = y.meant(x.typ)
	}
	if err != nil {
		return operand{}, err
	}
	return operate(m, op, x, y)
}
