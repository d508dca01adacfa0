package expr

import (
	"errors"
	"fmt"
	"go/constant"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/target"
)

// scratch is memory for values that were made here: it holds data at address 0
// and shows the process beyond it through process.
type scratch struct {
	data    []byte
	process target.Memory
}

// ReadMemory implements target.Memory.
func (s *scratch) ReadMemory(buf []byte, a addr.Addr) (int, error) {
	if uint64(a)+uint64(len(buf)) > uint64(len(s.data)) {
		return 0, fmt.Errorf("%d bytes at offset %d of a value of %d", len(buf), uint64(a), len(s.data))
	}
	return copy(buf, s.data[a:]), nil
}

// WriteMemory implements target.Memory: a value made here is nowhere.
func (s *scratch) WriteMemory(addr.Addr, []byte) (int, error) {
	return 0, errors.New("the value was computed, it is not in the program")
}

// overlay is a memory that is not the process's but belongs to it.
type overlay interface{ under() target.Memory }

func (s *scratch) under() target.Memory { return s.process }

// processMemory is the memory that pointers in a value of mem point into.
func processMemory(mem target.Memory) target.Memory {
	if o, ok := mem.(overlay); ok {
		return o.under()
	}
	return mem
}

// bytesOperand is a value that consists of data.
func bytesOperand(m *machine, t *symbol.Type, data []byte) (operand, error) {
	if t == nil {
		return operand{}, errors.New("the type is not known")
	}
	s := &scratch{data: data}
	if m != nil {
		s.process = m.Mem
	}
	return operand{typ: t, mem: s, fake: true}, nil
}

// wordOperand is a pointer, or another value of pointer size.
func wordOperand(m *machine, t *symbol.Type, p uint64) (operand, error) {
	size := t.Size()
	if size < 1 || size > 8 {
		size = 8
	}
	return bytesOperand(m, t, wordBytes(p)[:size])
}

// makeSlice is a part of the array s, at p; its type is looked up by name.
func makeSlice(m *machine, s seq, p uint64, n, c int64) (operand, error) {
	t, err := m.prog.site.typeNamed("", "[]"+s.elem.Name())
	if err != nil {
		return operand{}, err
	}
	return sliceOf(s.mem, t, p, n, c)
}

func sliceOf(mem target.Memory, t *symbol.Type, p uint64, n, c int64) (operand, error) {
	data := append(wordBytes(p), wordBytes(uint64(n))...)
	data = append(data, wordBytes(uint64(c))...)
	return operand{typ: t, mem: &scratch{data, mem}, fake: true}, nil
}

func wordBytes(v uint64) []byte {
	b := make([]byte, 8)
	for i := range b {
		b[i] = byte(v >> (8 * i))
	}
	return b
}

// substring is x[lo:hi]. A part of a string in the process stays there.
func substring(m *machine, x operand, lo, hi int64) (operand, error) {
	if s, ok := x.text(); ok {
		if x.untyped() {
			return untypedConst(constant.MakeString(s[lo:hi])), nil
		}
		return operand{typ: x.typ, class: classString, size: x.size, str: s[lo:hi]}, nil
	}
	p, _, err := headerOf(x)
	if err != nil {
		return operand{}, err
	}
	data := append(wordBytes(p+uint64(lo)), wordBytes(uint64(hi-lo))...)
	return operand{typ: x.typ, mem: &scratch{data, processMemory(x.mem)}, fake: true}, nil
}

// text is the contents of a string that is known without reading.
func (o operand) text() (string, bool) {
	if o.c != nil && o.c.Kind() == constant.String {
		return constant.StringVal(o.c), true
	}
	return o.str, o.class == classString
}

// sliceText is string(x) for slices of bytes and runes.
func sliceText(m *machine, x operand) (string, error) {
	elem := x.typ.Elem()
	cl, size := classOf(elem)
	isRune := cl == classInt && size == 4
	if !isRune && (cl != classUint || size != 1) {
		return "", errConvert
	}
	p, n, _, err := sliceHeader(m, x)
	if err != nil {
		return "", err
	}
	if n > maxString {
		return "", fmt.Errorf("slice of %d elements is too long to convert: the limit is %d", n, maxString)
	}
	s, err := readText(x, p, n*int64(size))
	if err != nil || !isRune {
		return s, err
	}
	var b strings.Builder
	for i := 0; i < len(s); i += 4 {
		b.WriteRune(rune(littleEndian([]byte(s[i : i+4]))))
	}
	return b.String(), nil
}

// textToSlice is []byte(x) and []rune(x). The array is not in the process, so
// the result is a slice whose elements come along with it.
func textToSlice(m *machine, t *symbol.Type, x operand) (operand, error) {
	x, err := x.scalar()
	if err != nil {
		return operand{}, err
	}
	s, _ := x.text()
	cl, size := classOf(t.Elem())
	var data []byte
	n := int64(len(s))
	switch {
	case cl == classUint && size == 1:
		data = []byte(s)
	case cl == classInt && size == 4:
		n = int64(utf8.RuneCountInString(s))
		for _, r := range s {
			data = append(data, wordBytes(uint64(r))[:4]...)
		}
	default:
		return operand{}, errConvert
	}
	return detachedSlice(m, t, data, n)
}

// detachedBase is where the elements of a slice made here seem to be: no
// process has memory there (the address is not canonical).
const detachedBase = 0x7ff0_0000_0000_0000

// detached is memory for a slice header at 0 whose elements are at detachedBase.
type detached struct {
	header, elems []byte
	process       target.Memory
}

func detachedSlice(m *machine, t *symbol.Type, data []byte, n int64) (operand, error) {
	d := &detached{elems: data}
	if m != nil {
		d.process = m.Mem
	}
	p := uint64(detachedBase)
	if n == 0 {
		p = 0
	}
	d.header = append(append(wordBytes(p), wordBytes(uint64(n))...), wordBytes(uint64(n))...)
	return operand{typ: t, mem: d, fake: true}, nil
}

// ReadMemory implements target.Memory.
func (d *detached) ReadMemory(buf []byte, a addr.Addr) (int, error) {
	src := d.header
	if a >= detachedBase {
		src, a = d.elems, a-detachedBase
	}
	if uint64(a)+uint64(len(buf)) > uint64(len(src)) {
		return 0, fmt.Errorf("%d bytes at offset %d of a value of %d", len(buf), uint64(a), len(src))
	}
	return copy(buf, src[a:]), nil
}

// WriteMemory implements target.Memory.
func (d *detached) WriteMemory(a addr.Addr, data []byte) (int, error) {
	return (&scratch{}).WriteMemory(a, data)
}

func (d *detached) under() target.Memory { return d }

// encode is the bytes of a scalar as the process holds it. Strings have none:
// their text would need memory.
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
