package goruntime

import (
	"fmt"
	"strings"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/target"
)

// maxMethods bounds the methods of an interface type.
const maxMethods = 4096

// InterfaceMethods lists the methods of the interface type with a descriptor at
// a, as Go writes them: "Read([]uint8) (int, error)". Debug information does not
// have them (abi.InterfaceType: the name of the package, then a slice of pairs of
// offsets, of a name and of a type).
func (r *Runtime) InterfaceMethods(mem target.Memory, a addr.Addr) ([]string, error) {
	base, err := r.typesBase(mem, a)
	if err != nil {
		return nil, err
	}
	rest := a + addr.Addr(r.off()["internal/abi.Type"]+r.ptrSize)
	list, err := r.readPtr(mem, rest)
	if err != nil {
		return nil, err
	}
	n, err := r.readPtr(mem, rest+addr.Addr(r.ptrSize))
	if err != nil {
		return nil, err
	}
	if n > maxMethods {
		return nil, fmt.Errorf("the interface type at %v has %d methods", a, n)
	}
	if n == 0 {
		return nil, nil
	}
	b, err := r.readBlock(mem, list, int(n)*8)
	if err != nil {
		return nil, fmt.Errorf("read the methods of the interface type at %v: %w", a, err)
	}
	var methods []string
	for i := range int(n) {
		name, _, err := r.nameAt(mem, base+addr.Addr(int32(b.uint(8*i, 4))))
		if err != nil {
			return nil, err
		}
		t, err := r.ReadRType(mem, base+addr.Addr(int32(b.uint(8*i+4, 4))))
		if err != nil {
			return nil, err
		}
		methods = append(methods, name+strings.TrimPrefix(t.Name, "func"))
	}
	return methods, nil
}
