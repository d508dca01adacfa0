package expr

import (
	"errors"
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"math"
)

// Bounds on exact constants: 1<<600 is a constant, 1<<(1<<40) a denial of service.
const (
	maxConstShift = 1024
	maxConstBits  = 2048
	maxConstText  = 1 << 20
)

// literal is the constant that a literal in the source means.
func literal(lit *ast.BasicLit) (constant.Value, error) {
	c := constant.MakeFromLiteral(lit.Value, lit.Kind, 0)
	if c.Kind() == constant.Unknown {
		return nil, fmt.Errorf("invalid literal %s", lit.Value)
	}
	return c, checkConst(c)
}

// checkConst bounds the size of a constant.
func checkConst(c constant.Value) error {
	switch c.Kind() {
	case constant.Int:
		if constant.BitLen(c) > maxConstBits {
			return fmt.Errorf("constant overflow: more than %d bits", maxConstBits)
		}
	case constant.String:
		if len(constant.StringVal(c)) > maxConstText {
			return fmt.Errorf("constant string is longer than %d bytes", maxConstText)
		}
	case constant.Unknown:
		return fmt.Errorf("constant has no value")
	}
	return nil
}

// constBinary computes x op y exactly, by Go's rules: integer division when
// both are integers (or runes).
func constBinary(op token.Token, x, y constant.Value) (constant.Value, error) {
	if err := constOperands(op, x, y); err != nil {
		return nil, err
	}
	switch op {
	case token.EQL, token.NEQ, token.LSS, token.LEQ, token.GTR, token.GEQ:
		return constant.MakeBool(constant.Compare(x, op, y)), nil
	case token.QUO:
		if isZero(y) {
			return nil, errConstDivide
		}
		if x.Kind() == constant.Int && y.Kind() == constant.Int {
			op = token.QUO_ASSIGN // forces integer division
		}
	case token.REM:
		if isZero(y) {
			return nil, errConstDivide
		}
	}
	c := constant.BinaryOp(x, op, y)
	return c, checkConst(c)
}

// errConstDivide is the compiler's word for what errDivide is at run time.
var errConstDivide = errors.New("invalid operation: division by zero")

func isZero(c constant.Value) bool {
	return constant.Sign(constant.Real(c)) == 0 && constant.Sign(constant.Imag(c)) == 0
}

// constOperands tells whether op is defined on two constants, which BinaryOp
// would panic about.
func constOperands(op token.Token, x, y constant.Value) error {
	num := isNumber(x) && isNumber(y)
	ok := false
	switch op {
	case token.EQL, token.NEQ:
		ok = num || x.Kind() == y.Kind()
	case token.LSS, token.LEQ, token.GTR, token.GEQ:
		ok = num && x.Kind() != constant.Complex && y.Kind() != constant.Complex ||
			x.Kind() == constant.String && y.Kind() == constant.String
	case token.ADD:
		ok = num || x.Kind() == constant.String && y.Kind() == constant.String
	case token.SUB, token.MUL, token.QUO:
		ok = num
	case token.REM, token.AND, token.OR, token.XOR, token.AND_NOT:
		ok = x.Kind() == constant.Int && y.Kind() == constant.Int
	case token.LAND, token.LOR:
		ok = x.Kind() == constant.Bool && y.Kind() == constant.Bool
	}
	if !ok {
		return fmt.Errorf("invalid binary operation %s %s %s", x, op, y)
	}
	return nil
}

func isNumber(c constant.Value) bool {
	switch c.Kind() {
	case constant.Int, constant.Float, constant.Complex:
		return true
	}
	return false
}

// constShift computes x << n or x >> n exactly.
func constShift(op token.Token, x constant.Value, n uint64) (constant.Value, error) {
	kind := constKindName(x)
	if isNumber(x) {
		x = constant.ToInt(x)
	}
	if x.Kind() != constant.Int {
		return nil, fmt.Errorf("shift of type %s", kind)
	}
	if n > maxConstShift {
		if op == token.SHR {
			n = maxConstShift
		} else {
			return nil, fmt.Errorf("shift count %d of a constant is too large", n)
		}
	}
	c := constant.Shift(x, op, uint(n))
	return c, checkConst(c)
}

