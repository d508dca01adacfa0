package value

import (
	"errors"
	"fmt"
	"go/constant"
	"math"

	"github.com/tinydbg/tinydbg/internal/symbol"
)

// Assign writes src to v, as Go's assignment does: of the same type, an untyped
// constant that fits, or nil; the words of strings, slices, maps, channels,
// functions and interfaces are copied, what they refer to is shared. An
// interface takes also a pointer-shaped value of a concrete type if it has no
// methods. What would need new memory in the program is a *NeedsMemoryError.
func (v *Value) Assign(src *Value) error {
	if v.Err != nil {
		return fmt.Errorf("%s cannot be set: %w", v.Name, v.Err)
	}
	if src.Err != nil {
		return src.Err
	}
	if v.Type == nil || v.Const != nil || v.seq != nil {
		return fmt.Errorf("%s cannot be set: it is no variable", v.Name)
	}
	data, err := encode(v.env, v.Type, src)
	if err != nil {
		return err
	}
	return v.at.write(v.env, 0, data)
}

// NeedsMemoryError says that an assignment needs memory that only the program
// itself can allocate, by a function call.
type NeedsMemoryError struct {
	// What it is for: "the contents of a string".
	What string
	// Size in bytes.
	Size int64
}

func (e *NeedsMemoryError) Error() string {
	return fmt.Sprintf("%s (%d bytes) would have to be allocated in the program, which only a function call can do", e.What, e.Size)
}

// Encode is src as the bytes of a value of type t.
func Encode(env *Env, t *symbol.Type, src *Value) ([]byte, error) { return encode(env, t, src) }

func encode(env *Env, t *symbol.Type, src *Value) ([]byte, error) {
	switch {
	case src.IsNil():
		return encodeNil(t)
	case src.Const != nil && src.Type == nil:
		return encodeConst(env, t, src.Const)
	case t.Kind() == symbol.Interface && src.Kind() != symbol.Interface:
		return encodeInterface(env, t, src)
	case src.seq != nil:
		return encodeSequence(env, t, src)
	case !sameType(t, src.Type):
		return nil, fmt.Errorf("cannot use a %s as %s", src.TypeName(), t.Name())
	case src.Const != nil:
		return encodeConst(env, t, src.Const)
	default:
		return src.Bytes()
	}
}

// sameType compares by name: types of different files have different pointers.
func sameType(a, b *symbol.Type) bool {
	return a == b || b != nil && a.Kind() == b.Kind() && a.Name() == b.Name() && a.Size() == b.Size()
}

func encodeNil(t *symbol.Type) ([]byte, error) {
	switch t.Kind() {
	case symbol.Pointer, symbol.UnsafePointer, symbol.Map, symbol.Chan, symbol.FuncKind, symbol.Slice, symbol.Interface:
		return make([]byte, t.Size()), nil
	}
	return nil, fmt.Errorf("cannot use nil as %s", t.Name())
}

func encodeSequence(env *Env, t *symbol.Type, src *Value) ([]byte, error) {
	a, ok := src.seq.at.address()
	if t.Kind() != symbol.Slice || t.Elem() == nil || !sameType(t.Elem(), src.seq.elem) || !ok {
		return nil, fmt.Errorf("cannot use a %s as %s", src.TypeName(), t.Name())
	}
	return header(env, t, a, src.seq.len, src.seq.cap).Bytes()
}

// encodeInterface makes the two words of an interface without methods.
func encodeInterface(env *Env, t *symbol.Type, src *Value) ([]byte, error) {
	if env.Runtime == nil {
		return nil, errNoRuntime
	}
	if !t.EmptyInterface() {
		return nil, fmt.Errorf("a %s cannot be put into a %s: that needs a method table", src.TypeName(), t.Name())
	}
	rtype := env.Runtime.RTypeOf(src.Type)
	if rtype == 0 {
		return nil, fmt.Errorf("a %s cannot be put into a %s: the program has no descriptor of the type", src.TypeName(), t.Name())
	}
	rt, err := env.Runtime.ReadRType(env.Mem, rtype)
	if err != nil {
		return nil, err
	}
	if !rt.Direct {
		return nil, &NeedsMemoryError{What: "the copy of a " + src.TypeName() + " in an interface", Size: src.Type.Size()}
	}
	data, err := src.Bytes()
	if err != nil {
		return nil, err
	}
	word := make([]byte, 8)
	env.order().PutUint64(word, uint64(rtype))
	return append(word[:env.ptrSize()], data...), nil
}

func encodeConst(env *Env, t *symbol.Type, c constant.Value) ([]byte, error) {
	mismatch := func() error { return fmt.Errorf("cannot use %v as %s", c, t.Name()) }
	buf := make([]byte, 16)
	switch k := integerKind(t); {
	case k == symbol.Bool:
		if c.Kind() != constant.Bool {
			return nil, mismatch()
		}
		if constant.BoolVal(c) {
			buf[0] = 1
		}
		return buf[:t.Size()], nil
	case IsSigned(k), IsUnsigned(k), k == symbol.Pointer, k == symbol.UnsafePointer:
		return encodeInt(env, t, IsSigned(k), c)
	case c.Kind() != constant.Int && c.Kind() != constant.Float && c.Kind() != constant.Complex && k != symbol.String:
		return nil, mismatch()
	case k == symbol.Float32, k == symbol.Float64:
		f := constant.ToFloat(c)
		if f.Kind() != constant.Float {
			return nil, mismatch()
		}
		x, _ := constant.Float64Val(f)
		return encodeFloat(env, buf[:t.Size()], x), nil
	case k == symbol.Complex64, k == symbol.Complex128:
		re, _ := constant.Float64Val(constant.Real(c))
		im, _ := constant.Float64Val(constant.Imag(c))
		half := t.Size() / 2
		encodeFloat(env, buf[:half], re)
		encodeFloat(env, buf[half:2*half], im)
		return buf[:t.Size()], nil
	case k == symbol.String && c.Kind() == constant.String:
		s := constant.StringVal(c)
		if s == "" {
			return buf[:t.Size()], nil
		}
		return nil, &NeedsMemoryError{What: "the contents of a string", Size: int64(len(s))}
	}
	return nil, mismatch()
}

func encodeFloat(env *Env, buf []byte, x float64) []byte {
	if len(buf) == 4 {
		env.order().PutUint32(buf, math.Float32bits(float32(x)))
	} else {
		env.order().PutUint64(buf, math.Float64bits(x))
	}
	return buf
}

var errOverflow = errors.New("constant overflows")

func encodeInt(env *Env, t *symbol.Type, signed bool, c constant.Value) ([]byte, error) {
	i := constant.ToInt(c)
	if i.Kind() != constant.Int {
		return nil, fmt.Errorf("cannot use %v as %s", c, t.Name())
	}
	bits := uint(8 * t.Size())
	var word uint64
	ok := false
	if signed {
		var n int64
		n, ok = constant.Int64Val(i)
		ok = ok && (bits >= 64 || n>>(bits-1) == 0 || n>>(bits-1) == -1)
		word = uint64(n)
	} else {
		word, ok = constant.Uint64Val(i)
		ok = ok && (bits >= 64 || word>>bits == 0)
	}
	if !ok {
		return nil, fmt.Errorf("%w: %v does not fit in %s", errOverflow, c, t.Name())
	}
	buf := make([]byte, 8)
	env.order().PutUint64(buf, word)
	return buf[:t.Size()], nil
}
