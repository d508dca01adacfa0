package goruntime

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/target"
)

// typeMaker makes types of the runtime's descriptors (internal/abi/type.go),
// for those that debug information lacks: what package reflect has made, what
// only a plugin without debug information has.
type typeMaker struct {
	r     *Runtime
	mem   target.Memory
	file  *symbol.File
	known map[addr.Addr]*symbol.Type
}

// Bounds on descriptors, which may be anything.
const (
	maxMadeTypes  = 1000
	maxMadeFields = 4096
	maxMadeSize   = 1 << 40 // bytes
)

// makeType makes a type of the descriptor at a.
func (r *Runtime) makeType(mem target.Memory, a addr.Addr) (*symbol.Type, error) {
	m := &typeMaker{r: r, mem: mem, file: r.img.File, known: map[addr.Addr]*symbol.Type{}}
	return m.at(a)
}

func (m *typeMaker) at(a addr.Addr) (*symbol.Type, error) {
	if t, err := m.r.TypeAt(a); err == nil {
		return t, nil
	}
	if t := m.known[a]; t != nil {
		return t, nil
	}
	if len(m.known) > maxMadeTypes {
		return nil, fmt.Errorf("the type at %v refers to more than %d others", a, maxMadeTypes)
	}
	rt, err := m.r.ReadRType(m.mem, a)
	if err != nil {
		return nil, err
	}
	if rt.Size > maxMadeSize {
		return nil, fmt.Errorf("the type at %v has the impossible size %d", a, rt.Size)
	}
	t := m.file.NewType()
	m.known[a] = t
	made, err := m.describe(a, rt)
	if err != nil {
		return nil, err
	}
	made.Kind, made.Size = symbol.Kind(rt.Kind), int64(rt.Size)
	if rt.Name != "" {
		made.Name = rt.Name
	}
	t.Fill(made)
	return t, nil
}

// describe reads what follows the common part of a descriptor, by its kind.
func (m *typeMaker) describe(a addr.Addr, rt RType) (d symbol.Made, err error) {
	size := addr.Addr(m.r.ptrSize)
	rest := a + addr.Addr(m.r.off()["internal/abi.Type"])
	switch rt.Kind {
	case reflect.Pointer:
		d.Elem, err = m.ref(rest)
		d.Name = "*" + nameOf(d.Elem)
	case reflect.Slice:
		d.Elem, err = m.ref(rest)
		d.Name = "[]" + nameOf(d.Elem)
	case reflect.Chan:
		d.Elem, err = m.ref(rest)
		d.Name = "chan " + nameOf(d.Elem)
	case reflect.Array:
		if d.Elem, err = m.ref(rest); err != nil {
			return d, err
		}
		n, err := m.r.readPtr(m.mem, rest+2*size)
		d.Len = int64(n)
		if n > maxMadeSize || err == nil && uint64(n)*uint64(d.Elem.Size()) != rt.Size {
			return d, fmt.Errorf("the array type at %v has the wrong length %d", a, n)
		}
		d.Name = fmt.Sprintf("[%d]%s", n, nameOf(d.Elem))
		return d, err
	case reflect.Map:
		if d.Key, err = m.ref(rest); err == nil {
			d.Elem, err = m.ref(rest + size)
		}
		d.Name = "map[" + nameOf(d.Key) + "]" + nameOf(d.Elem)
	case reflect.Struct:
		return m.structure(rest, rt)
	case reflect.Interface:
		// Name of the package, then the slice of methods.
		n, err := m.r.readPtr(m.mem, rest+2*size)
		d.Empty, d.Name = n == 0, "interface {...}"
		return d, err
	case reflect.Func:
		d.Name = "func(...)"
	default:
		d.Name = rt.Kind.String()
	}
	return d, err
}

// ref is the type that the word at a points to.
func (m *typeMaker) ref(a addr.Addr) (*symbol.Type, error) {
	p, err := m.r.readPtr(m.mem, a)
	if err != nil {
		return nil, err
	}
	return m.at(p)
}

func nameOf(t *symbol.Type) string {
	if t == nil {
		return "?"
	}
	return t.Name()
}

// structure reads an abi.StructType: the name of the package, and the slice of
// fields (name, type, offset).
func (m *typeMaker) structure(rest addr.Addr, rt RType) (d symbol.Made, err error) {
	size := addr.Addr(m.r.ptrSize)
	fields, err := m.r.readPtr(m.mem, rest+size)
	if err != nil {
		return d, err
	}
	n, err := m.r.readPtr(m.mem, rest+2*size)
	if err != nil || n > maxMadeFields {
		return d, fmt.Errorf("the struct type at %v has %d fields", rt.Addr, n)
	}
	var parts []string
	for i := range n {
		f, err := m.field(fields+i*3*size, rt)
		if err != nil {
			return d, err
		}
		d.Fields = append(d.Fields, f)
		parts = append(parts, f.Name+" "+nameOf(f.Type))
	}
	d.Name = "struct { " + strings.Join(parts, "; ") + " }"
	return d, nil
}

func (m *typeMaker) field(a addr.Addr, rt RType) (f symbol.Field, err error) {
	size := addr.Addr(m.r.ptrSize)
	name, err := m.r.readPtr(m.mem, a)
	if err != nil {
		return f, err
	}
	var flags byte
	if f.Name, flags, err = m.r.nameAt(m.mem, name); err != nil {
		return f, err
	}
	const embedded = 1 << 3
	f.Embedded = flags&embedded != 0
	if f.Type, err = m.ref(a + size); err != nil {
		return f, err
	}
	off, err := m.r.readPtr(m.mem, a+2*size)
	f.Offset = int64(off)
	if err == nil && uint64(off) > rt.Size {
		err = fmt.Errorf("field %s of the struct type at %v lies outside", f.Name, rt.Addr)
	}
	return f, err
}
