package info

import (
	"sync"

	"github.com/tinydbg/tinydbg/internal/dwarf/buf"
)

// abbrev is how entries with one code are laid out.
type abbrev struct {
	tag      Tag
	children bool
	specs    []spec
}

// spec is one attribute of an abbrev. value is for FormImplicitConst.
type spec struct {
	at    At
	form  Form
	value int64
}

// abbrevTable is the abbrevs of a unit by code. Codes are usually 1, 2, 3...
type abbrevTable struct {
	once  sync.Once
	err   error
	dense []abbrev
	other map[uint64]*abbrev
}

const (
	maxAbbrevs = 1 << 20
	maxSpecs   = 1 << 12
)

// abbrevTable is the table at an offset of .debug_abbrev, which several units
// may share.
func (d *Data) abbrevTable(off uint64) (*abbrevTable, error) {
	d.mu.Lock()
	t := d.abbrevs[off]
	if t == nil {
		t = &abbrevTable{}
		d.abbrevs[off] = t
	}
	d.mu.Unlock()
	t.once.Do(func() {
		r, err := d.reader(".debug_abbrev", off)
		if err != nil {
			t.err = err
			return
		}
		t.err = t.read(&r)
	})
	return t, t.err
}

func (t *abbrevTable) read(r *buf.Reader) error {
	for n := 0; ; n++ {
		code := r.Uleb()
		if code == 0 || r.Err() != nil {
			return r.Err()
		}
		if n == maxAbbrevs {
			r.Fail("more than %d abbreviations", maxAbbrevs)
			return r.Err()
		}
		a := readAbbrev(r)
		switch {
		case r.Err() != nil:
			return r.Err()
		case t.get(code) != nil:
			r.Fail("abbreviation %d is there twice", code)
			return r.Err()
		case code == uint64(len(t.dense)+1):
			t.dense = append(t.dense, a)
		default:
			if t.other == nil {
				t.other = map[uint64]*abbrev{}
			}
			t.other[code] = &a
		}
	}
}

func readAbbrev(r *buf.Reader) abbrev {
	a := abbrev{tag: Tag(r.Uleb()), children: r.U8() != 0}
	for {
		s := spec{at: At(r.Uleb()), form: Form(r.Uleb())}
		if s.form == FormImplicitConst {
			s.value = r.Sleb()
		}
		if r.Err() != nil || s.at == 0 && s.form == 0 {
			return a
		}
		if len(a.specs) == maxSpecs {
			r.Fail("more than %d attributes in an abbreviation", maxSpecs)
			return a
		}
		a.specs = append(a.specs, s)
	}
}

// get is nil for a code the table lacks.
func (t *abbrevTable) get(code uint64) *abbrev {
	if code-1 < uint64(len(t.dense)) {
		return &t.dense[code-1]
	}
	return t.other[code]
}
