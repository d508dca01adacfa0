package expr

import (
	"errors"
	"fmt"
	"go/ast"
	"go/constant"
	"slices"
	"unicode/utf8"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/value"
)

// convertNode is T(x).
type convertNode struct {
	at  *ast.CallExpr
	e   *Expr
	typ *symbol.Type
	x   node
}

func (c *compiler) conversion(x *ast.CallExpr) (node, error) {
	if len(x.Args) != 1 || x.Ellipsis.IsValid() {
		return nil, c.e.errorf(x, "a conversion takes one operand, not %d", len(x.Args))
	}
	t, err := c.typeExpr(x.Fun)
	if err != nil {
		return nil, err
	}
	arg, err := c.expr(x.Args[0])
	if err != nil {
		return nil, err
	}
	n := &convertNode{at: x, e: c.e, typ: t, x: arg}
	if cl, _ := classOf(t); cl == classNone {
		return n, nil
	}
	if k, ok := arg.(constNode); ok && k.o.untyped() {
		o, err := n.eval(nil)
		return constNode{o}, err
	}
	return n, nil
}

func (n *convertNode) eval(m *machine) (operand, error) {
	x, err := n.x.eval(m)
	if err != nil {
		return operand{}, err
	}
	o, err := convert(m, n.typ, x)
	if err == errConvert {
		return o, n.e.errorf(n.at, "can not convert %q to %s", n.e.text(n.at.Args[0]), n.typ.Name())
	}
	return o, n.e.wrap(n.at, err)
}

var errConvert = fmt.Errorf("can not convert")

// convert is an explicit conversion. It is more lenient than Go's: integers may
// become anything that is one pointer wide.
func convert(m *machine, t *symbol.Type, x operand) (operand, error) {
	if x.isNil {
		return convertNil(m, t)
	}
	x, err := x.meant(t)
	if err != nil {
		return x, err
	}
	if x.typ != nil && identical(t, x.typ) {
		return x, nil
	}
	cl, size := classOf(t)
	switch {
	case cl == classString:
		return convertToString(m, t, x)
	case cl != classNone:
		return convertToScalar(t, cl, size, x)
	case isWord(t):
		return convertToWord(m, t, x)
	case t.Kind() == symbol.Slice && x.isText():
		return textToSlice(m, t, x)
	case t.Kind() == symbol.Array && x.typ != nil && x.typ.Kind() == symbol.Slice:
		p, err := sliceToArray(t, x)
		if err != nil {
			return operand{}, err
		}
		return of(value.New(m.Env, "", t, addr.Addr(p)), nil)
	case x.val != nil && x.typ != nil && sameLayout(t, x.typ, 0):
		return retype(t, x)
	}
	return operand{}, errConvert
}

func convertNil(m *machine, t *symbol.Type) (operand, error) {
	switch t.Kind() {
	case symbol.Pointer, symbol.UnsafePointer, symbol.Slice, symbol.Map, symbol.Chan, symbol.FuncKind, symbol.Interface:
		return of(value.OfBytes(m.Env, "", t, make([]byte, t.Size())), nil)
	}
	return operand{}, errConvert
}

// convertToScalar converts between numbers and between booleans; a pointer
// becomes an integer of its size.
func convertToScalar(t *symbol.Type, cl class, size int, x operand) (operand, error) {
	if isPointer(x.typ) && (cl == classUint || cl == classInt) && size == int(x.typ.Size()) {
		p, err := x.pointerBits()
		return operand{typ: t, class: cl, size: size, bits: p}, err
	}
	x, err := x.scalar()
	if err != nil {
		return operand{}, err
	}
	o := operand{typ: t, class: cl, size: size}
	if c := x.constant(); x.untyped() || x.constantly() && isNumber(c) {
		return constTo(t, cl, size, c)
	}
	switch {
	case x.class == cl && (cl == classBool || cl == classString):
		return x.retyped(t, size), nil
	case x.class == classComplex && cl == classComplex:
		o.re, o.im = roundFloat(x.re, size/2), roundFloat(x.im, size/2)
	case isInt(x.class) && isInt(cl):
		o.bits = wrapBits(x.bits, cl, size)
	case isInt(x.class) && cl == classFloat:
		o.re = intToFloat(x.bits, x.class, size)
	case x.class == classFloat && isInt(cl):
		o.bits = floatToInt(x.re, cl, size)
	case x.class == classFloat && cl == classFloat:
		o.re = roundFloat(x.re, size)
	default:
		return o, errConvert
	}
	return o, nil
}

// constTo converts a constant, which has to fit.
func constTo(t *symbol.Type, cl class, size int, c constant.Value) (operand, error) {
	o, err := constIn(c, cl, size, false)
	switch {
	case errors.Is(err, errOverflow):
		return o, fmt.Errorf("%w %s", err, t.Name())
	case err != nil && isInt(cl) && c.Kind() == constant.Float:
		return o, fmt.Errorf("can not convert %s to %s: it would be truncated", c, t.Name())
	case err != nil:
		return o, errConvert
	}
	o.typ, o.folded = t, true
	return o, nil
}

func isInt(c class) bool { return c == classInt || c == classUint }

func (o operand) retyped(t *symbol.Type, size int) operand {
	o.typ, o.size, o.val = t, size, nil
	return o
}

