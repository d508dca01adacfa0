package expr

import "github.com/tinydbg/tinydbg/internal/symbol"

// classOf says how values of a type are held: pointers are no class, they stay
// where they are until they are needed.
func classOf(t *symbol.Type) (class, int) {
	if t == nil {
		return classNone, 0
	}
	size := int(t.Size())
	switch t.Kind() {
	case symbol.Bool:
		return classBool, size
	case symbol.Int, symbol.Int8, symbol.Int16, symbol.Int32, symbol.Int64:
		return sized(classInt, size)
	case symbol.Uint, symbol.Uint8, symbol.Uint16, symbol.Uint32, symbol.Uint64, symbol.Uintptr:
		return sized(classUint, size)
	case symbol.Enum:
		if e := t.Elem(); e != nil && e.Kind() != symbol.Enum {
			return classOf(e)
		}
		return sized(classInt, size)
	case symbol.Float32, symbol.Float64:
		return classFloat, size
	case symbol.Complex64, symbol.Complex128:
		return classComplex, size
	case symbol.String:
		return classString, size
	}
	return classNone, 0
}

// sized guards against integers of sizes that arithmetic here does not know.
func sized(c class, size int) (class, int) {
	switch size {
	case 1, 2, 4, 8:
		return c, size
	}
	return classNone, 0
}

// identical tells whether two types are the same one: they may come from
// different files.
func identical(a, b *symbol.Type) bool {
	if a == b {
		return true
	}
	return a != nil && b != nil && a.Kind() == b.Kind() && a.Name() == b.Name()
}

// isPointer tells whether a type is a pointer to something, unsafe or not.
func isPointer(t *symbol.Type) bool {
	return t != nil && (t.Kind() == symbol.Pointer || t.Kind() == symbol.UnsafePointer)
}
