package symbol

import (
	"fmt"

	"github.com/tinydbg/tinydbg/internal/dwarf/info"
)

// typeKey identifies a type: an entry and, in C's arrays of arrays, the
// dimension.
type typeKey struct {
	off info.Offset
	dim int
}

// maxTypeChain bounds typedefs of typedefs and qualifiers of qualifiers.
const maxTypeChain = 64

// typeAt is the type an entry describes.
func (f *File) typeAt(off info.Offset) (*Type, error) { return f.typeIn(off, maxTypeChain) }

func (f *File) typeIn(off info.Offset, chain int) (*Type, error) {
	p := &f.dw
	key := typeKey{off: off}
	p.mu.Lock()
	t := p.types[key]
	p.mu.Unlock()
	if t != nil {
		return t, t.err
	}
	if chain == 0 {
		return nil, fmt.Errorf(".debug_info at offset %#x: more than %d types that only rename another", off, maxTypeChain)
	}
	e, err := p.data.Entry(off)
	if err != nil {
		return nil, err
	}
	t, err = f.readType(e, chain)
	if err != nil {
		return nil, err
	}
	return f.keepType(key, t), t.err
}

// keepType makes t the type for key unless another goroutine was faster.
func (f *File) keepType(key typeKey, t *Type) *Type {
	p := &f.dw
	p.mu.Lock()
	defer p.mu.Unlock()
	if old := p.types[key]; old != nil {
		return old
	}
	p.types[key] = t
	return t
}

// mustType is typeAt that gives an Invalid type with the error instead of none.
func (f *File) mustType(off info.Offset) *Type {
	t, err := f.typeAt(off)
	if t == nil {
		return &Type{file: f, off: off, name: "<unreadable type>", err: err}
	}
	return t
}

func (f *File) voidType() *Type {
	p := &f.dw
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.void == nil {
		p.void = &Type{file: f, kind: Void, name: "void"}
	}
	return p.void
}

// readType reads the entry itself; children are read when asked for.
func (f *File) readType(e *info.Entry, chain int) (*Type, error) {
	t := &Type{
		file: f, off: e.Off, tag: e.Tag, unit: e.Unit(),
		name: e.String(info.AtName), size: int64(e.Uint(info.AtByteSize)), runtime: e.Uint(info.AtGoRuntimeType),
	}
	t.elem, _ = e.Ref(info.AtType)
	if kind := Kind(e.Uint(info.AtGoKind) & goKindMask); kind != Invalid && t.IsGo() {
		return t, f.readGoType(t, e, kind, chain)
	}
	return f.readPlainType(t, e, chain)
}

// goKindMask cuts flags off abi.Type's kind.
const goKindMask = 1<<5 - 1

// readGoType reads an entry with DW_AT_go_kind.
func (f *File) readGoType(t *Type, e *info.Entry, kind Kind, chain int) error {
	t.kind = kind
	ptr := int64(t.unit.AddrSize)
	switch kind {
	case Slice:
		t.elem, _ = e.Ref(info.AtGoElem)
	case Map, Chan:
		t.repr, t.size = t.elem, ptr
		t.key, _ = e.Ref(info.AtGoKey)
		t.elem, _ = e.Ref(info.AtGoElem)
	case Interface:
		t.repr, t.elem, t.size = t.elem, 0, 2*ptr
	case Pointer, UnsafePointer:
		t.size = ptr
	case Array:
		return f.readArray(t, e, chain)
	}
	return nil
}

