package symbol

import (
	"fmt"
	"sort"
	"sync"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/dwarf/info"
)

// unitIndex is where a unit's functions, variables and constants are: the
// result of one walk over the unit.
type unitIndex struct {
	once sync.Once
	err  error
	// funcs is sorted by low.
	funcs           []funcRange
	globals, consts []info.Offset
}

// maxFuncRanges bounds what damaged or hostile files can have kept: functions may
// share a long list of ranges.
const maxFuncRanges = 1 << 20

// funcRange is an interval of addresses of a function; C's may have several.
type funcRange struct {
	low, high uint64
	off       info.Offset
}

func (f *File) unitIndex(u *info.Unit) (*unitIndex, error) {
	p := &f.dw
	p.mu.Lock()
	x := p.indexes[u]
	if x == nil {
		x = &unitIndex{}
		p.indexes[u] = x
	}
	p.mu.Unlock()
	x.once.Do(func() { x.err = x.read(u) })
	return x, x.err
}

func (x *unitIndex) read(u *info.Unit) error {
	if dwo := u.Dwo(); dwo != "" {
		return &SplitError{Unit: u.Name(), File: dwo}
	}
	c, err := u.Entries()
	if err != nil {
		return err
	}
	var ranges []info.Range
	for e := c.Next(); e != nil; e = c.Next() {
		switch e.Tag {
		case info.TagCompileUnit, info.TagPartialUnit, info.TagSkeletonUnit, info.TagNamespace:
			continue
		case info.TagSubprogram:
			ranges, err = u.AppendRanges(ranges[:0], e)
			if err != nil {
				return err
			}
			if len(x.funcs)+len(ranges) > maxFuncRanges {
				return fmt.Errorf("the unit at %#x of .debug_info has functions in more than %d pieces", uint64(u.Off), maxFuncRanges)
			}
			for _, r := range ranges {
				x.funcs = append(x.funcs, funcRange{r.Low, r.High, e.Off})
			}
		case info.TagVariable:
			x.globals = append(x.globals, e.Off)
		case info.TagConstant:
			x.consts = append(x.consts, e.Off)
		}
		c.SkipChildren()
	}
	sort.Slice(x.funcs, func(i, j int) bool { return x.funcs[i].low < x.funcs[j].low })
	return c.Err()
}

// SplitError is the error for units whose variables and types are in a file of
// their own, made by -gsplit-dwarf. Such files are not read.
type SplitError struct{ Unit, File string }

func (e *SplitError) Error() string {
	name := "this unit"
	if e.Unit != "" {
		name = e.Unit
	}
	return fmt.Sprintf("variables and types of %s are in %s, which is not read: compile without -gsplit-dwarf", name, e.File)
}

// at is the entry of the function with code at pc.
func (x *unitIndex) at(pc uint64) (info.Offset, bool) {
	i := sort.Search(len(x.funcs), func(i int) bool { return x.funcs[i].low > pc })
	if i == 0 || pc >= x.funcs[i-1].high {
		return 0, false
	}
	return x.funcs[i-1].off, true
}

// funcEntry is the entry of the function with code at pc; nil without an error
// when debug information does not know of one.
func (f *File) funcEntry(pc addr.FileAddr) (*info.Entry, error) {
	d, err := f.dwarfData()
	if err != nil {
		return nil, err
	}
	for _, u := range d.UnitsAt(uint64(pc)) {
		x, err := f.unitIndex(u)
		if off, ok := x.at(uint64(pc)); ok {
			return u.Entry(off)
		}
		if err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// maxOrigins bounds how many entries may refer to each other for what an entry
// lacks itself.
const maxOrigins = 8

// origins lists e and the entries it is a copy of: of an inlined or concrete
// function the abstract one, of a definition its declaration. The attributes of
// the first that has them count.
func origins(d *info.Data, e *info.Entry) []*info.Entry {
	list := []*info.Entry{e}
	for len(list) < maxOrigins {
		off, ok := e.Ref(info.AtAbstractOrigin)
		if !ok {
			off, ok = e.Ref(info.AtSpecification)
		}
		if !ok {
			return list
		}
		next, err := d.Entry(off)
		if err != nil {
			return list
		}
		list = append(list, next)
		e = next
	}
	return list
}

// inherited is the attribute called at of the first entry that has it.
func inherited(list []*info.Entry, at info.At) *info.Field {
	for _, e := range list {
		if f := e.Field(at); f != nil {
			return f
		}
	}
	return nil
}

// inheritedName is the name of the first entry that has one.
func inheritedName(list []*info.Entry) string {
	f := inherited(list, info.AtName)
	if f == nil {
		return ""
	}
	name, err := f.Str()
	if err != nil {
		return ""
	}
	return name
}
