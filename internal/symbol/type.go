package symbol

import (
	"strings"
	"sync"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/dwarf/info"
)

// Type is a type as debug information describes it. There is one *Type for each
// type of a File: pointers can be compared. Named types show what they are made
// of: the type of "type Celsius float64" has Kind Float64 and Name
// "main.Celsius". What a type refers to is read when it is asked for, so cycles
// are harmless.
type Type struct {
	file *File
	off  info.Offset
	tag  info.Tag
	unit *info.Unit

	name string
	kind Kind
	size int64
	len  int64
	// elem, key and repr are the entries of other types; 0 means none.
	elem, key, repr info.Offset
	// made is the element of a type that no entry describes as such.
	made    *Type
	madeKey *Type  // the key of a map that was made
	runtime uint64 // DW_AT_go_runtime_type
	dict    int    // DW_AT_go_dict_index + 1
	alias   bool   // name is a C typedef's, or has a qualifier
	err     error

	partsOnce sync.Once
	parts     typeParts
}

// typeParts are what an entry's children describe.
type typeParts struct {
	fields      []Field
	params      []*Type
	results     []*Type
	enumerators []Enumerator
	variadic    bool
}

// Field is a field of a struct or union.
type Field struct {
	Name string
	Type *Type
	// Offset is in bytes from the beginning of the value.
	Offset int64
	// Embedded marks Go's embedded fields and C++ base classes.
	Embedded bool
	// BitSize is not 0 for C bit fields: the field is BitSize bits from bit
	// BitOffset on, counted from the least significant bit of the byte at Offset.
	BitSize, BitOffset int
}

// Enumerator is a named value of an Enum.
type Enumerator struct {
	Name  string
	Value int64
}

// Kind is what it is made of.
func (t *Type) Kind() Kind { return t.kind }

// Size is in bytes.
func (t *Type) Size() int64 { return t.size }

// File is the symbol file the type is in.
func (t *Type) File() *File { return t.file }

// Err is nil unless Kind is Invalid; then it says what is wrong with the debug
// information.
func (t *Type) Err() error { return t.err }

// Elem is the element of an array, slice, channel or map (the value), what a
// pointer points to (Void for unsafe pointers and void*), and an enum's
// integer. It is nil for other kinds.
func (t *Type) Elem() *Type {
	switch {
	case t.made != nil:
		return t.made
	case t.elem != 0:
		return t.file.mustType(t.elem)
	case t.kind == Pointer || t.kind == UnsafePointer:
		return t.file.voidType()
	}
	return nil
}

// Key is a map's key; nil for other kinds.
func (t *Type) Key() *Type {
	if t.madeKey != nil {
		return t.madeKey
	}
	if t.key == 0 {
		return nil
	}
	return t.file.mustType(t.key)
}

// Len is an array's number of elements, -1 when C left it open; 0 for other
// kinds.
func (t *Type) Len() int64 { return t.len }

// Fields are the fields of a Struct or Union, and of the runtime's
// representation of strings (str, len), slices (array, len, cap) and
// interfaces (runtime.eface or iface).
func (t *Type) Fields() []Field {
	if t.kind == Interface && t.repr != 0 {
		return t.file.mustType(t.repr).Fields()
	}
	return t.readParts().fields
}

// Repr is how the runtime represents a map or channel: the pointer to its
// header struct (with the fields typed for this map), and an interface:
// runtime.eface or runtime.iface. It is nil for other kinds.
func (t *Type) Repr() *Type {
	if t.repr == 0 {
		return nil
	}
	return t.file.mustType(t.repr)
}

// Params are the parameters of a function type; variadic says whether the last
// one is (in C: whether more may follow).
func (t *Type) Params() (params []*Type, variadic bool) {
	p := t.readParts()
	return p.params, p.variadic
}

// Results are a function type's results.
func (t *Type) Results() []*Type { return t.readParts().results }

// Enumerators are the names of an Enum.
func (t *Type) Enumerators() []Enumerator { return t.readParts().enumerators }

// PkgPath is the import path of the package a named Go type belongs to, "" for
// all others.
func (t *Type) PkgPath() string {
	if !t.IsGo() || !t.Named() {
		return ""
	}
	return packageOf(t.name)
}

// Named is true for types with a name of their own: predeclared ones, those of
// type declarations, C typedefs and tagged structs.
func (t *Type) Named() bool {
	if !t.IsGo() {
		return t.name != ""
	}
	return t.name != "" && !isTypeLiteral(t.name)
}

// isTypeLiteral tells Go's composite types from names.
func isTypeLiteral(name string) bool {
	switch name[0] {
	case '*', '[', '(', '<':
		return true
	}
	for _, p := range []string{"map[", "chan ", "func(", "struct {", "noalg.struct {", "interface {"} {
		if strings.HasPrefix(name, p) {
			return true
		}
	}
	return false
}

// IsGo says whether Go's compiler described it.
func (t *Type) IsGo() bool { return t.unit != nil && t.unit.IsGo() }

// RuntimeAddr is where the runtime's descriptor of the type is; ok is false
// when the program has none.
func (t *Type) RuntimeAddr() (a addr.FileAddr, ok bool) {
	if t.runtime == 0 {
		return 0, false
	}
	base, ok := t.file.typesBase()
	return base + addr.FileAddr(descriptorOffset(t.runtime, base, t.name)), ok
}

// DictIndex is set in types of generic code that stand for the type in this
// slot of the function's dictionary: the type itself is only its shape.
func (t *Type) DictIndex() (index int, ok bool) { return t.dict - 1, t.dict > 0 }

// EmptyInterface tells interface types without methods (runtime.eface) from
// the others (runtime.iface).
func (t *Type) EmptyInterface() bool {
	return t.kind == Interface && t.repr != 0 && t.file.mustType(t.repr).name == "runtime.eface"
}
