package symbol

import "reflect"

// Kind is the kind of a type: reflect's numbers for the kinds Go has, and some
// more for C.
type Kind uint8

// Kinds. C's integers, floats and structs have Go's kinds; so do its arrays and
// pointers.
const (
	Invalid       = Kind(reflect.Invalid)
	Bool          = Kind(reflect.Bool)
	Int           = Kind(reflect.Int)
	Int8          = Kind(reflect.Int8)
	Int16         = Kind(reflect.Int16)
	Int32         = Kind(reflect.Int32)
	Int64         = Kind(reflect.Int64)
	Uint          = Kind(reflect.Uint)
	Uint8         = Kind(reflect.Uint8)
	Uint16        = Kind(reflect.Uint16)
	Uint32        = Kind(reflect.Uint32)
	Uint64        = Kind(reflect.Uint64)
	Uintptr       = Kind(reflect.Uintptr)
	Float32       = Kind(reflect.Float32)
	Float64       = Kind(reflect.Float64)
	Complex64     = Kind(reflect.Complex64)
	Complex128    = Kind(reflect.Complex128)
	Array         = Kind(reflect.Array)
	Chan          = Kind(reflect.Chan)
	FuncKind      = Kind(reflect.Func)
	Interface     = Kind(reflect.Interface)
	Map           = Kind(reflect.Map)
	Pointer       = Kind(reflect.Pointer)
	Slice         = Kind(reflect.Slice)
	String        = Kind(reflect.String)
	Struct        = Kind(reflect.Struct)
	UnsafePointer = Kind(reflect.UnsafePointer)

	// Void has no values: C's void, and what debug information leaves out.
	Void Kind = iota + 5
	// Enum is a C enumeration: an integer whose values have names.
	Enum
	// Union is a struct whose fields all begin at 0.
	Union
	// Float80 is x87's extended float in 10, 12 or 16 bytes.
	Float80
	// Int128 and Uint128 are the integers of that size C compilers have.
	Int128
	Uint128
	// Opaque is declared, but what it is made of is not in this file.
	Opaque
)

var cKinds = map[Kind]string{
	Void: "void", Enum: "enum", Union: "union", Float80: "float80",
	Int128: "int128", Uint128: "uint128", Opaque: "opaque",
}

// String is reflect's name for the kind, or the like.
func (k Kind) String() string {
	if s, ok := cKinds[k]; ok {
		return s
	}
	return reflect.Kind(k).String()
}
