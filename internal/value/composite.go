package value

import (
	"fmt"

	"github.com/tinydbg/tinydbg/internal/symbol"
)

// OfParts is a value of a struct or array type that is in no place: it is made
// of its fields or elements, all of them, in order.
func OfParts(env *Env, name string, t *symbol.Type, parts []*Value) *Value {
	return &Value{Name: name, Type: t, env: env, parts: parts}
}

// SliceOfParts is a slice of elements of type elem that is in no place.
func SliceOfParts(env *Env, name string, elem *symbol.Type, parts []*Value) *Value {
	n := int64(len(parts))
	return &Value{Name: name, env: env, seq: &sequence{elem: elem, parts: parts, len: n, cap: n}}
}

// fieldPart is the part of a composite that a field of its type stands for.
func (v *Value) fieldPart(f *symbol.Field) *Value {
	list := v.Type.Fields()
	for i := range list {
		if i < len(v.parts) && list[i].Name == f.Name && list[i].Offset == f.Offset {
			return v.parts[i].called(f.Name)
		}
	}
	return Unreadable(v.env, f.Name, f.Type, fmt.Errorf("the value has no %s", f.Name))
}

// called is v by another name.
func (v *Value) called(name string) *Value {
	c := *v
	c.Name = name
	return &c
}

// assemble makes the bytes of a composite out of its parts.
func (v *Value) assemble() ([]byte, error) {
	buf := make([]byte, v.Type.Size())
	put := func(t *symbol.Type, off int64, part *Value) error {
		b, err := encode(v.env, t, part)
		copy(buf[off:], b)
		return err
	}
	if v.Kind() == symbol.Array {
		for i, part := range v.parts {
			if err := put(v.Type.Elem(), int64(i)*v.Type.Elem().Size(), part); err != nil {
				return nil, err
			}
		}
		return buf, nil
	}
	list := v.Type.Fields()
	for i := range list {
		if err := put(list[i].Type, list[i].Offset, v.parts[i]); err != nil {
			return nil, err
		}
	}
	return buf, nil
}
