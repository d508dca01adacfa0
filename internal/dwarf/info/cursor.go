package info

import (
	"github.com/tinydbg/tinydbg/internal/dwarf/buf"
)

// Cursor walks over the entries of a unit. Next gives the same Entry again with
// other contents: Clone what is to be kept.
type Cursor struct {
	unit  *Unit
	r     buf.Reader
	entry Entry
	// depth is how many entries whose children are being walked are open.
	depth int
	down  bool
}

// maxDepth bounds how deep entries nest in each other.
const maxDepth = 1 << 12

// Err is why Next gave nil, nil at the end of the unit.
func (c *Cursor) Err() error { return c.r.Err() }

// Depth is how deep the last entry is below those the walk began among. Next
// goes on to entries outside of where it began: then it is negative.
func (c *Cursor) Depth() int { return c.depth }

// Next reads the next entry: the first child of the last one if it has any,
// else the next sibling, else that of its parent. nil means the end or an
// error.
func (c *Cursor) Next() *Entry {
	if c.down {
		c.depth++
		c.down = false
	}
	for c.r.Len() > 0 {
		c.entry.Off = Offset(c.r.Off())
		code := c.r.Uleb()
		if code == 0 {
			c.depth--
			continue
		}
		a := c.unit.table.get(code)
		if a == nil {
			c.r.Fail("no abbreviation %d", code)
			return nil
		}
		if c.depth > maxDepth {
			c.r.Fail("entries nest more than %d deep", maxDepth)
			return nil
		}
		c.decode(a)
		if c.r.Err() != nil {
			return nil
		}
		c.down = a.children
		return &c.entry
	}
	return nil
}

// SkipChildren makes Next go on after the children of the last entry.
func (c *Cursor) SkipChildren() {
	if !c.down {
		return
	}
	if f := c.entry.Field(AtSibling); f != nil {
		if to, err := f.Ref(); err == nil && to > Offset(c.r.Off()) && to < c.unit.end {
			c.r.Seek(uint64(to))
			c.down = false
			return
		}
	}
	depth := c.depth
	c.down = false
	for level := 1; level > 0 && c.r.Len() > 0; {
		code := c.r.Uleb()
		if code == 0 {
			level--
			continue
		}
		a := c.unit.table.get(code)
		if a == nil {
			c.r.Fail("no abbreviation %d", code)
			return
		}
		for i := range a.specs {
			c.skip(a.specs[i].form)
		}
		if a.children {
			level++
		}
	}
	c.depth = depth
}

func (c *Cursor) decode(a *abbrev) {
	e := &c.entry
	e.unit, e.Tag, e.Children = c.unit, a.tag, a.children
	e.fields = e.fields[:0]
	for i := range a.specs {
		s := &a.specs[i]
		e.fields = append(e.fields, Field{At: s.at, Form: s.form, unit: c.unit})
		f := &e.fields[len(e.fields)-1]
		if s.form == FormImplicitConst {
			f.val = uint64(s.value)
			continue
		}
		c.value(f)
	}
}

// value reads a field's value in its form.
func (c *Cursor) value(f *Field) {
	r := &c.r
	switch f.Form {
	case FormString:
		f.data = r.CString()
	case FormBlock1:
		f.data = r.Bytes(uint64(r.U8()))
	case FormBlock2:
		f.data = r.Bytes(uint64(r.U16()))
	case FormBlock4:
		f.data = r.Bytes(uint64(r.U32()))
	case FormBlock, FormExprloc:
		f.data = r.Bytes(r.Uleb())
	case FormData16:
		f.data = r.Bytes(16)
	case FormSdata:
		f.val = uint64(r.Sleb())
	case FormFlagPresent:
		f.val = 1
	case FormIndirect:
		f.Form = Form(r.Uleb())
		if f.Form == FormIndirect || f.Form == FormImplicitConst {
			r.Fail("indirect form of form %#x", uint16(f.Form))
			return
		}
		c.value(f)
	default:
		f.val = c.number(f.Form)
	}
}

// number reads a value that is an unsigned number.
func (c *Cursor) number(form Form) uint64 {
	r, u := &c.r, c.unit
	switch form {
	case FormUdata, FormRefUdata, FormStrx, FormAddrx, FormLoclistx, FormRnglistx, FormGNUAddrIndex, FormGNUStrIndex:
		return r.Uleb()
	case FormData1, FormFlag, FormRef1, FormStrx1, FormAddrx1:
		return uint64(r.U8())
	case FormData2, FormRef2, FormStrx2, FormAddrx2:
		return uint64(r.U16())
	case FormStrx3, FormAddrx3:
		return uint64(r.U24())
	case FormData4, FormRef4, FormRefSup4, FormStrx4, FormAddrx4:
		return uint64(r.U32())
	case FormData8, FormRef8, FormRefSig8, FormRefSup8:
		return r.U64()
	case FormAddr:
		return r.Uint(u.AddrSize)
	case FormStrp, FormSecOffset, FormLineStrp, FormStrpSup, FormGNURefAlt, FormGNUStrpAlt:
		return r.Offset(u.Is64)
	case FormRefAddr:
		if u.Version == 2 {
			return r.Uint(u.AddrSize)
		}
		return r.Offset(u.Is64)
	}
	r.Fail("form %#x", uint16(form))
	return 0
}

// skip passes over a value without decoding it.
func (c *Cursor) skip(form Form) {
	switch form {
	case FormImplicitConst:
	default:
		f := Field{Form: form, unit: c.unit}
		c.value(&f)
	}
}
