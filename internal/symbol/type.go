package symbol

import (
	"github.com/tinydbg/tinydbg/internal/addr"
)

// Type is a type as debug information describes it. There is one *Type for each
// entry of a File: pointers can be compared. Named types show what they are made
// of: the type of "type Celsius float64" has Kind Float64 and Name
// "main.Celsius". What a type refers to is read when it is asked for, so
// cycles are harmless.
type Type struct {
	file *File
}

// Field is a field of a struct or union, or an element of a parameter list.
type Field struct {
	Name string // import path or "" in parameter lists
	Type *Type
	// Offset is in bytes from the beginning of the value.
	Offset int64
	// Embedded marks Go's embedded fields and C++ base classes.
	Embedded bool
	// BitSize is not 0 for C bit fields: the field is BitSize bits from bit
	// BitOffset (counted from the least significant bit of the byte at Offset).
	BitSize, BitOffset int
}

// Enumerator is a named value of an Enum.
type Enumerator struct {
	Name  string
	Value int64
}

// Name is the type's name: with its import path for named Go types
// ("net/http.Header"), else as Go writes it ("[]*main.T").
func (t *Type) Name() string { return "" }

// Kind is what it is made of.
func (t *Type) Kind() Kind { return Invalid }

// Size is in bytes.
func (t *Type) Size() int64 { return 0 }

// File is the symbol file the type is in.
func (t *Type) File() *File { return t.file }

// Err is nil unless Kind is Invalid; then it says what is wrong with the debug information.
func (t *Type) Err() error { return nil }

// Elem is the element of an array, slice, channel or map (the value), what a
// pointer points to (Void for unsafe pointers and void*), and an enum's
// integer. It is nil for other kinds.
func (t *Type) Elem() *Type { return nil }

// Key is a map's key; nil for other kinds.
func (t *Type) Key() *Type { return nil }

// Len is an array's number of elements, -1 when C left it open; 0 for other kinds.
func (t *Type) Len() int64 { return 0 }

// Fields are the fields of a Struct or Union, and of the runtime's
// representation of strings (str, len), slices (array, len, cap) and
// interfaces (runtime.eface or iface).
func (t *Type) Fields() []Field { return nil }

// Repr is how the runtime represents a map or channel: the pointer to its
// header struct (with the fields typed for this map). It is nil for other kinds.
func (t *Type) Repr() *Type { return nil }

// Params and Results are those of a function type; variadic says whether the
// last parameter is.
func (t *Type) Params() (params []*Type, variadic bool) { return nil, false }

// Results are a function type's results.
func (t *Type) Results() []*Type { return nil }

// Enumerators are the names of an Enum.
func (t *Type) Enumerators() []Enumerator { return nil }

// PkgPath is the import path of the package a named Go type belongs to, "" for
// all others.
func (t *Type) PkgPath() string { return "" }

// Named is true for types with a name of their own: predeclared ones, those of
// type declarations, C typedefs and tagged structs.
func (t *Type) Named() bool { return false }

// IsGo says whether Go's compiler described it.
func (t *Type) IsGo() bool { return false }

// RuntimeAddr is where the runtime's descriptor of the type is; ok is false
// when the program has none.
func (t *Type) RuntimeAddr() (a addr.FileAddr, ok bool) { return 0, false }

// DictIndex is set in types of generic code that stand for the type in this
// slot of the function's dictionary: the type itself is only its shape.
func (t *Type) DictIndex() (index int, ok bool) { return 0, false }

// EmptyInterface tells interface types without methods (runtime.eface) from
// the others (runtime.iface).
func (t *Type) EmptyInterface() bool { return false }

// TypeNamed finds a type by its whole name, as Type.Name gives it. The error of
// one that does not exist is a *NotFoundError.
func (f *File) TypeNamed(name string) (*Type, error) { return nil, &NotFoundError{"type", name} }

// TypeByRuntimeAddr finds a type by the address of the runtime's descriptor of it.
func (f *File) TypeByRuntimeAddr(a addr.FileAddr) (*Type, error) {
	return nil, &NotFoundError{"type of runtime descriptor", a.String()}
}

// TypeNames lists the names of all types, sorted, each once.
func (f *File) TypeNames() ([]string, error) { return nil, nil }

// PointerTo is the type *t of the same file if the debug information has one,
// else one made for the purpose, without a RuntimeAddr.
func (f *File) PointerTo(t *Type) *Type { return nil }

// NotFoundError is the error for names that the debug information does not have.
type NotFoundError struct {
	What, Name string
}

func (e *NotFoundError) Error() string { return "no " + e.What + " " + e.Name }
