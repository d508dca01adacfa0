package symbol

import (
	"fmt"

	"github.com/tinydbg/tinydbg/internal/dwarf/expr"
	"github.com/tinydbg/tinydbg/internal/dwarf/info"
)

const (
	maxParts      = 1 << 20
	maxDimensions = 64
)

// eachChild calls yield with the children of an entry, not with theirs.
func eachChild(u *info.Unit, off info.Offset, yield func(*info.Entry)) error {
	c, err := u.Cursor(off)
	if err != nil {
		return err
	}
	if e := c.Next(); e == nil || !e.Children {
		return c.Err()
	}
	n := 0
	for e := c.Next(); e != nil && c.Depth() > 0; e = c.Next() {
		if n++; n > maxParts {
			return fmt.Errorf(".debug_info at offset %#x: more than %d parts of a type", uint64(off), maxParts)
		}
		yield(e)
		c.SkipChildren()
	}
	return c.Err()
}

// readParts reads the children of the type's entry, once. What comes before a
// mistake is kept.
func (t *Type) readParts() *typeParts {
	t.partsOnce.Do(func() {
		switch t.tag {
		case info.TagStructType, info.TagClassType, info.TagUnionType, info.TagInterfaceType,
			info.TagEnumerationType, info.TagSubroutineType:
			eachChild(t.unit, t.off, func(e *info.Entry) { t.parts.add(t, e) })
		}
		if t.tag == info.TagSubroutineType && t.repr != 0 {
			t.parts.results = []*Type{t.file.mustType(t.repr)}
		}
	})
	return &t.parts
}

func (p *typeParts) add(t *Type, e *info.Entry) {
	switch e.Tag {
	case info.TagMember, info.TagInheritance:
		if e.Flag(info.AtExternal) || e.Flag(info.AtDeclaration) {
			return // a static member has no place in the value
		}
		p.fields = append(p.fields, t.field(e))
	case info.TagFormalParameter:
		ref, _ := e.Ref(info.AtType)
		typ := t.file.mustType(ref)
		if e.Flag(info.AtVarParameter) {
			p.results = append(p.results, typ)
			return
		}
		p.params = append(p.params, typ)
	case info.TagUnspecifiedParams:
		p.variadic = true
	case info.TagEnumerator:
		p.enumerators = append(p.enumerators, Enumerator{e.String(info.AtName), e.Int(info.AtConstValue)})
	}
}

func (t *Type) field(e *info.Entry) Field {
	ref, _ := e.Ref(info.AtType)
	f := Field{
		Name: e.String(info.AtName), Type: t.file.mustType(ref),
		Embedded: e.Flag(info.AtGoEmbedded) || e.Tag == info.TagInheritance,
	}
	if loc := e.Field(info.AtDataMemberLoc); loc != nil {
		if n, ok := loc.Constant(); ok {
			f.Offset = int64(n)
		} else if code, ok := loc.Block(); ok {
			// An old way to say a number: an expression that adds it to the
			// object's address.
			n, _ := expr.Value(code, &expr.Context{}, 0)
			f.Offset = int64(n)
		}
	}
	f.bits(e)
	return f
}

// bits reads where a bit field is. Older producers count from the other end of
// the storage unit.
func (f *Field) bits(e *info.Entry) {
	size := int(e.Uint(info.AtBitSize))
	if size <= 0 || size > 128 {
		return
	}
	f.BitSize = size
	var at int64
	if e.Has(info.AtDataBitOffset) {
		at = f.Offset*8 + int64(e.Uint(info.AtDataBitOffset))
	} else if e.Has(info.AtBitOffset) {
		storage := int64(e.Uint(info.AtByteSize))
		if storage == 0 {
			storage = f.Type.Size()
		}
		at = f.Offset*8 + storage*8 - e.Int(info.AtBitOffset) - int64(size)
	} else {
		at = f.Offset * 8
	}
	f.Offset, f.BitOffset = at>>3, int(at&7)
}

// readArray reads an array's dimensions. C has one entry for all of them: types
// for the inner arrays are made here.
func (f *File) readArray(t *Type, e *info.Entry, chain int) error {
	var dims []int64
	err := eachChild(t.unit, e.Off, func(c *info.Entry) {
		if c.Tag == info.TagSubrangeType && len(dims) < maxDimensions {
			dims = append(dims, dimension(c))
		}
	})
	if err != nil {
		return err
	}
	if len(dims) == 0 {
		dims = []int64{-1}
	}
	t.len = dims[0]
	if t.IsGo() {
		return nil
	}
	elem, err := f.typeIn(t.elem, chain-1)
	if err != nil {
		return fmt.Errorf("element of an array: %w", err)
	}
	for dim := len(dims) - 1; dim > 0; dim-- {
		elem = f.keepType(typeKey{t.off, dim}, &Type{
			file: f, off: t.off, unit: t.unit, kind: Array, elem: t.elem, made: elem,
			len: dims[dim], size: arraySize(dims[dim], elem),
		})
	}
	t.made = elem
	if t.size == 0 {
		t.size = arraySize(t.len, elem)
	}
	return nil
}

// maxTypeSize is larger than any address space in use.
const maxTypeSize = 1 << 48

// arraySize is 0 for arrays that are open or absurdly large.
func arraySize(n int64, elem *Type) int64 {
	if n <= 0 || elem.size <= 0 || elem.size > maxTypeSize/n {
		return 0
	}
	return n * elem.size
}

// dimension is a subrange's number of elements, -1 if it is open or decided at
// run time.
func dimension(e *info.Entry) int64 {
	if f := e.Field(info.AtCount); f != nil {
		if n, ok := f.Constant(); ok && n < 1<<62 {
			return int64(n)
		}
	} else if f := e.Field(info.AtUpperBound); f != nil {
		if n, ok := f.Constant(); ok && n < 1<<62 {
			return int64(n) + 1
		}
	}
	return -1
}
