package value

import (
	"errors"
	"fmt"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/symbol"
)

// ErrNilPointer is returned for following a nil pointer.
var ErrNilPointer = errors.New("nil pointer dereference")

// Deref is what a pointer points to. It fails with ErrNilPointer for nil, and
// for pointers whose type does not tell to what (unsafe.Pointer, void*).
func (v *Value) Deref() (*Value, error) {
	if v.Kind() == symbol.UnsafePointer {
		return nil, fmt.Errorf("cannot dereference a %s: convert it to a pointer of some type first", v.TypeName())
	}
	if v.Kind() != symbol.Pointer {
		return nil, v.errorOr(fmt.Sprintf("a %s cannot be dereferenced", v.TypeName()))
	}
	p, err := v.word(0)
	if err != nil {
		return nil, err
	}
	if p == 0 {
		return nil, ErrNilPointer
	}
	e := v.Type.Elem()
	if e == nil || e.Kind() == symbol.Void || e.Kind() == symbol.Opaque {
		return nil, fmt.Errorf("a %s cannot be dereferenced: it is not known what it points to", v.TypeName())
	}
	return New(v.env, "", e, addr.Addr(p)), nil
}

// AddressOf is a pointer to v, which must be in memory.
func (v *Value) AddressOf() (*Value, error) {
	a, ok := v.Addr()
	if v.Err != nil {
		return nil, v.Err
	}
	if !ok || v.Type == nil {
		return nil, fmt.Errorf("can not take address of %q: it is not in memory", v.Name)
	}
	t := v.Type.File().PointerTo(v.Type)
	if t == nil {
		return nil, fmt.Errorf("can not take address of %q: no pointer type for %s", v.Name, v.Type.Name())
	}
	p := OfUint(v.env, "&"+v.Name, t, uint64(a))
	p.addressOf = true
	return p, nil
}

// IsNilValue says whether a pointer, map, channel, function, slice or interface
// is nil.
func (v *Value) IsNilValue() (bool, error) {
	switch v.Kind() {
	case symbol.Pointer, symbol.UnsafePointer, symbol.Map, symbol.Chan, symbol.FuncKind, symbol.Slice, symbol.Interface:
		if v.seq != nil {
			return false, nil
		}
		p, err := v.word(0)
		return p == 0, err
	}
	if v.IsNil() {
		return true, nil
	}
	return false, v.errorOr(fmt.Sprintf("a %s is never nil", v.TypeName()))
}
