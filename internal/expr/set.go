package expr

import (
	"fmt"
	"go/constant"

	"github.com/tinydbg/tinydbg/internal/value"
)

// Set evaluates rhs and assigns it to what lhs means: memory, a register, or a
// variable in registers. What needs new memory in the process (the text of a
// string) takes a Caller; without one the error wraps a *value.NeedsMemoryError.
func Set(sc *Scope, lhs, rhs string) error {
	dst, prog, err := evalPart(sc, lhs)
	if err != nil {
		return err
	}
	src, _, err := evalPart(sc, rhs)
	if err != nil {
		return err
	}
	m := &machine{sc, prog}
	if reg, ok := prog.root.(*registerNode); ok {
		return setRegister(m, reg, src)
	}
	if dst.val == nil || dst.fn != nil {
		return fmt.Errorf("can not set %q: it is not a variable", lhs)
	}
	data, err := m.encode(dst.typ, src)
	if err != nil {
		return fmt.Errorf("can not set %q to %q: %w", lhs, rhs, err)
	}
	if ix, ok := prog.root.(*indexNode); ok && ix.ofText(m) {
		return fmt.Errorf("can not set %q: a string's bytes cannot be changed, others may share them; set the string", lhs)
	}
	if done, err := m.assignMarking(dst, data); done {
		return err
	}
	if err := dst.val.Assign(value.OfBytes(m.Env, rhs, dst.typ, data)); err != nil {
		return fmt.Errorf("can not set %q to %q: %w", lhs, rhs, err)
	}
	return nil
}

// implicit gives a constant the type of what it is assigned to: an address may
// be assigned to a pointer.
func implicit(m *machine, dst, x operand) (operand, error) {
	if dst.typ == nil {
		return x, nil
	}
	x, err := x.assigned(dst.typ)
	if err != nil || !x.untyped() {
		return x, err
	}
	if isWord(dst.typ) {
		o, err := convertToWord(m, dst.typ, x)
		if err == errConvert {
			err = fmt.Errorf("can not convert %s constant to %s", x.c, dst.typ.Name())
		}
		return o, err
	}
	if cl, size := classOf(dst.typ); cl != classNone && cl != classString {
		return constAs(x.c, operand{typ: dst.typ, class: cl, size: size})
	}
	return x, nil
}

func evalPart(sc *Scope, src string) (operand, *Program, error) {
	e, err := Parse(src)
	if err != nil {
		return operand{}, nil, err
	}
	p, err := e.Compile(sc.Site)
	if err != nil {
		return operand{}, nil, err
	}
	o, err := p.run(sc)
	if err == nil {
		o, err = o.single()
	}
	return o, p, err
}

// setRegister assigns an integer or a pointer to a register.
func setRegister(m *machine, reg *registerNode, x operand) error {
	if m.Env.SetReg == nil {
		return fmt.Errorf("can not set %s: the registers of this frame are not in the thread", reg.name)
	}
	old, err := reg.bytes(m)
	if err != nil {
		return err
	}
	if reg.view != "" || !reg.whole && len(old) <= 8 { // YMM0 is more than XMM0
		return fmt.Errorf("can not set a part of register %s", reg.name)
	}
	if x.untyped() && x.c.Kind() == constant.Int && constant.Sign(x.c) >= 0 && constant.BitLen(x.c) <= 8*len(old) {
		data := make([]byte, len(old))
		copy(data, constant.Bytes(x.c))
		return m.Env.SetReg(reg.number, data)
	}
	bits, err := registerBits(x)
	if err != nil {
		return fmt.Errorf("can not set %s: %w", reg.name, err)
	}
	data := make([]byte, len(old))
	copy(data, wordBytes(bits))
	return m.Env.SetReg(reg.number, data)
}

func registerBits(x operand) (uint64, error) {
	if x.typ != nil && isWord(x.typ) {
		return x.pointerBits()
	}
	x, err := x.scalar()
	if err != nil {
		return 0, err
	}
	switch {
	case x.untyped() && isNumber(x.c):
		bits, fits, ok := constBits(x.c, classUint, 8)
		if ok && (fits || constant.Sign(x.c) < 0) {
			return bits, nil
		}
	case isInt(x.class):
		return x.bits, nil
	}
	if x.untyped() {
		return 0, fmt.Errorf("%s is no integer that fits", x.c)
	}
	return 0, fmt.Errorf("%s is no integer that fits", x.typeName())
}
