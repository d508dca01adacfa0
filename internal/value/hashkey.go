package value

import (
	"fmt"

	"github.com/tinydbg/tinydbg/internal/goruntime"
	"github.com/tinydbg/tinydbg/internal/symbol"
)

// keyHash computes hashes in a process.
type keyHash struct {
	*goruntime.MapHash
	env *Env
}

// hashKey is the hash of a key of a map whose keys are of type t: what the function
// that the compiler makes for the type gives.
func hashKey(h *keyHash, t *symbol.Type, key *Value, seed uint64) (uint64, error) {
	if k := t.Kind(); k != symbol.Struct && k != symbol.Array || plainMemory(t) {
		return hashOf(h, t, key, seed, 0)
	}
	w := &structHash{h: h, sum: seed}
	if err := w.add(t, key, 0); err != nil {
		return 0, err
	}
	w.flush()
	return w.sum, nil
}

// structHash computes the hash of a struct by pieces: fields of plain memory that
// follow each other are hashed together.
type structHash struct {
	h   *keyHash
	sum uint64
	run []byte // the fields that are not hashed yet
}

func (w *structHash) add(t *symbol.Type, v *Value, depth int) (err error) {
	switch k := t.Kind(); {
	case depth > 32, t.Size() == 0, k == symbol.Array && !plainMemory(t):
		return fmt.Errorf("how the compiler hashes a %s in a struct is not known", t.Name())
	case plainMemory(t):
		data, err := encode(w.h.env, t, v)
		w.run = append(w.run, data...)
		return err
	case k == symbol.Struct:
		return w.fields(t, v, depth)
	}
	w.flush()
	w.sum, err = hashOf(w.h, t, v, w.sum, depth+1)
	return err
}

func (w *structHash) fields(t *symbol.Type, v *Value, depth int) error {
	w.border()
	end := int64(0)
	for i, f := range t.Fields() {
		if f.Name == "_" {
			continue
		}
		if f.Offset != end {
			w.flush()
		}
		if f.Type == nil {
			return fmt.Errorf("the type of %s is not known", f.Name)
		}
		end = f.Offset + f.Type.Size()
		if err := w.add(f.Type, v.field(&t.Fields()[i]), depth+1); err != nil {
			return err
		}
	}
	if end != t.Size() {
		w.flush()
	}
	w.border()
	return nil
}

// border is where a struct in a struct begins and ends: up to go1.26 it has a
// function of its own.
func (w *structHash) border() {
	if !w.h.Joins {
		w.flush()
	}
}

func (w *structHash) flush() {
	if len(w.run) > 0 {
		w.sum = w.h.Run(w.run, w.sum)
	}
	w.run = nil
}

// hashOf is the hash of a key as the runtime's typehash computes it for type t; key
// may be a constant, or for an interface what it is to hold.
func hashOf(h *keyHash, t *symbol.Type, key *Value, seed uint64, depth int) (uint64, error) {
	if depth > 32 {
		return 0, fmt.Errorf("%s is nested too deep to hash", t.Name())
	}
	if t.Kind() == symbol.Interface {
		return hashHeld(h, key, seed, depth)
	}
	if plainMemory(t) {
		data, err := encode(h.env, t, key)
		return h.Memory(data, seed), err
	}
	switch k := t.Kind(); k {
	case symbol.String:
		s, n, err := key.Text(MaxBytes)
		if err == nil && n > MaxBytes {
			err = fmt.Errorf("a string of %d bytes is too long to hash", n)
		}
		return h.Text(s, seed), err
	case symbol.Float32, symbol.Float64, symbol.Complex64, symbol.Complex128:
		data, err := encode(h.env, t, key)
		if err != nil {
			return 0, err
		}
		return hashFloats(h, t, data, seed)
	case symbol.Array, symbol.Struct:
		return hashParts(h, t, key, seed, depth)
	}
	return 0, fmt.Errorf("runtime error: hash of unhashable type %s", t.Name())
}

func hashHeld(h *keyHash, key *Value, seed uint64, depth int) (uint64, error) {
	if key.IsNil() {
		return seed, nil
	}
	if key.Kind() == symbol.Interface {
		held, err := key.Dynamic()
		if err != nil || held == nil {
			return seed, err
		}
		key = held
	}
	if key.Err != nil || key.Type == nil {
		return 0, key.errorOr("an untyped constant has no hash")
	}
	return h.Held(seed, func(seed uint64) (uint64, error) { return hashOf(h, key.Type, key, seed, depth+1) })
}

// hashFloats is the hash of a floating-point or complex number.
func hashFloats(h *keyHash, t *symbol.Type, data []byte, seed uint64) (uint64, error) {
	size := len(data)
	if k := t.Kind(); k == symbol.Complex64 || k == symbol.Complex128 {
		size /= 2
	}
	whole := OfBytes(h.env, "", t, data)
	for off := 0; off < len(data); off += size {
		f, err := whole.floatAt(int64(off), int64(size), false)
		if err != nil {
			return 0, err
		}
		if seed, err = h.Float(f, data[off:off+size], seed); err != nil {
			return 0, err
		}
	}
	return seed, nil
}

func hashParts(h *keyHash, t *symbol.Type, key *Value, seed uint64, depth int) (uint64, error) {
	var parts []*Value
	if t.Kind() == symbol.Struct {
		parts = key.Fields()
	} else {
		for i := range min(t.Len(), MaxBytes) {
			e, err := key.Index(i)
			if err != nil {
				return 0, err
			}
			parts = append(parts, e)
		}
	}
	for _, p := range parts {
		if p.Name == "_" && t.Kind() == symbol.Struct {
			continue
		}
		if p.Type == nil {
			return 0, p.errorOr("the type of a part is not known")
		}
		var err error
		if seed, err = hashOf(h, p.Type, p, seed, depth+1); err != nil {
			return 0, err
		}
	}
	return seed, nil
}

// plainMemory tells whether values of a type are compared, and hashed, as the bytes
// they are (cmd/compile/internal/types: AMEM).
func plainMemory(t *symbol.Type) bool {
	switch k := t.Kind(); {
	case IsSigned(k), IsUnsigned(k), k == symbol.Bool, k == symbol.Pointer, k == symbol.UnsafePointer, k == symbol.Chan:
		return true
	case k == symbol.Array:
		return t.Len() == 0 || t.Elem() != nil && plainMemory(t.Elem())
	case k == symbol.Struct:
		end := int64(0)
		for _, f := range t.Fields() {
			if f.Name == "_" || f.Type == nil || f.Offset != end || !plainMemory(f.Type) {
				return false
			}
			end += f.Type.Size()
		}
		return end == t.Size()
	}
	return false
}
