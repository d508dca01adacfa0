package expr

import (
	"errors"
	"fmt"
	"go/token"
	"math"
)

// class says how the value of an operand is held.
type class uint8

const (
	classNone    class = iota // composite, pointer, ...: in memory only
	classBool                 // bits is 0 or 1
	classInt                  // bits, sign-extended from size
	classUint                 // bits, zero-extended from size
	classFloat                // re
	classComplex              // re, im
	classString               // str
)

var errDivide = errors.New("runtime error: integer divide by zero")

// wrap cuts an integer to size bytes, as Go's arithmetic does.
func wrapBits(bits uint64, c class, size int) uint64 {
	shift := 64 - 8*uint(size)
	if c == classInt {
		return uint64(int64(bits<<shift) >> shift)
	}
	return bits << shift >> shift
}

// intOp computes x op y for integers of one type.
func intOp(op token.Token, x, y uint64, c class, size int) (uint64, error) {
	var r uint64
	switch op {
	case token.ADD:
		r = x + y
	case token.SUB:
		r = x - y
	case token.MUL:
		r = x * y
	case token.QUO, token.REM:
		return divide(op, x, y, c, size)
	case token.AND:
		r = x & y
	case token.OR:
		r = x | y
	case token.XOR:
		r = x ^ y
	case token.AND_NOT:
		r = x &^ y
	default:
		return 0, fmt.Errorf("operator %s not defined on integers", op)
	}
	return wrapBits(r, c, size), nil
}

func divide(op token.Token, x, y uint64, c class, size int) (uint64, error) {
	if y == 0 {
		return 0, errDivide
	}
	var r uint64
	switch {
	case c == classUint && op == token.QUO:
		r = x / y
	case c == classUint:
		r = x % y
	case int64(y) == -1: // the quotient of the lowest integer overflows
		r = -x
		if op == token.REM {
			r = 0
		}
	case op == token.QUO:
		r = uint64(int64(x) / int64(y))
	default:
		r = uint64(int64(x) % int64(y))
	}
	return wrapBits(r, c, size), nil
}

// shift computes x << n or x >> n.
func shiftBits(op token.Token, x, n uint64, c class, size int) uint64 {
	if op == token.SHL {
		if n > 63 {
			return 0
		}
		return wrapBits(x<<n, c, size)
	}
	if c == classInt {
		return uint64(int64(x) >> min(n, 63))
	}
	if n > 63 {
		return 0
	}
	return x >> n
}

// floatOp computes x op y, rounded to size bytes. Division by zero gives an
// infinity or NaN, as in a running program.
func floatOp(op token.Token, x, y float64, size int) (float64, error) {
	var r float64
	switch op {
	case token.ADD:
		r = x + y
	case token.SUB:
		r = x - y
	case token.MUL:
		r = x * y
	case token.QUO:
		r = x / y
	default:
		return 0, fmt.Errorf("operator %s not defined on floating point numbers", op)
	}
	return roundFloat(r, size), nil
}

func roundFloat(f float64, size int) float64 {
	if size == 4 {
		return float64(float32(f))
	}
	return f
}

// complexOp computes x op y; size is that of both parts together.
func complexOp(op token.Token, x, y complex128, size int) (complex128, error) {
	var r complex128
	switch op {
	case token.ADD:
		r = x + y
	case token.SUB:
		r = x - y
	case token.MUL:
		r = x * y
	case token.QUO:
		r = x / y
	default:
		return 0, fmt.Errorf("operator %s not defined on complex numbers", op)
	}
	if size == 8 {
		r = complex128(complex64(r))
	}
	return r, nil
}

// compareOrdered applies a comparison to two values by their order. NaNs are
// handled by the caller's ordered flag.
func compareResult(op token.Token, less, equal bool) (bool, bool) {
	switch op {
	case token.EQL:
		return equal, true
	case token.NEQ:
		return !equal, true
	case token.LSS:
		return less, true
	case token.LEQ:
		return less || equal, true
	case token.GTR:
		return !less && !equal, true
	case token.GEQ:
		return !less, true
	}
	return false, false
}

// compareFloats is compareResult for numbers that may be NaN.
func compareFloats(op token.Token, x, y float64) (bool, bool) {
	if math.IsNaN(x) || math.IsNaN(y) {
		return op == token.NEQ, true
	}
	return compareResult(op, x < y, x == y)
}

// floatToInt converts as the processor does for Go: towards zero.
func floatToInt(f float64, c class, size int) uint64 {
	switch {
	case c == classUint && size == 8:
		return uint64(f)
	case size == 4 && c == classUint:
		return wrapBits(uint64(int64(f)), c, size)
	case size <= 4: // by way of an int32, which has one value for all that it cannot hold
		if !(f > math.MinInt32-1 && f < math.MaxInt32+1) {
			f = math.MinInt32
		}
	}
	return wrapBits(uint64(int64(f)), c, size)
}

// intToFloat rounds once.
func intToFloat(bits uint64, c class, size int) float64 {
	switch {
	case c == classUint && size == 4:
		return float64(float32(bits))
	case c == classUint:
		return float64(bits)
	case size == 4:
		return float64(float32(int64(bits)))
	}
	return float64(int64(bits))
}
