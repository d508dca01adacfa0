package symbol

import (
	"errors"
	"fmt"
	"hash/crc32"
	"slices"
	"sort"
	"strings"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/dwarf/info"
	"github.com/tinydbg/tinydbg/internal/pace"
)

// typeIndex finds types by name and by runtime descriptor. It holds 8 bytes for
// each; names stay in the section. It is kept in the cache if the section can be
// told from others (objfile.File.CacheKey).
type typeIndex struct {
	names   pairs // from hashes of names to offsets of entries
	runtime pairs // from descriptors to offsets of entries
	err     error
}

// NotFoundError is the error for names that the debug information does not have.
type NotFoundError struct {
	What, Name string
}

func (e *NotFoundError) Error() string { return "no " + e.What + " " + e.Name }

// typeNames builds the index with one walk over the units that have types.
func (f *File) typeIndex() (*typeIndex, error) {
	d, err := f.dwarfData()
	if err != nil {
		return nil, err
	}
	x := &f.dw.names
	f.dw.typesOnce.Do(func() {
		key := f.debugKey(".debug_info", "types 1")
		if kept, ok := f.opts.Cache.Get(key); ok && x.decode(kept) {
			return
		}
		f.indexTypes(d, x)
		if x.err == nil && len(x.names) >= minKept {
			f.opts.Cache.Put(key, x.encode())
		}
	})
	if len(x.names) == 0 {
		return x, x.err
	}
	return x, nil
}

// minKept is the size from which on an index is worth a file.
var minKept = 8 << 10

func (f *File) indexTypes(d *info.Data, x *typeIndex) {
	var w typeWalk
	w.base, _ = f.typesBase()
	w.drop = func() { f.DropDebugSection(".debug_info") }
	for _, u := range f.typeUnits(d) {
		if err := w.add(u); err != nil && x.err == nil {
			x.err = err
		}
	}
	x.names, x.runtime = makePairs(w.names), makePairs(w.runtime)
}

// typeUnits are C's units and, of Go's, the runtime's: Go's linker puts the types
// of all packages there (cmd/link/internal/ld/dwarf.go, movetomodule). A file
// without the runtime, such as a plugin, may have them anywhere.
func (f *File) typeUnits(d *info.Data) []*info.Unit {
	byPath, _ := f.unitsByName(d)
	runtime := byPath["runtime"]
	var list []*info.Unit
	for _, u := range d.Units() {
		if len(runtime) == 0 || !u.IsGo() || slices.Contains(runtime, u) {
			list = append(list, u)
		}
	}
	return list
}

// typeWalk collects the types of units: pairs of a hash or a descriptor, and the
// entry's offset.
type typeWalk struct {
	base           addr.FileAddr
	names, runtime []uint64
	// drop gives the memory of what was looked through back.
	drop func()
}

// dropEvery is how many bytes of a unit are looked through before that.
const dropEvery = 1 << 20

// restEvery is how many entries are looked through before a rest.
const restEvery = 256

// typicalType is about how many bytes of debug information there are for a type.
const typicalType = 128

func (x *typeWalk) add(u *info.Unit) error {
	defer x.drop()
	c, err := u.Entries()
	if err != nil {
		return err
	}
	isGo, dropped := u.IsGo(), u.Off
	x.names = slices.Grow(x.names, int(u.Size()/typicalType))
	n := 0
	for e := c.Next(); e != nil; e = c.Next() {
		if e.Off-dropped > dropEvery {
			x.drop()
			dropped = e.Off
		}
		switch e.Tag {
		case info.TagCompileUnit, info.TagPartialUnit, info.TagTypeUnit, info.TagNamespace:
			continue
		case info.TagBaseType, info.TagStructType, info.TagUnionType, info.TagClassType, info.TagEnumerationType,
			info.TagTypedef, info.TagArrayType, info.TagPointerType, info.TagSubroutineType, info.TagUnspecifiedType:
			if uint64(e.Off) >= 1<<32 {
				return errors.New(".debug_info is larger than 4 GiB: its types cannot be searched")
			}
			x.addEntry(e, isGo)
		}
		c.SkipChildren()
		if n++; n%restEvery == 0 {
			pace.Rest()
		}
	}
	return c.Err()
}

func (x *typeWalk) addEntry(e *info.Entry, isGo bool) {
	name := e.Field(info.AtName)
	if r := e.Uint(info.AtGoRuntimeType); r != 0 && isGo {
		if e.Tag == info.TagBaseType || e.Tag == info.TagPointerType {
			r = descriptorOffset(r, x.base, e.String(info.AtName))
		}
		if r < 1<<32 {
			x.runtime = append(x.runtime, r<<32|uint64(e.Off))
		}
	}
	if name == nil || e.Flag(info.AtDeclaration) {
		return
	}
	hash, ok := hashName(name)
	if ok {
		x.names = append(x.names, uint64(hash)<<32|uint64(e.Off))
	}
}

