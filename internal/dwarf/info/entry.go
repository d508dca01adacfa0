package info

import (
	"fmt"

	"github.com/tinydbg/tinydbg/internal/dwarf/buf"
)

// Entry is a debugging information entry.
type Entry struct {
	Off Offset
	Tag Tag
	// Children says whether entries nested in it follow.
	Children bool

	unit   *Unit
	fields []Field
}

// Field is an attribute and its value, which is interpreted when it is asked for.
type Field struct {
	At   At
	Form Form

	unit *Unit
	val  uint64
	data []byte
}

// Unit is the unit the entry is in.
func (e *Entry) Unit() *Unit { return e.unit }

// Clone is a copy that stays as it is when the Cursor moves on.
func (e *Entry) Clone() *Entry {
	c := *e
	c.fields = append([]Field(nil), e.fields...)
	return &c
}

// Field is the attribute called at, or nil.
func (e *Entry) Field(at At) *Field {
	for i := range e.fields {
		if e.fields[i].At == at {
			return &e.fields[i]
		}
	}
	return nil
}

// Has says whether there is such an attribute. A flag that is 0 counts too.
func (e *Entry) Has(at At) bool { return e.Field(at) != nil }

// String is a string attribute's value, "" if there is none or it cannot be read.
func (e *Entry) String(at At) string {
	f := e.Field(at)
	if f == nil {
		return ""
	}
	s, err := f.Str()
	if err != nil {
		return ""
	}
	return s
}

// Uint is a constant or flag attribute's value, 0 if there is none.
func (e *Entry) Uint(at At) uint64 {
	f := e.Field(at)
	if f == nil {
		return 0
	}
	return f.val
}

// Int is a constant attribute's value as a signed number: constants of a fixed
// size are extended by their sign.
func (e *Entry) Int(at At) int64 {
	f := e.Field(at)
	if f == nil {
		return 0
	}
	return f.Int()
}

// Flag is a flag attribute's value, false if there is none.
func (e *Entry) Flag(at At) bool { return e.Uint(at) != 0 }

// Ref is the entry a reference attribute means. ok is false when there is none
// or it points to where no entry can be.
func (e *Entry) Ref(at At) (off Offset, ok bool) {
	f := e.Field(at)
	if f == nil {
		return 0, false
	}
	off, err := f.Ref()
	return off, err == nil
}

// Int is the value as a signed number.
func (f *Field) Int() int64 {
	switch f.Form {
	case FormData1:
		return int64(int8(f.val))
	case FormData2:
		return int64(int16(f.val))
	case FormData4:
		return int64(int32(f.val))
	}
	return int64(f.val)
}

// Constant gives the value if the form is one of a number.
func (f *Field) Constant() (uint64, bool) {
	switch f.Form {
	case FormData1, FormData2, FormData4, FormData8, FormUdata, FormSdata, FormImplicitConst:
		return f.val, true
	}
	return 0, false
}

// Block gives the value if the form is one of bytes, such as an expression.
func (f *Field) Block() ([]byte, bool) {
	switch f.Form {
	case FormBlock, FormBlock1, FormBlock2, FormBlock4, FormExprloc, FormData16:
		return f.data, true
	}
	return nil, false
}

// Str reads a string.
func (f *Field) Str() (string, error) {
	d, u := f.unit.data, f.unit
	switch f.Form {
	case FormString:
		return string(f.data), nil
	case FormStrp:
		return d.string(".debug_str", f.val)
	case FormLineStrp:
		return d.string(".debug_line_str", f.val)
	case FormStrx, FormStrx1, FormStrx2, FormStrx3, FormStrx4, FormGNUStrIndex:
		size, base := 4, uint64(8)
		if u.Is64 {
			size, base = 8, 16
		}
		if u.strBase.ok {
			base = u.strBase.off
		}
		off, err := d.indexed(".debug_str_offsets", base, f.val, size)
		if err != nil {
			return "", err
		}
		return d.string(".debug_str", off)
	case FormStrpSup, FormGNUStrpAlt:
		return "", fmt.Errorf("the string is in a supplementary file (made by dwz), which is not read")
	}
	return "", fmt.Errorf("attribute %#x is no string but has form %#x", uint16(f.At), uint16(f.Form))
}

// Raw is a string's bytes in .debug_info itself, without a copy; ok is false
// for strings kept elsewhere.
func (f *Field) Raw() (b []byte, ok bool) { return f.data, f.Form == FormString }

// Addr reads an address: a file address.
func (f *Field) Addr() (uint64, error) {
	switch f.Form {
	case FormAddr:
		return f.val, nil
	case FormAddrx, FormAddrx1, FormAddrx2, FormAddrx3, FormAddrx4, FormGNUAddrIndex:
		if !f.unit.addrBase.ok {
			return 0, errNoBase
		}
		return f.unit.data.addressAt(f.unit.addrBase.off, f.val, f.unit.AddrSize)
	}
	return 0, fmt.Errorf("attribute %#x is no address but has form %#x", uint16(f.At), uint16(f.Form))
}

// Ref is the entry the attribute means.
func (f *Field) Ref() (Offset, error) {
	u := f.unit
	var off Offset
	switch f.Form {
	case FormRef1, FormRef2, FormRef4, FormRef8, FormRefUdata:
		if f.val >= uint64(u.end-u.Off) {
			return 0, &buf.Error{Section: ".debug_info", Offset: int64(u.Off), Msg: fmt.Sprintf("reference to %#x, beyond the unit's end", f.val)}
		}
		return u.Off + Offset(f.val), nil
	case FormRefAddr:
		off = Offset(f.val)
	case FormRefSig8:
		if off = u.data.typeUnit(f.val); off == 0 {
			return 0, fmt.Errorf("no unit has the type with signature %#x", f.val)
		}
	case FormRefSup4, FormRefSup8, FormGNURefAlt:
		return 0, fmt.Errorf("the entry is in a supplementary file (made by dwz), which is not read")
	default:
		return 0, fmt.Errorf("attribute %#x is no reference but has form %#x", uint16(f.At), uint16(f.Form))
	}
	if u.data.UnitOf(off) == nil {
		return 0, &buf.Error{Section: ".debug_info", Offset: int64(off), Msg: "reference to outside of all units"}
	}
	return off, nil
}
