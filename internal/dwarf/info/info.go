// Package info reads entries of .debug_info, DWARF 2 to 5.
//
// Nothing is parsed before it is asked for. [Open] walks over the headers of the
// units, which say how long each unit is; the root entries of all units are read
// when the first question about an address or a name comes; a unit's entries are
// walked by a [Cursor] from wherever the asker likes. A [Data] is immutable and
// may be used from any goroutine.
package info

import (
	"encoding/binary"
	"errors"
	"fmt"
	"sort"
	"sync"

	"github.com/tinydbg/tinydbg/internal/dwarf/buf"
)

// Source gives the inflated bytes of a section such as ".debug_str". A section
// that does not exist is an error.
type Source interface {
	DebugSection(name string) ([]byte, error)
	// DropDebugSection is called when a section was looked through, most of which
	// will not be asked for again. Its bytes must stay valid.
	DropDebugSection(name string)
}

// Offset is a byte offset in .debug_info: the identity of an entry.
type Offset uint64

// Data is the debug information of one file.
type Data struct {
	src   Source
	order binary.ByteOrder
	info  []byte
	units []*Unit

	// mu guards the maps.
	mu       sync.Mutex
	sections map[string]*section
	abbrevs  map[uint64]*abbrevTable

	rangesOnce sync.Once
	ranges     []unitRange
}

type section struct {
	once sync.Once
	data []byte
	err  error
}

// Open reads the headers of the units. Unit headers that make no sense end the
// list: what comes before them can be used. The error is for files whose first
// unit cannot be read. A src that is a [Keeper] is asked for the list first.
func Open(src Source, order binary.ByteOrder) (*Data, error) {
	d := &Data{src: src, order: order, sections: map[string]*section{}, abbrevs: map[uint64]*abbrevTable{}}
	info, err := d.section(".debug_info")
	if err != nil {
		return nil, err
	}
	d.info = info
	if k, ok := src.(Keeper); ok {
		if kept, ok := k.Kept(); ok && d.decodeUnits(kept) {
			return d, nil
		}
	}
	if err := d.readUnits(); err != nil {
		return nil, err
	}
	return d, nil
}

// readUnits goes through the section from header to header.
func (d *Data) readUnits() error {
	r := buf.New(".debug_info", d.info, 0, d.order)
	for dropped := r.Off(); r.Len() > 0; {
		if r.Off()-dropped > dropEvery {
			d.src.DropDebugSection(".debug_info")
			dropped = r.Off()
		}
		u, err := d.readHeader(&r)
		if err != nil {
			if len(d.units) == 0 {
				return err
			}
			break
		}
		d.units = append(d.units, u)
	}
	return nil
}

// section is a section's data, asked of the source once.
func (d *Data) section(name string) ([]byte, error) {
	d.mu.Lock()
	s := d.sections[name]
	if s == nil {
		s = &section{}
		d.sections[name] = s
	}
	d.mu.Unlock()
	s.once.Do(func() { s.data, s.err = d.src.DebugSection(name) })
	return s.data, s.err
}

// reader is a Reader of a section at an offset.
func (d *Data) reader(name string, off uint64) (buf.Reader, error) {
	data, err := d.section(name)
	if err != nil {
		return buf.Reader{}, err
	}
	r := buf.New(name, data, off, d.order)
	return r, r.Err()
}

// Units lists all units in the order of the section.
func (d *Data) Units() []*Unit { return d.units }

// UnitOf is the unit that contains offset off, or nil.
func (d *Data) UnitOf(off Offset) *Unit {
	i := sort.Search(len(d.units), func(i int) bool { return d.units[i].end > off })
	if i == len(d.units) || off < d.units[i].Off {
		return nil
	}
	return d.units[i]
}

// Entry reads the entry at off.
func (d *Data) Entry(off Offset) (*Entry, error) {
	u := d.UnitOf(off)
	if u == nil {
		return nil, &buf.Error{Section: ".debug_info", Offset: int64(off), Msg: "no unit has an entry there"}
	}
	return u.Entry(off)
}

// unitRange is an interval of addresses that a unit has code for.
type unitRange struct {
	low, high uint64
	// reach is the greatest high of this interval and those before it, for
	// those that overlap.
	reach uint64
	unit  *Unit
}

// UnitsAt lists the units that have code at file address pc.
func (d *Data) UnitsAt(pc uint64) []*Unit {
	d.rangesOnce.Do(d.readRanges)
	var found []*Unit
	i := sort.Search(len(d.ranges), func(i int) bool { return d.ranges[i].low > pc })
	for i--; i >= 0 && d.ranges[i].reach > pc; i-- {
		if r := d.ranges[i]; pc < r.high && (len(found) == 0 || found[len(found)-1] != r.unit) {
			found = append(found, r.unit)
		}
	}
	return found
}

// dropEvery is how many bytes are passed over before the memory of what was read of
// them is given back.
const dropEvery = 1 << 20

// readRanges asks every unit's root entry for its addresses. .debug_aranges
// would not be faster: Go does not write it, and C's has gaps.
func (d *Data) readRanges() {
	dropped := Offset(0)
	for _, u := range d.units {
		if u.Off-dropped > dropEvery {
			d.src.DropDebugSection(".debug_info")
			dropped = u.Off
		}
		root, err := u.Root()
		if err != nil || root.Tag != TagCompileUnit && root.Tag != TagSkeletonUnit {
			continue
		}
		rs, err := u.Ranges(root)
		if err != nil || len(rs) == 0 {
			continue
		}
		for _, r := range rs {
			d.ranges = append(d.ranges, unitRange{low: r.Low, high: r.High, unit: u})
		}
	}
	d.src.DropDebugSection(".debug_info")
	sort.Slice(d.ranges, func(i, j int) bool { return d.ranges[i].low < d.ranges[j].low })
	var reach uint64
	for i := range d.ranges {
		reach = max(reach, d.ranges[i].high)
		d.ranges[i].reach = reach
	}
	if k, ok := d.src.(Keeper); ok {
		k.Keep(d.encodeUnits())
	}
}

// String reads a NUL-terminated string of a string section.
func (d *Data) string(name string, off uint64) (string, error) {
	r, err := d.reader(name, off)
	if err != nil {
		return "", err
	}
	s := string(r.CString())
	return s, r.Err()
}

// errNoBase is for indexed forms in a unit that does not say where its part of
// the table begins.
var errNoBase = errors.New("the unit does not say where its table is")

// addressAt is entry i of the address table at base.
func (d *Data) addressAt(base, i uint64, size int) (uint64, error) {
	return d.indexed(".debug_addr", base, i, size)
}

func (d *Data) indexed(name string, base, i uint64, size int) (uint64, error) {
	data, err := d.section(name)
	if err != nil {
		return 0, err
	}
	if i > uint64(len(data)) || base > uint64(len(data)) {
		return 0, fmt.Errorf("%s: entry %d of the table at %#x is beyond the section's end", name, i, base)
	}
	r := buf.New(name, data, base+i*uint64(size), d.order)
	v := r.Uint(size)
	return v, r.Err()
}
