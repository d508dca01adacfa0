package goruntime

import (
	"fmt"
	"reflect"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/target"
)

// RType is what the runtime's descriptor of a type says (internal/abi.Type).
type RType struct {
	Addr addr.Addr
	Kind reflect.Kind
	// Size of a value, in bytes.
	Size uint64
	// Direct is true for types whose values stand in an interface's data word
	// themselves; of others the word points to the value.
	Direct bool
	// Name is the type's name as package reflect gives it: with the package's
	// name, not its path.
	Name string
	// Hash is the runtime's: that of the type's whole name.
	Hash uint32
	// uncommon is true for types that have methods.
	uncommon bool
}

// Facts from internal/abi/type.go.
const (
	kindMask       = 1<<5 - 1
	kindDirect     = 1 << 5 // of Kind_, up to go1.25
	tflagDirect    = 1 << 5 // of TFlag, since go1.26
	tflagUncommon  = 1 << 0
	tflagExtraStar = 1 << 1
	maxTypeName    = 4096
)

// ReadRType reads the type descriptor at a.
func (r *Runtime) ReadRType(mem target.Memory, a addr.Addr) (RType, error) {
	b, err := r.readStruct(mem, a, "internal/abi.Type")
	if err != nil {
		return RType{}, fmt.Errorf("read the type descriptor at %v: %w", a, err)
	}
	off := func(field string) int { return r.off()["internal/abi.Type."+field] }
	kind, flags := b.uint(off("Kind_"), 1), b.uint(off("TFlag"), 1)
	t := RType{Addr: a, Kind: reflect.Kind(kind & kindMask), Size: b.u64(off("Size_")), uncommon: flags&tflagUncommon != 0}
	t.Hash = uint32(b.uint(off("TFlag")-4, 4)) // Hash stands before TFlag in every release
	if r.version.Minor >= 26 {
		t.Direct = flags&tflagDirect != 0
	} else {
		t.Direct = kind&kindDirect != 0
	}
	if t.Kind == reflect.Invalid || t.Kind > reflect.UnsafePointer {
		return RType{}, fmt.Errorf("no type descriptor at %v: kind %d", a, kind)
	}
	name, err := r.typeName(mem, a, int32(b.uint(off("Str"), 4)))
	if err == nil && flags&tflagExtraStar != 0 && len(name) > 0 {
		name = name[1:]
	}
	t.Name = name
	return t, nil
}

// typeName reads a name at an offset in the section of types of the module
// that the descriptor at a is in: a flag byte, a varint length, the text.
func (r *Runtime) typeName(mem target.Memory, a addr.Addr, nameOff int32) (string, error) {
	base, err := r.typesBase(mem, a)
	if err != nil {
		return "", err
	}
	name, _, err := r.nameAt(mem, base+addr.Addr(nameOff))
	return name, err
}

// nameAt reads a name: a flag byte, a varint length, the text.
func (r *Runtime) nameAt(mem target.Memory, at addr.Addr) (name string, flags byte, err error) {
	h, err := r.readBlock(mem, at, 4)
	if err != nil {
		return "", 0, err
	}
	n, used := 0, 1
	for ; used < 4; used++ {
		n |= int(h.data[used]&0x7f) << (7 * (used - 1))
		if h.data[used]&0x80 == 0 {
			break
		}
	}
	name, err = r.stringAt(mem, at+addr.Addr(used+1), uint64(n), maxTypeName)
	return name, h.data[0], err
}

// typesBase is the beginning of the types of the module that a is in.
func (r *Runtime) typesBase(mem target.Memory, a addr.Addr) (addr.Addr, error) {
	const name = "runtime.moduledata."
	at, _, ok := r.symbolAddr("runtime.firstmoduledata")
	if !ok {
		return 0, fmt.Errorf("no symbol runtime.firstmoduledata")
	}
	for n := 0; at != 0 && n < 1000; n++ {
		b, err := r.readStruct(mem, at, "runtime.moduledata")
		if err != nil {
			return 0, err
		}
		if types := b.ptr(r.off()[name+"types"]); a >= types && a < b.ptr(r.off()[name+"etypes"]) {
			return types, nil
		}
		at = b.ptr(r.off()[name+"next"])
	}
	return 0, fmt.Errorf("%v is in no module's types", a)
}

// Interface is the content of an interface value.
type Interface struct {
	// Type is the address of the dynamic type's descriptor, 0 for nil.
	Type addr.Addr
	// Data is the data word: the value itself or a pointer to it, see RType.Direct.
	Data addr.Addr
}

// ReadInterface takes apart the two words of an interface value: of one
// without methods when empty (runtime.eface), else of one with (runtime.iface).
func (r *Runtime) ReadInterface(mem target.Memory, tab, data addr.Addr, empty bool) (Interface, error) {
	if tab == 0 {
		return Interface{}, nil
	}
	if empty {
		return Interface{Type: tab, Data: data}, nil
	}
	t, err := r.readPtr(mem, tab+addr.Addr(r.off()["internal/abi.ITab.Type"]))
	if err != nil {
		return Interface{}, fmt.Errorf("read the interface table at %v: %w", tab, err)
	}
	return Interface{Type: t, Data: data}, nil
}

// ResolveType is TypeAt, but it also makes types that debug information lacks
// of the runtime's descriptor: those made by package reflect, and pointers that
// are only put into interfaces, which releases up to go1.23 leave out.
func (r *Runtime) ResolveType(mem target.Memory, rt RType) (*symbol.Type, error) {
	t, err := r.TypeAt(rt.Addr)
	if err == nil {
		return t, nil
	}
	if rt.Kind == reflect.Pointer {
		// The same pointer type for all who ask.
		elem, perr := r.readPtr(mem, rt.Addr+addr.Addr(r.off()["internal/abi.Type"])) // abi.PtrType.Elem
		if e, eerr := r.TypeAt(elem); perr == nil && eerr == nil {
			if p := e.File().PointerTo(e); p != nil {
				return p, nil
			}
		}
	}
	if made, merr := r.makeType(mem, rt.Addr); merr == nil {
		return made, nil
	}
	return nil, err
}
