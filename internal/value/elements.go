package value

import "github.com/tinydbg/tinydbg/internal/symbol"

// OfElements is a slice of n elements of type elem that are in no place: their
// bytes are data, in the order of the process.
func OfElements(env *Env, elem *symbol.Type, data []byte, n int64) *Value {
	return &Value{env: env, seq: &sequence{elem: elem, at: literal(data), len: n, cap: n}}
}
