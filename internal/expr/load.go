package expr

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/target"
)

// maxString bounds the strings that expressions compute with.
const maxString = 16 << 20

var errNilPointer = errors.New("nil pointer dereference")

// read fills buf from an operand's memory, at an offset.
func (o operand) read(buf []byte, off int64) error {
	return readFull(o.mem, buf, o.at+addr.Addr(off))
}

func readFull(mem target.Memory, buf []byte, a addr.Addr) error {
	n, err := mem.ReadMemory(buf, a)
	if err == nil && n < len(buf) {
		err = fmt.Errorf("only %d of %d bytes at %v can be read", n, len(buf), a)
	}
	return err
}

// load reads a scalar.
func load(o operand, cl class, size int) (operand, error) {
	var buf [16]byte
	if cl == classString {
		s, err := loadString(o)
		o.class, o.size, o.str = cl, size, s
		return o, err
	}
	if size > len(buf) || size < 1 {
		return o, fmt.Errorf("%s of %d bytes cannot be computed with", o.typeName(), size)
	}
	if err := o.read(buf[:size], 0); err != nil {
		return o, err
	}
	o.class, o.size = cl, size
	switch cl {
	case classFloat:
		o.re = floatBits(buf[:size])
	case classComplex:
		o.re, o.im = floatBits(buf[:size/2]), floatBits(buf[size/2:size])
	case classBool:
		o.bits = boolBits(buf[0] != 0)
	default:
		o.bits = wrapBits(littleEndian(buf[:size]), cl, size)
	}
	return o, nil
}

// littleEndian is the integer that up to 8 bytes mean.
func littleEndian(b []byte) uint64 {
	var w [8]byte
	copy(w[:], b)
	return binary.LittleEndian.Uint64(w[:])
}

func floatBits(b []byte) float64 {
	if len(b) == 4 {
		return float64(math.Float32frombits(binary.LittleEndian.Uint32(b)))
	}
	return math.Float64frombits(littleEndian(b))
}

// loadString reads a whole string.
func loadString(o operand) (string, error) {
	p, n, err := headerOf(o)
	if err != nil {
		return "", err
	}
	return readText(o, p, n)
}

// readText reads n bytes at p, which o's header gave.
func readText(o operand, p uint64, n int64) (string, error) {
	if n > maxString {
		return "", fmt.Errorf("string of %d bytes is too long to compute with: the limit is %d", n, maxString)
	}
	if n == 0 {
		return "", nil
	}
	buf := make([]byte, n)
	if err := readFull(processMemory(o.mem), buf, addr.Addr(p)); err != nil {
		return "", err
	}
	return string(buf), nil
}

// headerOf is the pointer and the length of a string.
func headerOf(o operand) (p uint64, n int64, err error) {
	var buf [16]byte
	if err := o.read(buf[:], 0); err != nil {
		return 0, 0, err
	}
	p, n = littleEndian(buf[:8]), int64(littleEndian(buf[8:]))
	if n < 0 {
		return 0, 0, fmt.Errorf("string has the impossible length %d", n)
	}
	return p, n, nil
}

// stringHeader is headerOf for strings that are in memory.
func stringHeader(_ *machine, x operand) (p uint64, n int64, err error) {
	if x.mem == nil {
		return 0, int64(len(x.str)), nil
	}
	return headerOf(x)
}

// stringPart is x[lo:hi], which must be in range. Only that part is read.
func stringPart(m *machine, x operand, lo, hi int64) (string, error) {
	if s, ok := x.text(); ok {
		return s[lo:hi], nil
	}
	p, _, err := headerOf(x)
	if err != nil {
		return "", err
	}
	return readText(x, p+uint64(lo), hi-lo)
}