// isWord tells whether values of t are one pointer.
func isWord(t *symbol.Type) bool {
	switch t.Kind() {
	case symbol.Pointer, symbol.UnsafePointer, symbol.Map, symbol.Chan, symbol.FuncKind:
		return true
	}
	return false
}

// convertToWord makes a pointer, map, channel or function of an integer, a
// pointer, or a slice (its array).
func convertToWord(m *machine, t *symbol.Type, x operand) (operand, error) {
	if x.typ != nil && isWord(x.typ) {
		if !isPointer(x.typ) && !isPointer(t) && !sameLayout(t, x.typ, 0) {
			return operand{}, errConvert
		}
		p, err := x.pointerBits()
		if err != nil {
			return operand{}, err
		}
		return of(value.OfUint(m.Env, "", t, p), nil)
	}
	if x.typ != nil && x.typ.Kind() == symbol.Slice {
		e := t.Elem()
		if e == nil || e.Kind() != symbol.Array {
			return operand{}, errConvert
		}
		p, err := sliceToArray(e, x)
		if err != nil {
			return operand{}, err
		}
		return of(value.OfUint(m.Env, "", t, p), nil)
	}
	x, err := x.scalar()
	if err != nil {
		return operand{}, err
	}
	switch {
	case x.untyped():
		bits, fits, ok := constBits(x.c, classUint, 8)
		if !ok || !fits {
			return operand{}, errConvert
		}
		return of(value.OfUint(m.Env, "", t, bits), nil)
	case isInt(x.class):
		return of(value.OfUint(m.Env, "", t, x.bits), nil)
	}
	return operand{}, errConvert
}

// sliceToArray is the address of the array that a slice of sufficient length begins.
func sliceToArray(array *symbol.Type, x operand) (uint64, error) {
	if !identical(array.Elem(), x.typ.Elem()) {
		return 0, errConvert
	}
	n, err := x.val.Len()
	if err != nil {
		return 0, err
	}
	if n < array.Len() {
		return 0, fmt.Errorf("slice of length %d is too short for an array of %d", n, array.Len())
	}
	header, err := x.val.Bytes()
	if err != nil {
		return 0, err
	}
	return littleEndian(header[:8]), nil
}

// convertToString converts strings, integers, and slices of bytes and runes.
func convertToString(m *machine, t *symbol.Type, x operand) (operand, error) {
	o := operand{typ: t, class: classString, size: int(t.Size())}
	if x.val != nil && x.kind() == symbol.Slice {
		s, err := sliceText(x)
		o.str = s
		return o, err
	}
	if x.typ != nil && isCString(x.typ) {
		s, err := cString(m, x)
		o.str = s
		return o, err
	}
	x, err := x.scalar()
	if err != nil {
		return o, err
	}
	switch {
	case x.untyped() && x.c.Kind() == constant.String:
		o.str = constant.StringVal(x.c)
	case x.untyped() && x.c.Kind() == constant.Int:
		v, ok := constant.Int64Val(x.c)
		o.str = runeString(v, ok)
	case x.class == classString:
		o.str = x.str
	case isInt(x.class):
		o.str = runeString(int64(x.bits), x.class == classInt || int64(x.bits) >= 0)
	default:
		return o, errConvert
	}
	return o, nil
}

func runeString(v int64, ok bool) string {
	if !ok || v != int64(rune(v)) {
		return string(utf8.RuneError)
	}
	return string(rune(v))
}

// sameLayout tells whether two types are made alike, names of types apart, so
// that a value of one can be looked at as the other.
func sameLayout(a, b *symbol.Type, depth int) bool {
	if identical(a, b) {
		return true
	}
	if a == nil || b == nil || depth > 8 || a.Kind() != b.Kind() || a.Size() != b.Size() {
		return false
	}
	switch a.Kind() {
	case symbol.Struct, symbol.Union:
		return sameFields(a.Fields(), b.Fields(), depth)
	case symbol.Array:
		return a.Len() == b.Len() && sameLayout(a.Elem(), b.Elem(), depth+1)
	case symbol.Slice, symbol.Pointer, symbol.Chan:
		return identical(a.Elem(), b.Elem())
	case symbol.Map:
		return identical(a.Elem(), b.Elem()) && identical(a.Key(), b.Key())
	case symbol.Interface:
		return a.EmptyInterface() && b.EmptyInterface()
	case symbol.FuncKind:
		return sameSignature(a, b)
	}
	return true
}

func sameSignature(a, b *symbol.Type) bool {
	ins, variadic := a.Params()
	others, alike := b.Params()
	return variadic == alike && slices.EqualFunc(ins, others, identical) && slices.EqualFunc(a.Results(), b.Results(), identical)
}

func sameFields(a, b []symbol.Field, depth int) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Name != b[i].Name || a[i].Offset != b[i].Offset || !sameLayout(a[i].Type, b[i].Type, depth+1) {
			return false
		}
	}
	return true
}

// retype is x as a value of another type with the same layout.
func retype(t *symbol.Type, x operand) (operand, error) {
	if a, ok := x.val.Addr(); ok {
		return of(value.New(x.val.Env(), x.val.Name, t, a), nil)
	}
	data, err := x.val.Bytes()
	if err != nil {
		return operand{}, err
	}
	return of(value.OfBytes(x.val.Env(), x.val.Name, t, data), nil)
}
