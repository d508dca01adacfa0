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
	if v.asserted != nil {
		return v.asserted.Dynamic()
	}
	rt, data, err := v.dynamicType()
	if err != nil || rt.Addr == 0 {
		return nil, err
	}
	return v.dynamic(rt, data, int64(v.env.ptrSize()))
}

// dynamicType takes an interface apart: the type of what it holds, without an
// address for nil, and its second word.
func (v *Value) dynamicType() (rt goruntime.RType, data addr.Addr, err error) {
	if v.Kind() != symbol.Interface {
		return rt, 0, v.errorOr(fmt.Sprintf("a %s is no interface", v.TypeName()))
	}
	if v.env.Runtime == nil {
		return rt, 0, errNoRuntime
	}
	tab, err := v.word(0)
	if err != nil || tab == 0 {
		return rt, 0, err
	}
	word, err := v.word(int64(v.env.ptrSize()))
	if err != nil {
		return rt, 0, err
	}
	r := v.env.Runtime
	i, err := r.ReadInterface(v.env.Mem, addr.Addr(tab), addr.Addr(word), v.Type.EmptyInterface())
	if err != nil {
		return rt, 0, err
	}
	if rt, err = r.ReadRType(v.env.Mem, i.Type); err != nil {
		return rt, 0, fmt.Errorf("could not resolve interface type: %w", err)
	}
	return rt, i.Data, nil
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
