package goruntime

import (
	"strings"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/target"
)

// maxMethods bounds the methods of a type.
const maxMethods = 4096

// InterfaceMethods lists the methods of the interface type with a descriptor at
// a, as Go writes them: "Read([]uint8) (int, error)". Debug information does not
// have them.
func (r *Runtime) InterfaceMethods(mem target.Memory, a addr.Addr) ([]string, error) {
	list, _, err := r.interfaceTable(mem, a)
	if err != nil {
		return nil, err
	}
	var methods []string
	for _, m := range list {
		t, err := r.ReadRType(mem, m.typ)
		if err != nil {
			return nil, err
		}
		methods = append(methods, m.name+strings.TrimPrefix(t.Name, "func"))
	}
	return methods, nil
}