// sliceHeader is what a slice is made of.
func sliceHeader(_ *machine, x operand) (p uint64, n, c int64, err error) {
	if x.mem == nil {
		return 0, 0, 0, fmt.Errorf("%s has no value", x.typeName())
	}
	var buf [24]byte
	if err := x.read(buf[:], 0); err != nil {
		return 0, 0, 0, err
	}
	p, n, c = littleEndian(buf[:8]), int64(littleEndian(buf[8:16])), int64(littleEndian(buf[16:]))
	if n < 0 || c < n {
		return 0, 0, 0, fmt.Errorf("slice has the impossible length %d and capacity %d", n, c)
	}
	return p, n, c, nil
}

// pointerBits is the address that a pointer (map, channel, function) holds.
func pointerBits(x operand) (uint64, error) {
	if x.fn != nil {
		return uint64(x.fn.entry()), nil
	}
	if x.mem == nil {
		return 0, fmt.Errorf("%s has no value", x.typeName())
	}
	size := x.typ.Size()
	if size < 1 || size > 8 {
		return 0, fmt.Errorf("pointer of %d bytes", size)
	}
	var buf [8]byte
	if err := x.read(buf[:size], 0); err != nil {
		return 0, err
	}
	return littleEndian(buf[:]), nil
}

// deref is what a pointer points to.
func deref(m *machine, x operand) (operand, error) {
	elem := x.typ.Elem()
	if elem == nil {
		return operand{}, fmt.Errorf("%s can not be dereferenced", x.typeName())
	}
	switch elem.Kind() {
	case symbol.Void, symbol.Opaque, symbol.Invalid:
		return operand{}, fmt.Errorf("%s can not be dereferenced: what it points to has no known type", x.typeName())
	}
	p, err := pointerBits(x)
	if err != nil {
		return operand{}, err
	}
	if p == 0 {
		return operand{}, errNilPointer
	}
	return memoryOperand(m, elem, p)
}

// memoryOperand is a value of type t in the process.
func memoryOperand(m *machine, t *symbol.Type, p uint64) (operand, error) {
	if t == nil {
		return operand{}, errors.New("the type is not known")
	}
	return operand{typ: t, mem: m.Mem, at: addr.Addr(p)}, nil
}

// field is a field of a struct.
func field(x operand, f symbol.Field) (operand, error) {
	if f.Type == nil {
		return operand{}, fmt.Errorf("the type of field %s is not known", f.Name)
	}
	if x.mem == nil {
		return operand{}, fmt.Errorf("%s has no value", x.typeName())
	}
	o := operand{typ: f.Type, mem: x.mem, at: x.at + addr.Addr(f.Offset), fake: x.fake, label: f.Name}
	if f.BitSize != 0 {
		return bitField(o, f)
	}
	return o, nil
}

// bitField reads a bit field of C, which has no address.
func bitField(o operand, f symbol.Field) (operand, error) {
	cl, size := classOf(f.Type)
	if f.BitSize < 1 || f.BitOffset < 0 || f.BitSize+f.BitOffset > 64 || cl == classNone {
		return o, fmt.Errorf("bit field %s of %d bits cannot be read", f.Name, f.BitSize)
	}
	var buf [8]byte
	if err := o.read(buf[:(f.BitSize+f.BitOffset+7)/8], 0); err != nil {
		return o, err
	}
	bits := littleEndian(buf[:]) >> f.BitOffset
	up := uint(64 - f.BitSize)
	bits <<= up
	if cl == classInt {
		bits = uint64(int64(bits) >> up)
	} else {
		bits >>= up
	}
	return operand{typ: f.Type, class: cl, size: size, bits: bits, label: f.Name}, nil
}

// element is element i of an array.
func element(x operand, elem *symbol.Type, i int64) (operand, error) {
	if x.mem == nil || elem == nil {
		return operand{}, fmt.Errorf("%s has no value", x.typeName())
	}
	return operand{typ: elem, mem: x.mem, at: x.at + addr.Addr(i*elem.Size()), fake: x.fake}, nil
}

// addressable is the address of an operand in the process.
func addressable(x operand) (addr.Addr, bool) {
	return x.at, x.mem != nil && !x.fake
}
