package inspect

import (
	"fmt"
	"strings"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/symbol"
)

// underlying is what a named type that is no struct, interface or basic type
// stands for; "" for others. Up to go1.23 debug information does not tell the
// results of a function type from parameters that are pointers.
func (w *World) underlying(t *symbol.Type) string {
	if !t.Named() || !t.IsGo() {
		return ""
	}
	elem := ""
	if e := t.Elem(); e != nil {
		elem = e.Name()
	}
	switch t.Kind() {
	case symbol.FuncKind:
		if w.Runtime == nil || w.Runtime.Version().Minor < 24 {
			return ""
		}
		return signatureOf(t)
	case symbol.Pointer:
		return "*" + elem
	case symbol.Slice:
		return "[]" + elem
	case symbol.Array:
		return fmt.Sprintf("[%d]%s", t.Len(), elem)
	case symbol.Chan:
		return "chan " + elem
	case symbol.Map:
		if k := t.Key(); k != nil {
			return "map[" + k.Name() + "]" + elem
		}
	}
	return ""
}

func signatureOf(t *symbol.Type) string {
	ins, variadic := t.Params()
	params, results := typeNames(ins), typeNames(t.Results())
	if last := len(params) - 1; variadic && last >= 0 {
		params[last] = "..." + strings.TrimPrefix(params[last], "[]")
	}
	return symbol.FuncTypeName(params, results)
}

func typeNames(types []*symbol.Type) []string {
	names := make([]string, len(types))
	for i, t := range types {
		names[i] = t.Name()
	}
	return names
}

// interfaceMethods lists what a type must have to implement an interface type.
func (w *World) interfaceMethods(t *symbol.Type) []api.TypeInfoMethod {
	if w.Runtime == nil {
		return nil
	}
	rtype := w.Runtime.RTypeOf(t)
	if rtype == 0 {
		return nil
	}
	names, err := w.Runtime.InterfaceMethods(w.Mem, rtype)
	if err != nil {
		return nil
	}
	var list []api.TypeInfoMethod
	for _, name := range names {
		list = append(list, api.TypeInfoMethod{Name: name})
	}
	return list
}
