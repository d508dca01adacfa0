package value

import (
	"errors"
	"fmt"
	"go/constant"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/symbol"
)

// sequence is an array, a slice or a string, taken apart.
type sequence struct {
	elem     *symbol.Type
	at       place
	len, cap int64
	// parts are the elements of one that is in no place.
	parts []*Value
}

// sequence takes apart an array, slice, string, or pointer to an array.
func (v *Value) sequence() (*sequence, error) {
	if v.seq != nil {
		return v.seq, nil
	}
	switch v.Kind() {
	case symbol.Array:
		n := max(v.Type.Len(), 0)
		return &sequence{elem: v.Type.Elem(), at: v.at, len: n, cap: n, parts: v.parts}, v.Err
	case symbol.Slice:
		data, n, err := v.header()
		if err != nil {
			return &sequence{elem: v.Type.Elem(), at: inMemory(data), len: n}, err
		}
		c, err := v.word(2 * int64(v.env.ptrSize()))
		s := &sequence{elem: v.Type.Elem(), at: inMemory(data), len: n, cap: int64(c)}
		if err == nil && (s.cap < s.len || s.cap > maxLen) {
			err = fmt.Errorf("it has length %d, but the impossible capacity %d", n, s.cap)
		}
		return s, err
	case symbol.String:
		data, n, err := v.header()
		return &sequence{elem: v.byteType(), at: inMemory(data), len: n, cap: n}, err
	case symbol.Pointer:
		if e := v.Type.Elem(); e != nil && e.Kind() == symbol.Array {
			array, err := v.Deref()
			if err != nil {
				return nil, err
			}
			return array.sequence()
		}
	}
	return nil, v.errorOr("a " + v.TypeName() + " has no elements to index")
}

func (v *Value) byteType() *symbol.Type {
	t, err := v.Type.File().TypeNamed("uint8")
	if err != nil {
		return nil
	}
	return t
}

// Len is what Go's len gives: for arrays and pointers to them, slices, strings,
// maps and channels.
func (v *Value) Len() (int64, error) {
	switch {
	case v.Const != nil && v.Const.Kind() == constant.String:
		return int64(len(constant.StringVal(v.Const))), nil
	case v.Kind() == symbol.Map:
		n, err := v.mapLen()
		return int64(n), err
	case v.Kind() == symbol.Chan:
		c, err := v.channel()
		if err != nil || c == nil {
			return 0, err
		}
		return int64(c.Len), nil
	}
	s, err := v.sequence()
	if err != nil {
		return 0, err
	}
	return s.len, nil
}

// Cap is what Go's cap gives: for arrays and pointers to them, slices, and
// channels.
func (v *Value) Cap() (int64, error) {
	switch v.Kind() {
	case symbol.Chan:
		c, err := v.channel()
		if err != nil || c == nil {
			return 0, err
		}
		return int64(c.Cap), nil
	case symbol.String, symbol.Map:
		return 0, errors.New("a " + v.TypeName() + " has no capacity")
	}
	s, err := v.sequence()
	if err != nil {
		return 0, err
	}
	return s.cap, nil
}

// Index is element i of an array, a pointer to one, a slice or a string; for C
// also of what a pointer points to.
func (v *Value) Index(i int64) (*Value, error) {
	if v.Kind() == symbol.Pointer && !v.Type.IsGo() {
		return v.cIndex(i)
	}
	s, err := v.sequence()
	if err != nil {
		return nil, err
	}
	open := v.Kind() == symbol.Array && v.Type.Len() < 0
	if i < 0 || i >= s.len && !open {
		return nil, &RangeError{Index: i, Len: s.len}
	}
	return s.index(v, i)
}

// RangeError says that an index is out of range.
type RangeError struct {
	Index, Len int64
}

func (e *RangeError) Error() string {
	return fmt.Sprintf("index out of bounds: %d is not in [0, %d)", e.Index, e.Len)
}

