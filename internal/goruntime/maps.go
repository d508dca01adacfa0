package goruntime

import (
	"fmt"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/target"
)

const (
	// slots is how many entries a group or bucket holds, in all releases.
	slots = 8
	// maxInline is the size in bytes beyond which keys and elements are kept
	// elsewhere and the map has pointers to them.
	maxInline = 128
	// chunkSize bounds how much of a map is read at once, in bytes.
	chunkSize = 64 << 10
)

// Slot is the size and alignment of a map's key or element type, in bytes.
type Slot struct {
	Size, Align int
}

// MapShape is how entries of one map type lie in memory: offsets in a group of
// eight (a bucket, up to go1.23).
type MapShape struct {
	size                  int
	keysOff, keyStride    int
	elemsOff, elemStride  int
	keySize, elemSize     int
	keyDirect, elemDirect bool
	// overflow is the offset of the pointer to the next bucket; 0 in groups.
	overflow int
}

// swiss says whether maps are made of groups (since go1.24) or of buckets.
func (r *Runtime) swiss() bool {
	_, ok := r.off()["internal/runtime/maps.Map"]
	return ok
}

// MapShape lays out the map type of key and elem, as the compiler does
// (cmd/compile/internal/reflectdata/map.go).
func (r *Runtime) MapShape(key, elem Slot) MapShape {
	s := MapShape{keySize: key.Size, elemSize: elem.Size}
	key, s.keyDirect = r.inline(key)
	elem, s.elemDirect = r.inline(elem)
	if !r.swiss() {
		s.keysOff, s.keyStride = slots, key.Size
		s.elemsOff, s.elemStride = slots+slots*key.Size, elem.Size
		s.overflow = alignUp(s.elemsOff+slots*elem.Size, r.ptrSize)
		s.size = s.overflow + r.ptrSize
		return s
	}
	elemOff := alignUp(key.Size, elem.Align)
	slot := elemOff + elem.Size
	if elem.Size == 0 && slot > 0 {
		// A struct that ends in a zero-size field is padded, so that the
		// field's address is inside.
		slot++
	}
	align := max(key.Align, elem.Align, 1)
	slot = alignUp(slot, align)
	s.keysOff, s.keyStride = alignUp(slots, align), slot
	s.elemsOff, s.elemStride = s.keysOff+elemOff, slot
	s.size = alignUp(s.keysOff+slots*slot, max(align, 8))
	if slot == 0 {
		s.size++ // for the same reason
		s.size = alignUp(s.size, 8)
	}
	return s
}

// inline is what the map itself holds for a key or element.
func (r *Runtime) inline(s Slot) (Slot, bool) {
	if s.Size > maxInline {
		return Slot{Size: r.ptrSize, Align: r.ptrSize}, false
	}
	return s, true
}

func alignUp(n, align int) int {
	if align <= 1 {
		return n
	}
	return (n + align - 1) / align * align
}

// MapShapeAt is MapShape corrected by the runtime's descriptor of the map type
// at rtype. Since go1.27 an experiment may arrange a group's keys and elements
// in other ways, which only the descriptor tells.
func (r *Runtime) MapShapeAt(mem target.Memory, rtype addr.Addr, key, elem Slot) MapShape {
	s := r.MapShape(key, elem)
	keysOff, ok := r.off()["internal/abi.MapType.KeysOff"]
	if !ok || rtype == 0 {
		return s
	}
	b, err := r.readStruct(mem, rtype, "internal/abi.MapType")
	if err != nil {
		return s
	}
	field := func(name string) int { return int(b.u64(r.off()["internal/abi.MapType."+name])) }
	told := s
	told.size, told.keysOff, told.elemsOff = field("GroupSize"), int(b.u64(keysOff)), field("ElemsOff")
	told.keyStride, told.elemStride = field("KeyStride"), field("ElemStride")
	if told.size <= 0 || told.size > 1<<16 || !told.fits() {
		return s
	}
	return told
}

// fits checks that all slots are inside the group.
func (s MapShape) fits() bool {
	end := func(off, stride int) int { return off + (slots-1)*stride }
	return s.keysOff >= slots && s.elemsOff >= slots && s.keyStride >= 0 && s.elemStride >= 0 &&
		s.keyStride <= s.size && s.elemStride <= s.size &&
		end(s.keysOff, s.keyStride)+s.held(s.keySize, s.keyDirect) <= s.size &&
		end(s.elemsOff, s.elemStride)+s.held(s.elemSize, s.elemDirect) <= s.size
}

func (s MapShape) held(size int, direct bool) int {
	if direct {
		return size
	}
	return 8
}

// MapLen is the number of entries of the map whose header is at header.
func (r *Runtime) MapLen(mem target.Memory, header addr.Addr) (uint64, error) {
	if header == 0 {
		return 0, nil
	}
	name := "runtime.hmap.count"
	if r.swiss() {
		name = "internal/runtime/maps.Map.used"
	}
	b, err := r.readBlock(mem, header+addr.Addr(r.off()[name]), 8)
	if err != nil {
		return 0, fmt.Errorf("read the map at %v: %w", header, err)
	}
	if n := b.u64(0); n < 1<<48 {
		return n, nil
	}
	return 0, fmt.Errorf("the map at %v has the impossible length %d", header, int64(b.u64(0)))
}
