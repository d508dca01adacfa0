package cfi

import (
	"bytes"

	"github.com/tinydbg/tinydbg/internal/dwarf/buf"
)

// cie is what many entries have in common.
type cie struct {
	codeAlign uint64
	dataAlign int64
	ret       int
	encoding  uint8 // of addresses, DW_EH_PE_...
	augmented bool  // entries have augmentation data
	signal    bool
	program   buf.Reader
}

// entry is the information for one interval of addresses.
type entry struct {
	*cie
	low, size uint64
	program   buf.Reader
}

// cie parses the CIE at an offset, once.
func (t *Table) cie(off uint64) (*cie, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if c := t.cies[off]; c != nil {
		return c, nil
	}
	r := buf.New(t.section, t.data, off, t.order)
	h := t.head(&r)
	if r.Err() == nil && !h.isCIE {
		r.Fail("CIE wanted at %#x", off)
	}
	if r.Err() != nil {
		return nil, r.Err()
	}
	c := t.readCIE(&h)
	if err := h.body.Err(); err != nil {
		return nil, err
	}
	c.program = h.body
	t.cies[off] = c
	return c, nil
}

func (t *Table) readCIE(h *head) *cie {
	r := &h.body
	c := &cie{}
	version := r.U8()
	if version != 1 && version != 3 && version != 4 {
		r.Fail("CIE version %d", version)
		return c
	}
	augmentation := r.CString()
	if version == 4 {
		size, segment := r.U8(), r.U8()
		if int(size) != t.ptr || segment != 0 {
			r.Fail("CIE with addresses of %d bytes and segments of %d", size, segment)
		}
	}
	if bytes.HasPrefix(augmentation, []byte("eh")) {
		r.Skip(uint64(t.ptr))
		augmentation = augmentation[2:]
	}
	c.codeAlign, c.dataAlign = r.Uleb(), r.Sleb()
	if version == 1 {
		c.ret = int(r.U8())
	} else {
		c.ret = int(min(r.Uleb(), 1<<20))
	}
	t.augment(r, c, augmentation)
	return c
}

// augment reads a CIE's augmentation: letters that say what follows.
func (t *Table) augment(r *buf.Reader, c *cie, letters []byte) {
	if len(letters) == 0 {
		return
	}
	if letters[0] != 'z' {
		r.Fail("augmentation %q", letters)
		return
	}
	c.augmented = true
	data := r.Sub(r.Uleb())
	for _, l := range letters[1:] {
		switch l {
		case 'R':
			c.encoding = data.U8()
		case 'P':
			t.pointer(&data, data.U8())
		case 'L':
			data.U8()
		case 'S':
			c.signal = true
		case 'B', 'G':
		default:
			// The rest is skipped by its length; what it means cannot matter
			// to registers.
			return
		}
	}
	if err := data.Err(); err != nil {
		r.Fail("augmentation data is cut off")
	}
}

// entry parses the FDE at an offset.
func (t *Table) entry(off uint64) (*entry, error) {
	r := buf.New(t.section, t.data, off, t.order)
	h := t.head(&r)
	if r.Err() == nil && (h.isCIE || h.end) {
		r.Fail("FDE wanted at %#x", off)
	}
	if r.Err() != nil {
		return nil, r.Err()
	}
	c, err := t.cie(h.cie)
	if err != nil {
		return nil, err
	}
	e := &entry{cie: c}
	e.low = t.pointer(&h.body, c.encoding)
	e.size = t.pointer(&h.body, c.encoding&0x0f)
	if c.augmented {
		h.body.Skip(h.body.Uleb())
	}
	e.program = h.body
	return e, h.body.Err()
}

// Pointer encodings (DW_EH_PE_...): the low four bits tell the size, the next
// three what it is relative to.
const (
	peAbsolute = 0x00
	peUleb     = 0x01
	peUdata2   = 0x02
	peUdata4   = 0x03
	peUdata8   = 0x04
	peSleb     = 0x09
	peSdata2   = 0x0a
	peSdata4   = 0x0b
	peSdata8   = 0x0c
	pePCRel    = 0x10
	peDataRel  = 0x30
	peIndirect = 0x80
	peOmit     = 0xff
)

// pointer reads an encoded address.
func (t *Table) pointer(r *buf.Reader, encoding uint8) uint64 {
	return readPointer(r, encoding, t.ptr, t.at, 0)
}

// readPointer reads an address of a section that is loaded at at; data is what
// "data relative" means there.
func readPointer(r *buf.Reader, encoding uint8, ptr int, at, data uint64) uint64 {
	if encoding == peOmit {
		return 0
	}
	here := at + r.Off()
	var v uint64
	switch encoding & 0x0f {
	case peAbsolute:
		v = r.Uint(ptr)
	case peUleb:
		v = r.Uleb()
	case peUdata2:
		v = uint64(r.U16())
	case peUdata4:
		v = uint64(r.U32())
	case peUdata8, peSdata8:
		v = r.U64()
	case peSleb:
		v = uint64(r.Sleb())
	case peSdata2:
		v = uint64(int16(r.U16()))
	case peSdata4:
		v = uint64(int32(r.U32()))
	default:
		r.Fail("pointer encoding %#x", encoding)
	}
	switch encoding & 0x70 {
	case 0:
	case pePCRel:
		v += here
	case peDataRel:
		v += data
	default:
		r.Fail("pointer encoding %#x", encoding)
	}
	return v
}
