package value

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/goruntime"
	"github.com/tinydbg/tinydbg/internal/symbol"
)

// errNoRuntime is for Go's own types in a process whose Go runtime is not known.
var errNoRuntime = errors.New("the Go runtime of the process is not known")

// mapHeader is the address of a map's header, 0 for nil.
func (v *Value) mapHeader() (addr.Addr, error) {
	if v.env.Runtime == nil {
		return 0, errNoRuntime
	}
	p, err := v.word(0)
	return addr.Addr(p), err
}

func (v *Value) mapLen() (uint64, error) {
	h, err := v.mapHeader()
	if err != nil {
		return 0, err
	}
	return v.env.Runtime.MapLen(v.env.Mem, h)
}

// Entries visits the entries of a map, see MapIter.
func (v *Value) Entries() (*MapIter, error) {
	if v.Kind() != symbol.Map {
		return nil, v.errorOr(fmt.Sprintf("a %s is no map", v.TypeName()))
	}
	h, err := v.mapHeader()
	if err != nil {
		return nil, err
	}
	key, elem := v.Type.Key(), v.Type.Elem()
	if key == nil || elem == nil {
		return nil, errors.New("the map's key and element types are not in the debug information")
	}
	shape := v.mapShape(key, elem)
	it := v.env.Runtime.Map(v.env.Mem, h, shape)
	return &MapIter{MapIter: it, env: v.env, key: key, elem: elem, header: h, shape: shape}, nil
}

func (v *Value) mapShape(key, elem *symbol.Type) goruntime.MapShape {
	slot := func(t *symbol.Type) goruntime.Slot {
		return goruntime.Slot{Size: int(t.Size()), Align: int(goruntime.Align(t))}
	}
	rtype := v.env.Runtime.RTypeOf(v.Type)
	return v.env.Runtime.MapShapeAt(v.env.Mem, rtype, slot(key), slot(elem))
}

// MapIter visits the entries of a map in the order they lie in memory:
//
//	for it.Next() { k, e := it.Entry() }
//	if it.Err() != nil ...
type MapIter struct {
	*goruntime.MapIter
	env       *Env
	key, elem *symbol.Type
	header    addr.Addr
	shape     goruntime.MapShape
}

// Entry is the current key and element.
func (it *MapIter) Entry() (key, elem *Value) {
	return New(it.env, "", it.key, it.Key()), New(it.env, "", it.elem, it.Elem())
}

// Lookup finds the element of a map for a key: where its hash leads to if the map is
// large, else, or if the hash is not known, by comparing with every key the map has. ok
// is false when there is none.
func (v *Value) Lookup(key *Value) (elem *Value, ok bool, err error) {
	it, err := v.Entries()
	if err != nil {
		return nil, false, err
	}
	if it.Len() > minHashed {
		if elem, ok, known := v.hashed(key); known {
			return elem, ok, nil
		}
	}
	ok, err = it.find(key)
	if !ok || err != nil {
		return nil, false, err
	}
	_, elem = it.Entry()
	return elem, true, nil
}

// find goes on to the entry with a key.
func (it *MapIter) find(key *Value) (bool, error) {
	match, err := matcher(it, key)
	if err != nil {
		return false, err
	}
	for it.Next() {
		if ok, err := match(); ok || err != nil {
			return ok, err
		}
	}
	return false, it.Err()
}

// matcher compares the current key of it with key. Kinds whose equality is that of
// their bytes are compared where the iterator has them; strings by length first.
func matcher(it *MapIter, key *Value) (func() (bool, error), error) {
	size := it.env.ptrSize()
	switch k := it.key.Kind(); {
	case IsSigned(k), IsUnsigned(k), k == symbol.Bool, k == symbol.Pointer, k == symbol.UnsafePointer, k == symbol.Chan:
		want, err := encode(it.env, it.key, key)
		if err != nil {
			return nil, err
		}
		return func() (bool, error) { return bytes.Equal(it.KeyBytes(), want), nil }, nil
	case k == symbol.String:
		want, n, err := key.Text(MaxBytes)
		if err != nil {
			return nil, err
		}
		return func() (bool, error) {
			b := it.KeyBytes()
			if int64(number(it.env.order(), b[size:2*size])) != n {
				return false, nil
			}
			return sameText(it.env, addr.Addr(number(it.env.order(), b[:size])), want)
		}, nil
	default:
		return func() (bool, error) {
			k, _ := it.Entry()
			return Equal(k, key)
		}, nil
	}
}

// sameText compares memory at a with text.
func sameText(env *Env, a addr.Addr, text string) (bool, error) {
	if text == "" {
		return true, nil
	}
	buf := make([]byte, len(text))
	if err := readMemory(env, buf, a); err != nil {
		return false, err
	}
	return string(buf) == text, nil
}