// readPlainType reads C's types, and Go's that have no kind: typedefs, and
// pointers that only the linker made.
func (f *File) readPlainType(t *Type, e *info.Entry, chain int) (*Type, error) {
	switch e.Tag {
	case info.TagTypedef, info.TagConstType, info.TagVolatileType, info.TagRestrictType, info.TagAtomicType:
		return f.readAlias(t, e, chain)
	case info.TagBaseType:
		t.kind = baseKind(int(e.Uint(info.AtEncoding)), t.size)
	case info.TagPointerType, info.TagReferenceType, info.TagRvalueReference:
		t.kind = Pointer
		if t.IsGo() && t.elem == 0 {
			t.kind = UnsafePointer
		}
		if t.size == 0 {
			t.size = int64(t.unit.AddrSize)
		}
	case info.TagStructType, info.TagClassType, info.TagInterfaceType:
		t.kind = Struct
	case info.TagUnionType:
		t.kind = Union
	case info.TagEnumerationType:
		t.kind = Enum
	case info.TagSubroutineType:
		t.kind = FuncKind
		t.repr, t.elem = t.elem, 0
	case info.TagUnspecifiedType:
		t.kind = Void
	case info.TagArrayType:
		t.kind = Array
		return t, f.readArray(t, e, chain)
	default:
		return nil, fmt.Errorf(".debug_info at offset %#x: tag %#x is no type", uint64(e.Off), uint16(e.Tag))
	}
	if e.Flag(info.AtDeclaration) && (t.kind == Struct || t.kind == Union || t.kind == Enum) {
		t.kind = Opaque
	}
	return t, nil
}

// readAlias reads an entry that gives another type a name or a qualifier. Go's
// typedefs have the name of what they stand for and are the same type.
func (f *File) readAlias(t *Type, e *info.Entry, chain int) (*Type, error) {
	base := f.voidType()
	if t.elem != 0 {
		var err error
		if base, err = f.typeIn(t.elem, chain-1); err != nil {
			return nil, err
		}
	}
	dict := e.Field(info.AtGoDictIndex)
	if t.IsGo() && dict == nil {
		return base, nil
	}
	alias := base.copy()
	switch {
	case dict != nil:
		n, _ := dict.Constant()
		alias.dict = int(min(n, 1<<20)) + 1
	case e.Tag == info.TagTypedef:
		alias.name, alias.unit, alias.alias = t.name, t.unit, true
	default:
		alias.name, alias.alias = qualifiers[e.Tag]+base.Name(), true
	}
	return alias, nil
}

var qualifiers = map[info.Tag]string{
	info.TagConstType: "const ", info.TagVolatileType: "volatile ",
	info.TagRestrictType: "restrict ", info.TagAtomicType: "_Atomic ",
}

// copy is the same type as a new value, to be given another name.
func (t *Type) copy() *Type {
	return &Type{
		file: t.file, off: t.off, tag: t.tag, unit: t.unit, name: t.name, kind: t.kind, size: t.size,
		len: t.len, elem: t.elem, key: t.key, repr: t.repr, made: t.made, madeKey: t.madeKey, runtime: t.runtime, dict: t.dict, alias: t.alias, err: t.err,
	}
}

// Encodings of base types (DW_ATE_...).
const (
	ateAddress      = 0x01
	ateBoolean      = 0x02
	ateComplexFloat = 0x03
	ateFloat        = 0x04
	ateSigned       = 0x05
	ateSignedChar   = 0x06
	ateUnsigned     = 0x07
	ateUnsignedChar = 0x08
	ateUTF          = 0x10
)

func baseKind(encoding int, size int64) Kind {
	switch encoding {
	case ateBoolean:
		return Bool
	case ateSigned, ateSignedChar:
		return sized(size, Int8, Int16, Int32, Int64, Int128)
	case ateUnsigned, ateUnsignedChar, ateUTF:
		return sized(size, Uint8, Uint16, Uint32, Uint64, Uint128)
	case ateAddress:
		return Uintptr
	case ateFloat:
		switch size {
		case 4:
			return Float32
		case 8:
			return Float64
		case 10, 12, 16:
			return Float80
		}
	case ateComplexFloat:
		switch size {
		case 8:
			return Complex64
		case 16:
			return Complex128
		}
	}
	return Opaque
}

// sized picks the kind of an integer of 1, 2, 4, 8 or 16 bytes.
func sized(size int64, kinds ...Kind) Kind {
	for i, k := range kinds {
		if size == 1<<i {
			return k
		}
	}
	return Opaque
}
