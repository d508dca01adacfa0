package goruntime

import (
	"fmt"
	"reflect"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/target"
)

// MissingMethod is the name of the first method of the interface type with a
// descriptor at inter that the type with one at t does not have, "" if it has all of
// them. It asks what the program itself asks (runtime/iface.go, itabInit), so methods
// that the linker has left out make no difference: those of a type that an
// interface type in the program has are known by their name and type, whether or
// not they still have code.
func (r *Runtime) MissingMethod(mem target.Memory, t, inter addr.Addr) (string, error) {
	wanted, pkg, err := r.interfaceTable(mem, inter)
	if err != nil || len(wanted) == 0 {
		return "", err
	}
	have, err := r.typeMethods(mem, t)
	if err != nil {
		return "", err
	}
	for _, w := range wanted {
		if w.pkg == "" {
			w.pkg = pkg
		}
		ok, err := r.hasMethod(mem, have, w)
		if err != nil {
			return "", err
		}
		if !ok {
			return w.name, nil
		}
	}
	return "", nil
}

// method is a method in a descriptor.
type method struct {
	name     string
	exported bool
	// pkg is the path of the package that a name belongs to that is not exported.
	pkg string
	// typ is the descriptor of its type without a receiver, 0 if the program has none.
	typ addr.Addr
}

func (r *Runtime) hasMethod(mem target.Memory, have []method, w method) (bool, error) {
	for _, h := range have {
		if h.name != w.name || h.typ == 0 || !h.exported && h.pkg != w.pkg {
			continue
		}
		same, err := r.sameType(mem, h.typ, w.typ)
		if same || err != nil {
			return same, err
		}
	}
	return false, nil
}

// sameType compares types by their descriptors: in one module, there is one for
// each. A plugin has its own, with the same name and hash.
func (r *Runtime) sameType(mem target.Memory, a, b addr.Addr) (bool, error) {
	if a == b {
		return true, nil
	}
	x, err := r.ReadRType(mem, a)
	if err != nil {
		return false, err
	}
	y, err := r.ReadRType(mem, b)
	if err != nil {
		return false, err
	}
	if x.Name != y.Name || x.Hash != y.Hash {
		return false, nil
	}
	base, err := r.typesBase(mem, a)
	if err != nil {
		return false, err
	}
	other, err := r.typesBase(mem, b)
	return base != other, err
}

// typeMethods lists the methods of the type with a descriptor at t.
func (r *Runtime) typeMethods(mem target.Memory, t addr.Addr) ([]method, error) {
	rt, err := r.ReadRType(mem, t)
	if err != nil || !rt.uncommon {
		return nil, err
	}
	base, err := r.typesBase(mem, t)
	if err != nil {
		return nil, fmt.Errorf("the methods of %s, which was made at run time, are not known: %w", rt.Name, err)
	}
	// abi.UncommonType: PkgPath, Mcount, Xcount, Moff.
	at := t + addr.Addr(r.uncommonOffset(rt.Kind))
	u, err := r.readBlock(mem, at, 16)
	if err != nil {
		return nil, err
	}
	n := int(u.uint(4, 2))
	if n > maxMethods {
		return nil, fmt.Errorf("the type at %v has %d methods", t, n)
	}
	pkg := ""
	if off := int32(u.uint(0, 4)); off != 0 {
		if pkg, _, err = r.nameAt(mem, base+addr.Addr(off)); err != nil {
			return nil, err
		}
	}
	// abi.Method: Name, Mtyp, Ifn, Tfn.
	list, err := r.methodTable(mem, base, at+addr.Addr(u.uint(8, 4)), n, 16)
	for i := range list {
		if list[i].pkg == "" {
			list[i].pkg = pkg
		}
	}
	return list, err
}

// uncommonOffset is where in a descriptor its table of methods is described: behind
// what types of the kind have (internal/abi/type.go, Uncommon).
func (r *Runtime) uncommonOffset(k reflect.Kind) int {
	common := r.off()["internal/abi.Type"]
	switch k {
	case reflect.Pointer, reflect.Slice, reflect.Func:
		return common + r.ptrSize
	case reflect.Chan:
		return common + 2*r.ptrSize
	case reflect.Array:
		return common + 3*r.ptrSize
	case reflect.Struct, reflect.Interface:
		return common + 4*r.ptrSize
	case reflect.Map:
		return r.off()["internal/abi.MapType"]
	}
	return common
}

// interfaceTable lists the methods of the interface type with a descriptor at a,
// and the path of its package (abi.InterfaceType).
func (r *Runtime) interfaceTable(mem target.Memory, a addr.Addr) (list []method, pkg string, err error) {
	base, err := r.typesBase(mem, a)
	if err != nil {
		return nil, "", err
	}
	b, err := r.readBlock(mem, a+addr.Addr(r.off()["internal/abi.Type"]), 3*r.ptrSize)
	if err != nil {
		return nil, "", err
	}
	n := b.u64(2 * r.ptrSize)
	if n > maxMethods {
		return nil, "", fmt.Errorf("the interface type at %v has %d methods", a, n)
	}
	if path := b.ptr(0); path != 0 {
		if pkg, _, err = r.nameAt(mem, path); err != nil {
			return nil, "", err
		}
	}
	list, err = r.methodTable(mem, base, b.ptr(r.ptrSize), int(n), 8) // abi.Imethod: Name, Typ
	return list, pkg, err
}

// methodTable reads n methods at a, of size bytes each, that begin with the offsets
// of the name and of the type.
func (r *Runtime) methodTable(mem target.Memory, base, a addr.Addr, n, size int) ([]method, error) {
	if n == 0 {
		return nil, nil
	}
	b, err := r.readBlock(mem, a, n*size)
	if err != nil {
		return nil, fmt.Errorf("read the methods at %v: %w", a, err)
	}
	list := make([]method, 0, n)
	for i := range n {
		m, err := r.methodNamed(mem, base, int32(b.uint(i*size, 4)))
		if err != nil {
			return nil, err
		}
		// The linker puts -1 for types that nothing refers to.
		if typ := int32(b.uint(i*size+4, 4)); typ > 0 {
			m.typ = base + addr.Addr(typ)
		}
		list = append(list, m)
	}
	return list, nil
}

// methodNamed reads the name of a method. One that is not exported may have its
// package with it, behind the text (internal/abi/type.go, Name).
func (r *Runtime) methodNamed(mem target.Memory, base addr.Addr, off int32) (method, error) {
	const exported, tagged, packaged = 1 << 0, 1 << 1, 1 << 2
	at := base + addr.Addr(off)
	name, flags, err := r.nameAt(mem, at)
	m := method{name: name, exported: flags&exported != 0}
	if err != nil || flags&packaged == 0 || flags&tagged != 0 { // methods have no tags
		return m, err
	}
	used := 1
	for n := len(name); n >= 1<<7; n >>= 7 {
		used++
	}
	b, err := r.readBlock(mem, at+addr.Addr(1+used+len(name)), 4)
	if err != nil {
		return m, err
	}
	m.pkg, _, err = r.nameAt(mem, base+addr.Addr(int32(b.uint(0, 4))))
	return m, err
}