// constUnary computes op x exactly.
func constUnary(op token.Token, x constant.Value) (constant.Value, error) {
	ok := false
	switch op {
	case token.ADD, token.SUB:
		ok = isNumber(x)
	case token.XOR:
		ok = x.Kind() == constant.Int
	case token.NOT:
		ok = x.Kind() == constant.Bool
	}
	if !ok {
		return nil, fmt.Errorf("operator %s not defined on %s", op, x)
	}
	return constant.UnaryOp(op, x, 0), nil
}

// errOverflow is for constants that a type is too small for.
var errOverflow = errors.New("overflows")

// constIn gives a constant the class and size of a type, as an implicit
// conversion does: 2.0 is an int, 1.5 is not. Integers wrap when wrap is set.
func constIn(c constant.Value, cl class, size int, wrap bool) (operand, error) {
	o := operand{class: cl, size: size}
	bad := func() error { return fmt.Errorf("can not convert %s constant", c) }
	switch cl {
	case classBool:
		if c.Kind() != constant.Bool {
			return o, bad()
		}
		o.bits = boolBits(constant.BoolVal(c))
	case classInt, classUint:
		bits, fits, ok := constBits(c, cl, size)
		if !ok {
			return o, bad()
		}
		if !fits && !wrap {
			return o, fmt.Errorf("constant %s %w", c, errOverflow)
		}
		o.bits = bits
	case classFloat:
		f := constant.ToFloat(c)
		if f.Kind() != constant.Float && f.Kind() != constant.Int {
			return o, bad()
		}
		if o.re = constFloat(f, size); math.IsInf(o.re, 0) {
			return o, fmt.Errorf("constant %s %w", c, errOverflow)
		}
	case classComplex:
		if !isNumber(c) {
			return o, bad()
		}
		z := constant.ToComplex(c)
		o.re, o.im = constFloat(constant.Real(z), size/2), constFloat(constant.Imag(z), size/2)
		if math.IsInf(o.re, 0) || math.IsInf(o.im, 0) {
			return o, fmt.Errorf("constant %s %w", c, errOverflow)
		}
	case classString:
		if c.Kind() != constant.String {
			return o, bad()
		}
		o.str = constant.StringVal(c)
	default:
		return o, bad()
	}
	return o, nil
}

// constFloat is a constant rounded once, to 4 or 8 bytes; infinite if it does not fit.
func constFloat(c constant.Value, size int) float64 {
	if size == 4 {
		f, _ := constant.Float32Val(c)
		return float64(f)
	}
	f, _ := constant.Float64Val(c)
	return f
}

// constBits is the low bits of an integer constant: fits is false when the type
// is too small for it, ok when it is no integer.
func constBits(c constant.Value, cl class, size int) (bits uint64, fits, ok bool) {
	if !isNumber(c) {
		return 0, false, false
	}
	c = constant.ToInt(c)
	if c.Kind() != constant.Int {
		return 0, false, false
	}
	if v, exact := constant.Int64Val(c); exact {
		bits = wrapBits(uint64(v), cl, size)
		if cl == classInt {
			return bits, int64(bits) == v, true
		}
		return bits, v >= 0 && bits == uint64(v), true
	}
	if v, exact := constant.Uint64Val(c); exact {
		bits = wrapBits(v, cl, size)
		return bits, cl == classUint && bits == v, true
	}
	low := constant.BinaryOp(c, token.AND, constant.MakeUint64(math.MaxUint64))
	v, _ := constant.Uint64Val(low)
	return wrapBits(v, cl, size), false, true
}

func constKindName(c constant.Value) string {
	switch c.Kind() {
	case constant.Bool:
		return "bool"
	case constant.String:
		return "string"
	case constant.Int:
		return "int"
	case constant.Float:
		return "float64"
	case constant.Complex:
		return "complex128"
	}
	return "unknown"
}

func boolBits(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}
