package value

import (
	"fmt"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/goruntime"
)

// flagIndir, of a reflect.Value: its pointer points to the data (reflect/value.go).
const flagIndir = 1 << 7

// readReflected is a reflect.Value: the type of what it holds, and that.
func readReflected(v *Value, _ string, depth int) (string, error) {
	typ, err := v.Field("typ_")
	if err != nil {
		return "", err
	}
	at, err := typ.word(0)
	if err != nil || at == 0 {
		return "invalid", err
	}
	if v.env.Runtime == nil {
		return "", errNoRuntime
	}
	rt, err := v.env.Runtime.ReadRType(v.env.Mem, addr.Addr(at))
	if err != nil {
		return "", err
	}
	flags, err := uintField(v, "flag")
	if err != nil {
		return "", err
	}
	ptr, err := v.Field("ptr")
	if err != nil {
		return "", err
	}
	data, err := ptr.word(0)
	if err != nil {
		return "", err
	}
	rt.Direct = flags&flagIndir == 0
	name := descriptorName(v, rt)
	held, err := ptr.dynamic(rt, addr.Addr(data), 0)
	if err != nil || held.Err != nil {
		return name, err
	}
	text, err := short(held, depth+1)
	if err != nil || text == held.TypeName() {
		return name, nil
	}
	return name + " " + text, nil
}

// descriptorName is the name of a type, which descriptors made by package reflect
// keep elsewhere: those are spelled by what they consist of.
func descriptorName(v *Value, rt goruntime.RType) string {
	if rt.Name != "" {
		return rt.Name
	}
	t, err := v.env.Runtime.ResolveType(v.env.Mem, rt)
	if err != nil {
		return ""
	}
	return t.Name()
}

// readRType is the name of the type that a descriptor describes: what a
// reflect.Type points to.
func readRType(v *Value) (string, error) {
	at, ok := v.Addr()
	if !ok {
		return "", fmt.Errorf("a %s is in no place", v.TypeName())
	}
	if v.env.Runtime == nil {
		return "", errNoRuntime
	}
	rt, err := v.env.Runtime.ReadRType(v.env.Mem, at)
	if err != nil {
		return "", err
	}
	return descriptorName(v, rt), nil
}
