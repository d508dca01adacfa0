package value

import (
	"fmt"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/goruntime"
	"github.com/tinydbg/tinydbg/internal/symbol"
)

// Dynamic is the value in an interface, called "data"; nil for a nil
// interface. A type that the debug information does not have gives a value
// whose Err says so, by the runtime's name for it.
func (v *Value) Dynamic() (*Value, error) {
	if v.Kind() != symbol.Interface {
		return nil, v.errorOr(fmt.Sprintf("a %s is no interface", v.TypeName()))
	}
	if v.env.Runtime == nil {
		return nil, errNoRuntime
	}
	tab, err := v.word(0)
	if err != nil || tab == 0 {
		return nil, err
	}
	size := int64(v.env.ptrSize())
	data, err := v.word(size)
	if err != nil {
		return nil, err
	}
	r := v.env.Runtime
	i, err := r.ReadInterface(v.env.Mem, addr.Addr(tab), addr.Addr(data), v.Type.EmptyInterface())
	if err != nil {
		return nil, err
	}
	rt, err := r.ReadRType(v.env.Mem, i.Type)
	if err != nil {
		return nil, fmt.Errorf("could not resolve interface type: %w", err)
	}
	return v.dynamic(rt, i.Data, size)
}

func (v *Value) dynamic(rt goruntime.RType, data addr.Addr, size int64) (*Value, error) {
	t, err := v.env.Runtime.ResolveType(v.env.Mem, rt)
	if err != nil {
		d := Unreadable(v.env, "data", nil, fmt.Errorf("its type, %s, is not in the debug information", rt.Name))
		d.typeText = rt.Name
		return d, nil
	}
	if rt.Direct {
		return v.part("data", t, size), nil
	}
	return New(v.env, "data", t, data), nil
}
