package symbol

import "fmt"

// Made is a Go type that the debug information does not have, described by
// other means: the runtime's own descriptor of it.
type Made struct {
	Name string
	Kind Kind
	Size int64
	// Elem and Key are those of Type. Len is an array's.
	Elem, Key *Type
	Len       int64
	Fields    []Field
	// Empty marks interfaces without methods.
	Empty bool
}

// NewType makes an empty type of the file, which Fill completes: types may refer to
// themselves.
func (f *File) NewType() *Type {
	t := &Type{file: f}
	if word, err := f.TypeNamed("int"); err == nil {
		t.unit = word.unit
	}
	return t
}

// ArrayOf is a type [n]elem that the debug information does not have; nil if there
// can be none that is as large.
func (f *File) ArrayOf(elem *Type, n int64) *Type {
	const most = 1 << 40
	size := max(elem.Size(), 1)
	if n < 0 || elem.Size() < 0 || n > most/size {
		return nil
	}
	t := f.NewType()
	t.Fill(Made{Name: fmt.Sprintf("[%d]%s", n, elem.Name()), Kind: Array, Size: n * elem.Size(), Elem: elem, Len: n})
	return t
}

// Fill describes a type that NewType made, before anybody else sees it.
func (t *Type) Fill(m Made) {
	t.name, t.kind, t.size, t.len = m.Name, m.Kind, m.Size, m.Len
	t.made, t.madeKey = m.Elem, m.Key
	t.parts.fields = m.Fields
	if m.Kind != Interface {
		return
	}
	repr := "runtime.iface"
	if m.Empty {
		repr = "runtime.eface"
	}
	if r, err := t.file.TypeNamed(repr); err == nil {
		t.repr = r.off
	}
}
