package expr

import (
	"fmt"
	"go/constant"
	"math"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/value"
)

// maxString bounds the strings that expressions compute with, in bytes.
const maxString = 16 << 20

// scalar loads o if it is in the process and has a scalar class.
func (o operand) scalar() (operand, error) {
	if o.late != nil {
		return o.settled()
	}
	if o.class != classNone || o.val == nil {
		return o, nil
	}
	cl, size := classOf(o.typ)
	if cl == classNone {
		return o, nil
	}
	return o.load(cl, size)
}

// load reads a scalar.
func (o operand) load(cl class, size int) (operand, error) {
	var err error
	switch cl {
	case classBool:
		var b bool
		b, err = o.val.Bool()
		o.bits = boolBits(b)
	case classInt, classUint:
		o.bits, err = o.val.Uint()
		o.bits = wrapBits(o.bits, cl, size)
	case classFloat:
		o.re, err = o.val.Float()
	case classComplex:
		var z complex128
		z, err = o.val.Complex()
		o.re, o.im = real(z), imag(z)
	case classString:
		o.str, err = loadString(o.val)
	}
	o.class, o.size = cl, size
	return o, err
}

func loadString(v *value.Value) (string, error) {
	s, n, err := v.Text(maxString)
	if err == nil && n > maxString {
		err = fmt.Errorf("string of %d bytes is too long to compute with: the limit is %d", n, maxString)
	}
	return s, err
}

// pointerBits is the address that a pointer (map, channel, function) holds.
func (o operand) pointerBits() (uint64, error) {
	switch {
	case o.fn != nil:
		return uint64(o.fn.entry()), nil
	case o.val == nil:
		return 0, fmt.Errorf("%s has no value", o.typeName())
	}
	b, err := o.val.Bytes()
	if err != nil {
		return 0, err
	}
	return littleEndian(b[:min(len(b), 8)]), nil
}

// littleEndian is the integer that up to 8 bytes mean.
func littleEndian(b []byte) uint64 {
	var v uint64
	for i, x := range b {
		v |= uint64(x) << (8 * i)
	}
	return v
}

func wordBytes(v uint64) []byte {
	b := make([]byte, 8)
	for i := range b {
		b[i] = byte(v >> (8 * i))
	}
	return b
}

// value is o as a value of the program's world. A computed one gets bytes.
func (o operand) value(m *machine, name string) (*value.Value, error) {
	o, err := o.settled()
	if err != nil {
		return nil, err
	}
	switch {
	case o.val != nil && o.val.Name != "" && name == "":
		return o.val, nil
	case o.val != nil:
		v := *o.val
		v.Name = name
		return &v, nil
	case o.isNil:
		return value.Nil(m.Env), nil
	case o.c != nil:
		return value.OfConst(m.Env, name, o.declared, o.c), nil
	case o.class == classString:
		v := value.OfConst(m.Env, name, o.typ, constant.MakeString(o.str))
		v.Flags = 0
		return v, nil
	}
	data, ok := o.encode()
	if !ok {
		return nil, fmt.Errorf("%s has no value", o.typeName())
	}
	v := value.OfBytes(m.Env, name, o.typ, data)
	if o.isConst {
		v.Flags |= api.VariableConstant
	}
	return v, nil
}

// encode is the bytes of a computed number or bool.
func (o operand) encode() ([]byte, bool) {
	switch o.class {
	case classBool, classInt, classUint:
		return wordBytes(o.bits)[:o.size], true
	case classFloat:
		return floatBytes(o.re, o.size), true
	case classComplex:
		return append(floatBytes(o.re, o.size/2), floatBytes(o.im, o.size/2)...), true
	}
	return nil, false
}

func floatBytes(f float64, size int) []byte {
	if size == 4 {
		return wordBytes(uint64(math.Float32bits(float32(f))))[:4]
	}
	return wordBytes(math.Float64bits(f))
}
