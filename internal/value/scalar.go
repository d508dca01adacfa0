package value

import (
	"fmt"
	"go/constant"
	"math"
	"math/big"

	"github.com/tinydbg/tinydbg/internal/symbol"
)

// IsSigned tells the signed integer kinds.
func IsSigned(k symbol.Kind) bool { return k >= symbol.Int && k <= symbol.Int64 }

// IsUnsigned tells the unsigned integer kinds.
func IsUnsigned(k symbol.Kind) bool { return k >= symbol.Uint && k <= symbol.Uintptr }

// integerKind is a type's kind with C enumerations as the integers they are.
func integerKind(t *symbol.Type) symbol.Kind {
	if t.Kind() != symbol.Enum {
		return t.Kind()
	}
	if e := t.Elem(); e != nil && e.Kind() != symbol.Enum {
		return e.Kind()
	}
	return symbol.Int64
}

// Int is the value of a signed integer, or the bits of another scalar
// of up to eight bytes, sign extended.
func (v *Value) Int() (int64, error) {
	n, err := v.Uint()
	if err != nil {
		return 0, err
	}
	if v.Type == nil || v.Type.Size() >= 8 {
		return int64(n), nil
	}
	shift := 64 - 8*uint(v.Type.Size())
	return int64(n<<shift) >> shift, nil
}

// Uint is the value of an unsigned integer, bool or pointer, or the bits of
// another scalar of up to eight bytes.
func (v *Value) Uint() (uint64, error) {
	if v.Const != nil {
		return constBits(v.Const)
	}
	if v.Type == nil {
		return 0, v.errorOr("an untyped nil is no number")
	}
	if v.Type.Size() < 1 || v.Type.Size() > 8 {
		return 0, v.errorOr(fmt.Sprintf("a %s of %d bytes is no number", v.Type.Name(), v.Type.Size()))
	}
	b, err := v.read(0, int(v.Type.Size()))
	if err != nil {
		return 0, err
	}
	return number(v.env.order(), b), nil
}

func (v *Value) errorOr(text string) error {
	if v.Err != nil {
		return v.Err
	}
	return fmt.Errorf("%s", text)
}

func constBits(c constant.Value) (uint64, error) {
	c = constant.ToInt(c)
	if n, ok := constant.Int64Val(c); ok {
		return uint64(n), nil
	}
	if n, ok := constant.Uint64Val(c); ok {
		return n, nil
	}
	return 0, fmt.Errorf("%v is no integer of 64 bits", c)
}

// Bool is the value of a bool.
func (v *Value) Bool() (bool, error) {
	if v.Const != nil {
		return constant.BoolVal(v.Const), nil
	}
	n, err := v.Uint()
	return n != 0, err
}

// Float is the value of a float of any size.
func (v *Value) Float() (float64, error) {
	if v.Const != nil {
		f, _ := constant.Float64Val(constant.ToFloat(v.Const))
		return f, nil
	}
	return v.floatAt(0, v.Type.Size(), v.Kind() == symbol.Float80)
}

// Complex is the value of a complex number.
func (v *Value) Complex() (complex128, error) {
	if v.Const != nil {
		re, _ := constant.Float64Val(constant.Real(v.Const))
		im, _ := constant.Float64Val(constant.Imag(v.Const))
		return complex(re, im), nil
	}
	half := v.Type.Size() / 2
	re, err := v.floatAt(0, half, false)
	if err != nil {
		return 0, err
	}
	im, err := v.floatAt(half, half, false)
	return complex(re, im), err
}

func (v *Value) floatAt(off, size int64, x87 bool) (float64, error) {
	if size < 1 || size > 16 {
		return 0, fmt.Errorf("a float of %d bytes is not known", size)
	}
	b, err := v.read(off, int(size))
	switch {
	case err != nil:
		return 0, err
	case x87 && size >= 10:
		return float80(b), nil
	case size == 4:
		return float64(math.Float32frombits(uint32(number(v.env.order(), b)))), nil
	case size == 8:
		return math.Float64frombits(number(v.env.order(), b)), nil
	default:
		return 0, fmt.Errorf("a float of %d bytes is not known", size)
	}
}

// float80 is x87's extended format: 64 bits of significand, whose first one is
// explicit, 15 of exponent, and a sign; little endian.
func float80(b []byte) float64 {
	var mantissa uint64
	for i := 7; i >= 0; i-- {
		mantissa = mantissa<<8 | uint64(b[i])
	}
	exp := int(b[8]) | int(b[9]&0x7f)<<8
	f := math.Ldexp(float64(mantissa), exp-16383-63)
	switch {
	case exp == 0x7fff && mantissa<<1 == 0:
		f = math.Inf(1)
	case exp == 0x7fff:
		return math.NaN()
	}
	if b[9]&0x80 != 0 {
		f = -f
	}
	return f
}

// bigInt is an integer of more than eight bytes.
func (v *Value) bigInt(signed bool) (*big.Int, error) {
	b, err := v.read(0, int(v.Type.Size()))
	if err != nil {
		return nil, err
	}
	// Little endian: the last byte is the most significant.
	be := make([]byte, len(b))
	for i, x := range b {
		be[len(b)-1-i] = x
	}
	n := new(big.Int).SetBytes(be)
	if signed && len(be) > 0 && be[0]&0x80 != 0 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(be))))
	}
	return n, nil
}
