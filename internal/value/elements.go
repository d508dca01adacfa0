package value

import "github.com/tinydbg/tinydbg/internal/symbol"

// OfElements is a slice of n elements of type elem that are in no place: their
// bytes are data, in the order of the process.
func OfElements(env *Env, elem *symbol.Type, data []byte, n int64) *Value {
	return &Value{env: env, seq: &sequence{elem: elem, at: literal(data), len: n, cap: n}}
}

// Elements is the type and the bytes of a slice that OfElements made, and how
// many there are; ok is false for all others.
func (v *Value) Elements() (elem *symbol.Type, data []byte, n int64, ok bool) {
	if v.seq == nil || v.seq.elem == nil {
		return nil, nil, 0, false
	}
	if _, placed := v.seq.at.address(); placed {
		return nil, nil, 0, false
	}
	data, err := v.seq.at.read(v.env, 0, int(v.seq.len*v.seq.elem.Size()))
	return v.seq.elem, data, v.seq.len, err == nil
}
