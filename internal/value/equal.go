package value

import (
	"bytes"
	"fmt"
	"go/constant"
	"go/token"

	"github.com/tinydbg/tinydbg/internal/symbol"
)

// Equal compares two values as Go's == does. Untyped constants take the other's
// type. What Go cannot compare is an error, but for comparisons with nil.
func Equal(a, b *Value) (bool, error) { return equal(a, b, 0) }

func equal(a, b *Value, depth int) (bool, error) {
	if a.Err != nil {
		return false, a.Err
	}
	if b.Err != nil {
		return false, b.Err
	}
	if depth > 32 {
		return false, fmt.Errorf("%s is nested too deep to compare", a.TypeName())
	}
	switch {
	case a.IsNil() && b.IsNil():
		return false, fmt.Errorf("nil cannot be compared with nil")
	case b.IsNil():
		return a.IsNilValue()
	case a.IsNil():
		return b.IsNilValue()
	case a.Type == nil && b.Type == nil:
		return equalConst(a, b)
	case a.Type == nil:
		a, b = b, a
	}
	if b.Type != nil && isAddress(a) && isAddress(b) {
		return equalWords(a, b)
	}
	if b.Type != nil && a.Kind() != b.Kind() {
		return equalMixed(a, b, depth)
	}
	return equalTyped(a, b, depth)
}

// isAddress tells what is compared by one word, whatever it points to: which types
// may be compared is for the caller to know.
func isAddress(v *Value) bool {
	k := v.Kind()
	return k == symbol.Pointer || k == symbol.UnsafePointer || k == symbol.Chan
}

func equalWords(a, b *Value) (bool, error) {
	x, err := a.Uint()
	if err != nil {
		return false, err
	}
	y, err := b.Uint()
	return x == y, err
}

func equalConst(a, b *Value) (ok bool, err error) {
	x, y := a.Const, b.Const
	if x.Kind() != y.Kind() && (x.Kind() < constant.Int || y.Kind() < constant.Int) {
		return false, fmt.Errorf("mismatched types: %v and %v", x, y)
	}
	return constant.Compare(x, token.EQL, y), nil
}

// equalMixed compares an interface with a value of another kind.
func equalMixed(a, b *Value, depth int) (bool, error) {
	if b.Kind() == symbol.Interface {
		a, b = b, a
	}
	if a.Kind() != symbol.Interface {
		return false, fmt.Errorf("mismatched types %s and %s", a.TypeName(), b.TypeName())
	}
	d, err := a.Dynamic()
	if err != nil || d == nil {
		return false, err
	}
	if d.TypeName() != b.TypeName() {
		return false, d.Err
	}
	return equal(d, b, depth+1)
}

// equalTyped compares a with b, which is of the same kind or a constant.
func equalTyped(a, b *Value, depth int) (bool, error) {
	switch k := a.Kind(); k {
	case symbol.Float32, symbol.Float64, symbol.Float80:
		x, err := a.Float()
		if err != nil {
			return false, err
		}
		y, err := b.Float()
		if a.Kind() == symbol.Float32 {
			y = float64(float32(y))
		}
		return x == y, err
	case symbol.Complex64, symbol.Complex128:
		x, err := a.Complex()
		if err != nil {
			return false, err
		}
		y, err := b.Complex()
		return x == y, err
	case symbol.String:
		return equalText(a, b)
	case symbol.Interface:
		return equalDynamic(a, b, depth)
	case symbol.Struct:
		return equalParts(a.Fields(), b.Fields(), depth)
	case symbol.Array:
		return equalArrays(a, b, depth)
	case symbol.Slice, symbol.Map, symbol.FuncKind:
		return false, fmt.Errorf("a %s can only be compared with nil", a.TypeName())
	default:
		return equalBytes(a, b)
	}
}

func equalBytes(a, b *Value) (bool, error) {
	x, err := a.Bytes()
	if err != nil {
		return false, err
	}
	y, err := encode(a.env, a.Type, b)
	return bytes.Equal(x, y), err
}

func equalText(a, b *Value) (bool, error) {
	n, err := a.Len()
	if err != nil {
		return false, err
	}
	m, err := b.Len()
	if err != nil || n != m {
		return false, err
	}
	x, _, err := a.Text(MaxBytes)
	if err != nil {
		return false, err
	}
	y, _, err := b.Text(MaxBytes)
	if err == nil && x == y && n > MaxBytes {
		return false, fmt.Errorf("strings of %d bytes are too long to compare", n)
	}
	return x == y, err
}

func equalDynamic(a, b *Value, depth int) (bool, error) {
	if b.Kind() != symbol.Interface {
		return equalMixed(a, b, depth)
	}
	x, err := a.Dynamic()
	if err != nil {
		return false, err
	}
	y, err := b.Dynamic()
	if err != nil {
		return false, err
	}
	if x == nil || y == nil {
		return x == nil && y == nil, nil
	}
	if x.TypeName() != y.TypeName() {
		return false, nil
	}
	return equal(x, y, depth+1)
}

func equalParts(xs, ys []*Value, depth int) (bool, error) {
	if len(xs) != len(ys) {
		return false, fmt.Errorf("structs of different types cannot be compared")
	}
	for i, x := range xs {
		if x.Name == "_" {
			continue
		}
		if ok, err := equal(x, ys[i], depth+1); !ok || err != nil {
			return false, err
		}
	}
	return true, nil
}

func equalArrays(a, b *Value, depth int) (bool, error) {
	n := a.Type.Len()
	if b.Type == nil || b.Type.Len() != n || n > MaxBytes {
		return false, fmt.Errorf("arrays %s and %s cannot be compared", a.TypeName(), b.TypeName())
	}
	for i := range n {
		x, err := a.Index(i)
		if err != nil {
			return false, err
		}
		y, err := b.Index(i)
		if err != nil {
			return false, err
		}
		if ok, err := equal(x, y, depth+1); !ok || err != nil {
			return false, err
		}
	}
	return true, nil
}
