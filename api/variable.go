package api

import "reflect"

// Variable is a value of the program, or a part of one.
type Variable struct {
	// Name is that of the variable or field; an expression's text for the
	// results of Eval.
	Name string `json:"name"`
	Addr uint64 `json:"addr"`
	// OnlyAddr means that nothing but Addr and the type is known, as in the
	// child of a pointer that was not followed.
	OnlyAddr bool `json:"onlyAddr"`
	// Type is the type's name; RealType the same with named types resolved.
	Type     string `json:"type"`
	RealType string `json:"realType"`

	Flags VariableFlags `json:"flags"`
	Kind  reflect.Kind  `json:"kind"`

	// Value is the text of a basic value, the contents of a string (up to
	// MaxStringLen bytes), or the name of a function.
	Value string `json:"value"`
	// StringValueBytes holds a string's contents when it is not valid UTF-8,
	// which JSON cannot carry. Marshalling fills it, unmarshalling moves it
	// back to Value.
	StringValueBytes []byte

	// Len is the number of elements of an array, slice or channel, of keys of
	// a map, of fields of a struct, of bytes of a string, or of variables
	// captured by a function. It counts those not loaded, too.
	Len int64 `json:"len"`
	// Cap is the capacity of a slice or channel.
	Cap int64 `json:"cap"`

	// Children are elements, fields, or what a pointer or interface holds. A
	// map's come in pairs: key, value, key, value. A complex number's are
	// "real" and "imaginary". There may be fewer than Len says: as the
	// LoadConfig allowed.
	Children []Variable `json:"children"`

	// Base is the address of the first element of an array, slice or string,
	// of the structure behind a map or channel, or of a function's entry. 0
	// for nil.
	Base uint64 `json:"base"`

	// Unreadable says why the value could not be read; "" when it could.
	Unreadable string `json:"unreadable"`

	// LocationExpr describes where the debug information puts the variable.
	LocationExpr string
	// DeclLine is the line of the declaration.
	DeclLine int64
}

// VariableFlags is a set of facts about a variable.
type VariableFlags uint16

// Facts about a variable.
const (
	// VariableEscaped: moved to the heap by the compiler.
	VariableEscaped VariableFlags = 1 << iota
	// VariableShadowed: a variable of an inner scope has the same name.
	VariableShadowed
	// VariableConstant: a constant.
	VariableConstant
	// VariableArgument: an argument of the function.
	VariableArgument
	// VariableReturnArgument: a result of the function.
	VariableReturnArgument
	// VariableFakeAddress: Addr is made up (the value is in registers, wholly
	// or in part) or may no longer be valid.
	VariableFakeAddress
	// VariableCPtr: a pointer to a C type.
	VariableCPtr
	// VariableCPURegister: a register of the processor.
	VariableCPURegister
)

// LoadConfig limits how much of a value is read.
type LoadConfig struct {
	// FollowPointers reads what pointers point to.
	FollowPointers bool
	// MaxVariableRecurse is how many levels deep nested values are read.
	MaxVariableRecurse int
	// MaxStringLen is in bytes.
	MaxStringLen int
	// MaxArrayValues is for arrays, slices and maps, in elements.
	MaxArrayValues int
	// MaxStructFields is in fields; -1 is all of them.
	MaxStructFields int
}

// TypeInfo describes a type of the program.
type TypeInfo struct {
	Kind reflect.Kind
	// Size is in bytes.
	Size     int64
	RealType string
	Fields   []TypeInfoField
	Methods  []TypeInfoMethod
}

// TypeInfoField is a field of a struct type.
type TypeInfoField struct {
	Name, Type string
	// Offset from the beginning of the struct, and Size, in bytes. Only our own
	// service sends them.
	Offset, Size int64 `json:",omitempty"`
	// Embedded fields lend their own fields and methods to the struct.
	Embedded bool `json:",omitempty"`
}

// TypeInfoMethod is a method of a type.
type TypeInfoMethod struct {
	Name string
}
