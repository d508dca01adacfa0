package value

import (
	"errors"
	"fmt"
	"strings"

	"github.com/tinydbg/tinydbg/internal/symbol"
)

// Fields are the fields of a struct or union, in order of declaration.
func (v *Value) Fields() []*Value {
	if v.Type == nil || v.Kind() != symbol.Struct && v.Kind() != symbol.Union {
		return nil
	}
	list := v.Type.Fields()
	fields := make([]*Value, len(list))
	for i := range list {
		fields[i] = v.field(&list[i])
	}
	return fields
}

func (v *Value) field(f *symbol.Field) *Value {
	switch {
	case v.parts != nil:
		return v.fieldPart(f)
	case f.BitSize != 0:
		return v.bitField(f)
	}
	return v.part(f.Name, f.Type, f.Offset)
}

// bitField reads a C bit field at once, as its bytes are nobody else's.
func (v *Value) bitField(f *symbol.Field) *Value {
	n := (f.BitOffset + f.BitSize + 7) / 8
	b, err := v.read(f.Offset, min(n, 8))
	if err != nil {
		return Unreadable(v.env, f.Name, f.Type, err)
	}
	var word [8]byte
	copy(word[:], b)
	var bits uint64
	for i := 7; i >= 0; i-- {
		bits = bits<<8 | uint64(word[i])
	}
	bits = bits >> f.BitOffset << (64 - f.BitSize)
	if IsSigned(integerKind(f.Type)) {
		return OfUint(v.env, f.Name, f.Type, uint64(int64(bits)>>(64-f.BitSize)))
	}
	return OfUint(v.env, f.Name, f.Type, bits>>(64-f.BitSize))
}

// NoMemberError says that a value has no field of a name.
type NoMemberError struct {
	Value, Type, Name string
}

func (e *NoMemberError) Error() string {
	if e.Value == "" {
		return fmt.Sprintf("%s has no member %s", e.Type, e.Name)
	}
	return fmt.Sprintf("%s has no member %s", e.Value, e.Name)
}

// AmbiguousError says that a name is promoted from several embedded fields of
// the same depth.
type AmbiguousError struct {
	Type, Name string
	Paths      []string
}

func (e *AmbiguousError) Error() string {
	return fmt.Sprintf("ambiguous selector %s of %s: it could be %s", e.Name, e.Type, strings.Join(e.Paths, " or "))
}

// NilEmbeddedError says that a promoted field is in what a nil pointer, embedded
// on the way to it, does not point to. It is an ErrNilPointer.
type NilEmbeddedError struct {
	Path string // of the pointer, from the value that was asked
}

func (e *NilEmbeddedError) Error() string { return fmt.Sprintf("%s is nil", e.Path) }

func (e *NilEmbeddedError) Unwrap() error { return ErrNilPointer }

// maxEmbedding bounds how deep promoted fields are looked for; struct types may embed
// pointers to themselves.
const maxEmbedding = 16

// Field is the field called name of a struct, or of the struct that a pointer
// points to, by Go's rules: the shallowest one counts, through embedded structs
// and pointers to them. The error is a *NoMemberError or an *AmbiguousError, or
// says why a pointer on the way could not be followed.
func (v *Value) Field(name string) (*Value, error) {
	s, err := v.structure()
	if err != nil {
		return nil, err
	}
	if s == nil {
		return nil, &NoMemberError{Value: v.Name, Type: v.TypeName(), Name: name}
	}
	path, err := findField(s.Type, name)
	if err != nil {
		return nil, err
	}
	if path == nil {
		return nil, &NoMemberError{Value: v.Name, Type: v.TypeName(), Name: name}
	}
	for i, f := range path {
		if i > 0 {
			if s, err = s.structure(); errors.Is(err, ErrNilPointer) {
				return nil, &NilEmbeddedError{Path: fieldNames(path[:i])}
			} else if err != nil {
				return nil, err
			}
		}
		s = s.field(f)
	}
	return s, nil
}

// structure is v if it is a struct, or the struct v points to, or nil.
func (v *Value) structure() (*Value, error) {
	switch v.Kind() {
	case symbol.Struct, symbol.Union:
		return v, nil
	case symbol.Pointer:
		if isStruct(v.Type.Elem()) {
			return v.Deref()
		}
	}
	return nil, v.Err
}

func isStruct(t *symbol.Type) bool {
	return t != nil && (t.Kind() == symbol.Struct || t.Kind() == symbol.Union)
}

// level is a struct type met at some depth of embedding, with the way there.
type level struct {
	t    *symbol.Type
	path []*symbol.Field
}

// findField is the way to the shallowest field called name: nil when there is none.
func findField(t *symbol.Type, name string) ([]*symbol.Field, error) {
	current := []level{{t: t}}
	seen := map[*symbol.Type]bool{t: true}
	for depth := 0; depth < maxEmbedding && len(current) > 0; depth++ {
		var found [][]*symbol.Field
		var next []level
		for _, l := range current {
			list := l.t.Fields()
			for i := range list {
				f := &list[i]
				path := append(l.path[:len(l.path):len(l.path)], f)
				if f.Name == name {
					found = append(found, path)
				}
				// C's anonymous structs and unions are embedded without a name.
				if e := embedded(f); e != nil && !seen[e] {
					next = append(next, level{e, path})
				}
			}
		}
		if len(found) > 1 {
			return nil, ambiguous(t, name, found)
		}
		if len(found) == 1 {
			return found[0], nil
		}
		for _, l := range next {
			seen[l.t] = true
		}
		current = next
	}
	return nil, nil
}

// embedded is the struct type whose fields f promotes, or nil.
func embedded(f *symbol.Field) *symbol.Type {
	if !f.Embedded && f.Name != "" {
		return nil
	}
	t := f.Type
	if t != nil && t.Kind() == symbol.Pointer && t.IsGo() {
		t = t.Elem()
	}
	if !isStruct(t) {
		return nil
	}
	return t
}

func ambiguous(t *symbol.Type, name string, found [][]*symbol.Field) error {
	e := &AmbiguousError{Type: t.Name(), Name: name}
	for _, path := range found {
		e.Paths = append(e.Paths, fieldNames(path))
	}
	return e
}

func fieldNames(path []*symbol.Field) string {
	names := make([]string, len(path))
	for i, f := range path {
		names[i] = f.Name
	}
	return strings.Join(names, ".")
}