func hashName(f *info.Field) (uint32, bool) {
	if b, ok := f.Raw(); ok {
		return crc32.Checksum(b, typeHash), true
	}
	s, err := f.Str()
	return crc32.Checksum([]byte(s), typeHash), err == nil
}

// typeHash has an instruction of its own on most processors.
var typeHash = crc32.MakeTable(crc32.Castagnoli)

// TypeNamed finds a type by its whole name, as Type.Name gives it. The error of
// one that does not exist is a *NotFoundError.
func (f *File) TypeNamed(name string) (*Type, error) {
	x, err := f.typeIndex()
	if err != nil {
		return nil, err
	}
	if t, err := f.lookupType(x, name); t != nil || err != nil {
		return t, err
	}
	for tag, word := range tagWords {
		if bare, ok := strings.CutPrefix(name, word); ok {
			if t, err := f.lookupType(x, bare); err != nil || t != nil && t.tag == tag && t.Name() == name {
				return t, err
			}
		}
	}
	return nil, &NotFoundError{"type", name}
}

// lookupType is nil when no entry has the name.
func (f *File) lookupType(x *typeIndex, name string) (*Type, error) {
	for off := range x.names.all(crc32.Checksum([]byte(name), typeHash)) {
		e, err := f.dw.data.Entry(info.Offset(off))
		if err == nil && e.String(info.AtName) == name {
			return f.typeAt(e.Off)
		}
	}
	return nil, nil
}

// TypeByRuntimeAddr finds a type by the address of the runtime's descriptor of it.
func (f *File) TypeByRuntimeAddr(a addr.FileAddr) (*Type, error) {
	x, err := f.typeIndex()
	if err != nil {
		return nil, err
	}
	base, ok := f.typesBase()
	if !ok {
		return nil, fmt.Errorf("%s: where the runtime's types are is not known (no symbol runtime.types)", f.Path())
	}
	if want := uint64(a - base); want < 1<<32 {
		for off := range x.runtime.all(uint32(want)) {
			return f.typeAt(info.Offset(off))
		}
	}
	return nil, &NotFoundError{"type with the runtime's descriptor", a.String()}
}

// typesBase is what DW_AT_go_runtime_type counts from: the linker writes the
// offset in the section that holds the types (R_ADDROFF), and the symbol
// runtime.types is that section's address in Go's own layout, also when a C
// linker has merged the section into a larger one.
// Go's moduledata states it, too.
func (f *File) typesBase() (addr.FileAddr, bool) {
	if m, err := f.Module(); err == nil && m.Types != 0 {
		return m.Types, true
	}
	if a, _, ok := f.ELFSymbol("runtime.types"); ok {
		return a, true
	}
	for _, name := range []string{".go.type", ".data.rel.ro", ".rodata"} {
		if h, ok := f.obj.Header(name); ok {
			return h.Addr, true
		}
	}
	return 0, false
}

// descriptorOffset is a DW_AT_go_runtime_type as an offset from base. The linker
// of go1.22 states the address of this one type instead of its offset.
func descriptorOffset(value uint64, base addr.FileAddr, name string) uint64 {
	if name == "uintptr" && value >= uint64(base) {
		return value - uint64(base)
	}
	return value
}

// TypeNames lists the names of all types, sorted, each once.
func (f *File) TypeNames() ([]string, error) {
	x, err := f.typeIndex()
	if err != nil {
		return nil, err
	}
	list := make([]string, 0, x.names.len())
	for i := range x.names.len() {
		_, off := x.names.at(i)
		e, err := f.dw.data.Entry(info.Offset(off))
		if err != nil {
			return nil, err
		}
		list = append(list, e.String(info.AtName))
	}
	sort.Strings(list)
	return dropRepeats(list), nil
}

func dropRepeats(sorted []string) []string {
	n := 0
	for _, s := range sorted {
		if s != "" && (n == 0 || s != sorted[n-1]) {
			sorted[n] = s
			n++
		}
	}
	return sorted[:n]
}

// PointerTo is the type *t of the same file if the debug information has one,
// else one made for the purpose, without a RuntimeAddr.
func (f *File) PointerTo(t *Type) *Type {
	if t.IsGo() {
		if p, err := f.TypeNamed("*" + t.Name()); err == nil && p.Kind() == Pointer && p.Elem() == t {
			return p
		}
	}
	p := &f.dw
	p.mu.Lock()
	defer p.mu.Unlock()
	if made := p.pointers[t]; made != nil {
		return made
	}
	made := &Type{file: f, unit: t.unit, kind: Pointer, size: int64(f.PtrSize()), made: t}
	if t.IsGo() {
		made.name = "*" + t.name
	}
	if p.pointers == nil {
		p.pointers = map[*Type]*Type{}
	}
	p.pointers[t] = made
	return made
}
