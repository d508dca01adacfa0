package expr

import (
	"errors"
	"fmt"
	"go/token"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/goruntime"
	"github.com/tinydbg/tinydbg/internal/symbol"
)

var (
	errNoRuntime = errors.New("the process has no Go runtime that is known here")
	errNoKey     = errors.New("key not found")
)

func (m *machine) runtime() (*goruntime.Runtime, error) {
	if m.Runtime == nil {
		return nil, errNoRuntime
	}
	return m.Runtime, nil
}

// mapLen is len(x) of a map.
func mapLen(m *machine, x operand) (int64, error) {
	header, err := pointerBits(x)
	if err != nil || header == 0 {
		return 0, err
	}
	rt, err := m.runtime()
	if err != nil {
		return 0, err
	}
	n, err := rt.MapLen(m.Mem, addr.Addr(header))
	return int64(n), err
}

// mapIndex is x[key]. Entries are visited one by one: the program's hash
// function can't be run.
func mapIndex(m *machine, x, key operand) (operand, error) {
	keyType, elemType := x.typ.Key(), x.typ.Elem()
	if keyType == nil || elemType == nil {
		return operand{}, errors.New("the types of the map's entries are not known")
	}
	key, err := mapKey(key, keyType)
	if err != nil {
		return operand{}, err
	}
	header, err := pointerBits(x)
	if err != nil {
		return operand{}, err
	}
	if header == 0 {
		return operand{}, errNoKey
	}
	it, err := m.mapIter(x.typ, addr.Addr(header))
	if err != nil {
		return operand{}, err
	}
	for it.Next() {
		k, err := memoryOperand(m, keyType, uint64(it.Key()))
		if err != nil {
			return operand{}, err
		}
		same, err := compare(m, token.EQL, k, key)
		if err != nil {
			return operand{}, err
		}
		if same {
			return memoryOperand(m, elemType, uint64(it.Elem()))
		}
	}
	if err := it.Err(); err != nil {
		return operand{}, err
	}
	return operand{}, errNoKey
}

// mapKey checks a key before the map is searched for it.
func mapKey(key operand, t *symbol.Type) (operand, error) {
	key, err := key.scalar()
	if err != nil || t.Kind() == symbol.Interface {
		return key, err
	}
	if key.untyped() {
		cl, size := classOf(t)
		if cl == classNone {
			return key, fmt.Errorf("can not convert %s constant to %s", key.c, t.Name())
		}
		return constAs(key.c, operand{typ: t, class: cl, size: size})
	}
	if !key.isNil && !isInterface(key.typ) && !identical(key.typ, t) {
		return key, fmt.Errorf("mismatched types %q and %q", key.typeName(), t.Name())
	}
	return key, nil
}

func (m *machine) mapIter(t *symbol.Type, header addr.Addr) (*goruntime.MapIter, error) {
	rt, err := m.runtime()
	if err != nil {
		return nil, err
	}
	key, elem := slot(t.Key()), slot(t.Elem())
	shape := rt.MapShape(key, elem)
	if a, ok := t.RuntimeAddr(); ok {
		if im := m.imageOf(t); im != nil {
			shape = rt.MapShapeAt(m.Mem, im.Bias.Process(a), key, elem)
		}
	}
	return rt.Map(m.Mem, header, shape), nil
}

func slot(t *symbol.Type) goruntime.Slot {
	return goruntime.Slot{Size: int(t.Size()), Align: int(goruntime.Align(t))}
}

// chanLen is len(x) and cap(x) of a channel.
func chanLen(m *machine, x operand) (n, c int64, err error) {
	p, err := pointerBits(x)
	if err != nil || p == 0 {
		return 0, 0, err
	}
	rt, err := m.runtime()
	if err != nil {
		return 0, 0, err
	}
	ch, err := rt.ReadChan(m.Mem, addr.Addr(p))
	if err != nil {
		return 0, 0, err
	}
	return int64(ch.Len), int64(ch.Cap), nil
}