func (s *sequence) index(v *Value, i int64) (*Value, error) {
	if s.elem == nil {
		return nil, errors.New("the element type is not in the debug information")
	}
	if s.parts != nil {
		if i >= int64(len(s.parts)) {
			return nil, &RangeError{Index: i, Len: int64(len(s.parts))}
		}
		return s.parts[i].called(""), nil
	}
	e := &Value{Type: s.elem, env: v.env, at: s.at.shift(i * s.elem.Size())}
	if s.at.pieces != nil { // and not what a header in registers points to
		e.Flags = v.Flags & api.VariableFakeAddress
	}
	return e, nil
}

func (v *Value) cIndex(i int64) (*Value, error) {
	p, err := v.word(0)
	if err != nil {
		return nil, err
	}
	e := v.Type.Elem()
	if e == nil || e.Size() <= 0 {
		return nil, fmt.Errorf("a %s cannot be indexed: the size of its elements is not known", v.TypeName())
	}
	return New(v.env, "", e, addr.Addr(p)+addr.Addr(i*e.Size())), nil
}

// Slice is v[lo:hi] of an array, a pointer to one, a slice or a string. For
// slices hi may be up to the capacity.
func (v *Value) Slice(lo, hi int64) (*Value, error) {
	s, err := v.sequence()
	if err != nil {
		return nil, err
	}
	if lo < 0 || hi < lo || hi > s.cap {
		return nil, fmt.Errorf("slice bounds out of range [%d:%d] with capacity %d", lo, hi, s.cap)
	}
	return v.cut(s, lo, hi, s.cap)
}

// Slice3 is v[lo:hi:limit], which strings do not have.
func (v *Value) Slice3(lo, hi, limit int64) (*Value, error) {
	if v.Kind() == symbol.String {
		return nil, errors.New("a string has no capacity to limit")
	}
	s, err := v.sequence()
	if err != nil {
		return nil, err
	}
	if lo < 0 || hi < lo || limit < hi || limit > s.cap {
		return nil, fmt.Errorf("slice bounds out of range [%d:%d:%d] with capacity %d", lo, hi, limit, s.cap)
	}
	return v.cut(s, lo, hi, limit)
}

func (v *Value) cut(s *sequence, lo, hi, limit int64) (*Value, error) {
	if s.elem == nil {
		return nil, errors.New("the element type is not in the debug information")
	}
	if s.parts != nil {
		return SliceOfParts(v.env, "", s.elem, s.parts[lo:hi]), nil
	}
	cut := &sequence{elem: s.elem, at: s.at.shift(lo * s.elem.Size()), len: hi - lo, cap: limit - lo}
	out := &Value{env: v.env, seq: cut}
	if v.Kind() == symbol.Slice && v.seq == nil || v.Kind() == symbol.String {
		return v.sliceHeader(cut)
	}
	if t := v.sliceType(s.elem); t != nil {
		a, ok := cut.at.address()
		if ok {
			return header(v.env, t, a, cut.len, cut.cap), nil
		}
	}
	return out, nil
}

// sliceHeader makes a string or slice of v's type.
func (v *Value) sliceHeader(cut *sequence) (*Value, error) {
	a, _ := cut.at.address()
	return header(v.env, v.Type, a, cut.len, cut.cap), nil
}

func (v *Value) sliceType(elem *symbol.Type) *symbol.Type {
	t, err := elem.File().TypeNamed("[]" + elem.Name())
	if err != nil {
		return nil
	}
	return t
}

// header makes a string or slice value.
func header(env *Env, t *symbol.Type, data addr.Addr, n, c int64) *Value {
	size := env.ptrSize()
	b := make([]byte, 0, 3*size)
	for _, w := range []uint64{uint64(data), uint64(n), uint64(c)} {
		word := make([]byte, 8)
		env.order().PutUint64(word, w)
		b = append(b, word[:size]...)
	}
	return OfBytes(env, "", t, b[:min(int64(len(b)), t.Size())])
}
