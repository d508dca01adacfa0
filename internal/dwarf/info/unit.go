package info

import (
	"sync"

	"github.com/tinydbg/tinydbg/internal/dwarf/buf"
	"github.com/tinydbg/tinydbg/internal/dwarf/expr"
)

// Unit is one unit of .debug_info.
type Unit struct {
	data *Data
	// Off is the offset of the unit's header; end that of what comes after the
	// unit; first that of its root entry.
	Off, end, first Offset
	Version         int
	AddrSize        int
	Is64            bool
	kind            uint8
	abbrevOff       uint64
	// signature and typeOff are a type unit's.
	signature uint64
	typeOff   Offset

	once  sync.Once
	table *abbrevTable
	root  *Entry
	err   error
	// bases of the unit's parts of other sections, from the root entry.
	low                                 uint64
	addrBase, strBase, rngBase, locBase base
}

// base is an offset that the root entry may state.
type base struct {
	off uint64
	ok  bool
}

// readHeader reads the header at r and moves r to the next unit.
func (d *Data) readHeader(r *buf.Reader) (*Unit, error) {
	u := &Unit{data: d, Off: Offset(r.Off())}
	var n uint64
	n, u.Is64 = r.Length()
	body := r.Sub(n)
	u.end = Offset(r.Off())
	u.Version = int(body.U16())
	u.kind = unitCompile
	if body.Err() == nil && (u.Version < 2 || u.Version > 5) {
		body.Fail("DWARF version %d", u.Version)
	}
	if u.Version >= 5 {
		u.kind = body.U8()
		u.AddrSize = int(body.U8())
		u.abbrevOff = body.Offset(u.Is64)
	} else {
		u.abbrevOff = body.Offset(u.Is64)
		u.AddrSize = int(body.U8())
	}
	switch u.kind {
	case unitSkeleton, unitSplitCompile:
		body.Skip(8)
	case unitType, unitSplitType:
		u.signature = body.U64()
		u.typeOff = u.Off + Offset(body.Offset(u.Is64))
	}
	if body.Err() == nil && u.AddrSize != 4 && u.AddrSize != 8 {
		body.Fail("addresses of %d bytes", u.AddrSize)
	}
	u.first = Offset(body.Off())
	return u, body.Err()
}

// Root is the unit's own entry.
func (u *Unit) Root() (*Entry, error) {
	u.once.Do(u.readRoot)
	return u.root, u.err
}

func (u *Unit) readRoot() {
	u.table, u.err = u.data.abbrevTable(u.abbrevOff)
	if u.err != nil {
		return
	}
	c := u.cursor(u.first)
	e := c.Next()
	if e == nil {
		u.err = c.Err()
		if u.err == nil {
			u.err = &buf.Error{Section: ".debug_info", Offset: int64(u.first), Msg: "unit without an entry"}
		}
		return
	}
	u.root = e.Clone()
	u.addrBase = e.base(AtAddrBase)
	u.strBase = e.base(AtStrOffsetsBase)
	u.rngBase = e.base(AtRnglistsBase)
	u.locBase = e.base(AtLoclistsBase)
	if f := u.root.Field(AtLowPC); f != nil {
		u.low, _ = f.Addr()
	}
}

func (e *Entry) base(at At) base {
	f := e.Field(at)
	if f == nil {
		return base{}
	}
	return base{f.val, true}
}

// Size is how many bytes of .debug_info the unit takes up.
func (u *Unit) Size() uint64 { return uint64(u.end - u.Off) }

// Name is the unit's name: for Go its import path, for C its source file.
func (u *Unit) Name() string { return u.rootString(AtName) }

// PackageName is the name in a Go unit's package clauses.
func (u *Unit) PackageName() string { return u.rootString(AtGoPackageName) }

// CompDir is the directory relative names are relative to.
func (u *Unit) CompDir() string { return u.rootString(AtCompDir) }

// Producer is the compiler, and for Go its flags.
func (u *Unit) Producer() string { return u.rootString(AtProducer) }

func (u *Unit) rootString(at At) string {
	root, err := u.Root()
	if err != nil {
		return ""
	}
	return root.String(at)
}

const langGo = 0x16

// IsC says whether the unit was written in C, of whatever year.
func (u *Unit) IsC() bool {
	root, err := u.Root()
	if err != nil {
		return false
	}
	switch root.Uint(AtLanguage) {
	case 0x01, 0x02, 0x0c, 0x1d, 0x2c:
		return true
	}
	return false
}

// IsGo says whether the unit was written in Go.
func (u *Unit) IsGo() bool {
	root, err := u.Root()
	return err == nil && root.Uint(AtLanguage) == langGo
}

// Dwo is the name of the file that has the unit's entries, if this file has
// only its skeleton; else "".
func (u *Unit) Dwo() string {
	if s := u.rootString(AtDwoName); s != "" {
		return s
	}
	return u.rootString(AtGNUDwoName)
}

// LowPC is the address that the unit's lists are relative to.
func (u *Unit) LowPC() uint64 {
	u.once.Do(u.readRoot)
	return u.low
}

// Addrx is entry i of the unit's table in .debug_addr, a file address.
func (u *Unit) Addrx(i uint64) (uint64, error) {
	u.once.Do(u.readRoot)
	if !u.addrBase.ok {
		return 0, errNoBase
	}
	return u.data.addressAt(u.addrBase.off, i, u.AddrSize)
}

// BaseType is the base type at offset off of the unit, for expressions.
func (u *Unit) BaseType(off uint64) (expr.BaseType, error) {
	e, err := u.Entry(u.Off + Offset(off))
	if err != nil {
		return expr.BaseType{}, err
	}
	return expr.BaseType{Size: int(e.Uint(AtByteSize)), Encoding: int(e.Uint(AtEncoding))}, nil
}

// Entry reads the unit's entry at off.
func (u *Unit) Entry(off Offset) (*Entry, error) {
	c, err := u.Cursor(off)
	if err != nil {
		return nil, err
	}
	e := c.Next()
	if e == nil {
		if err := c.Err(); err != nil {
			return nil, err
		}
		return nil, &buf.Error{Section: ".debug_info", Offset: int64(off), Msg: "no entry there"}
	}
	return e, nil
}

// Cursor walks over entries from off on, in the order of the section.
func (u *Unit) Cursor(off Offset) (*Cursor, error) {
	if _, err := u.Root(); err != nil {
		return nil, err
	}
	if off < u.first || off >= u.end {
		return nil, &buf.Error{Section: ".debug_info", Offset: int64(off), Msg: "no entry there"}
	}
	return u.cursor(off), nil
}

// Entries walks over all entries of the unit, its root first.
func (u *Unit) Entries() (*Cursor, error) { return u.Cursor(u.first) }

func (u *Unit) cursor(off Offset) *Cursor {
	return &Cursor{
		unit: u,
		r:    buf.New(".debug_info", u.data.info[:u.end], uint64(off), u.data.order),
	}
}

// typeUnit is the entry of the type whose unit has a signature, 0 if none has.
func (d *Data) typeUnit(signature uint64) Offset {
	for _, u := range d.units {
		if (u.kind == unitType || u.kind == unitSplitType) && u.signature == signature {
			return u.typeOff
		}
	}
	return 0
}
