package goruntime

import (
	"errors"
	"fmt"
	"math"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/target"
)

// MapHash computes hashes as the runtime of one process does for its maps
// (runtime/alg.go). Each method takes the hash of what came before, which for the
// first is the map's seed.
type MapHash struct {
	aes aesHash
	// Joins: a struct's fields are hashed together with those around it (go1.27).
	Joins bool
}

// ErrNaN is returned for keys that are not equal to themselves: their hashes are
// random.
var ErrNaN = errors.New("NaN is equal to no key")

// Constants of runtime/alg.go, for 64 bits.
const (
	hashC0 = 33054211828000289
	hashC1 = 23344194077549503
)

// MapHash reads what the hashes of a process depend on. Processors whose runtime
// hashes in another way than by AES instructions are not supported.
func (r *Runtime) MapHash(mem target.Memory) (*MapHash, error) {
	pkg, flag := "runtime.", "useAeshash"
	if _, ok := r.VariableAddr(pkg + flag); !ok {
		pkg, flag = "internal/runtime/maps.", "UseAeshash" // since go1.27
	}
	used, ok := r.VariableAddr(pkg + flag)
	sched, ok2 := r.VariableAddr(pkg + "aeskeysched")
	if !ok || !ok2 || r.ptrSize != 8 {
		return nil, errors.New("the program does not tell how it hashes the keys of maps")
	}
	b, err := r.readBlock(mem, used, 1)
	if err != nil {
		return nil, err
	}
	if b.data[0] != 1 {
		return nil, errors.New("the program hashes the keys of maps without AES")
	}
	h := &MapHash{Joins: r.version.Minor >= 27}
	if b, err = r.readBlock(mem, sched, 16*len(h.aes)); err != nil {
		return nil, err
	}
	for i := range h.aes {
		h.aes[i] = loadAES(b.data[16*i:])
	}
	return h, nil
}

// Memory is the hash of a key that is compared by its bytes.
func (h *MapHash) Memory(p []byte, seed uint64) uint64 { return h.aes.mem(p, seed, true) }

// Run is the hash of neighbouring fields of a struct which is not all plain memory.
func (h *MapHash) Run(p []byte, seed uint64) uint64 { return h.aes.mem(p, seed, h.Joins) }

// Text is the hash of a string.
func (h *MapHash) Text(s string, seed uint64) uint64 { return h.aes.mem([]byte(s), seed, false) }

// Float is the hash of a floating-point number of 4 or 8 bytes, which data are the
// bytes of.
func (h *MapHash) Float(f float64, data []byte, seed uint64) (uint64, error) {
	switch {
	case f == 0: // -0 as well
		return hashC1 * (hashC0 ^ seed), nil
	case math.IsNaN(f):
		return 0, ErrNaN
	}
	return h.aes.mem(data, seed, false), nil
}

// Held is the hash of an interface: hash gives that of the value in it.
func (h *MapHash) Held(seed uint64, hash func(seed uint64) (uint64, error)) (uint64, error) {
	inner, err := hash(seed ^ hashC0)
	return hashC1 * inner, err
}

// MapSeed is what the hashes of the map at header begin with. While the map is
// being written its entries may be in none of the places that hashes lead to: an error.
func (r *Runtime) MapSeed(mem target.Memory, header addr.Addr) (uint64, error) {
	name, seed, size, state, mask := "runtime.hmap", "hash0", 4, "flags", uint64(hashWriting)
	if r.swiss() {
		name, seed, size, state, mask = "internal/runtime/maps.Map", "seed", 8, "writing", 0xff
	}
	b, err := r.readStruct(mem, header, name)
	if err != nil {
		return 0, err
	}
	if b.uint(r.off()[name+"."+state], 1)&mask != 0 {
		return 0, fmt.Errorf("the map at %v is being written", header)
	}
	return b.uint(r.off()[name+"."+seed], size), nil
}

// MapAt visits the entries of a map among which the runtime would look for a key with
// the given hash, like [Runtime.Map].
func (r *Runtime) MapAt(mem target.Memory, header addr.Addr, shape MapShape, hash uint64) *MapIter {
	it := r.Map(mem, header, shape)
	switch {
	case header == 0 || it.err != nil:
	case r.swiss():
		it.probe(header, hash)
	default:
		all := it.more
		it.more = func() (groupRun, bool) {
			run, ok := all()
			if ok {
				run.data += addr.Addr(int(hash&uint64(run.n-1)) * shape.size)
				run.n = 1
			}
			return run, ok
		}
	}
	return it
}

// probe has the iterator go through the groups of the probe sequence of a hash
// (internal/runtime/maps: probeSeq), until one has an empty slot.
func (it *MapIter) probe(header addr.Addr, hash uint64) {
	const name = "internal/runtime/maps.Map"
	off := it.r.off()
	b, err := it.r.readStruct(it.mem, header, name)
	if err != nil {
		it.err = err
		return
	}
	dir, dirLen := b.ptr(off[name+".dirPtr"]), b.u64(off[name+".dirLen"])
	if dirLen == 0 {
		return // one group
	}
	var index uint64
	if dirLen > 1 {
		index = hash >> (b.uint(off[name+".globalShift"], 1) & 63)
	}
	if index >= dirLen {
		it.err = fmt.Errorf("the map at %v has a directory of %d, but its hashes lead to %d", header, dirLen, index)
		return
	}
	table, err := it.r.readPtr(it.mem, dir+addr.Addr(index*uint64(it.r.ptrSize)))
	if err != nil {
		it.err = fmt.Errorf("read the directory of a map: %w", err)
		return
	}
	run, ok := it.table(table)
	if !ok {
		return
	}
	mask := uint64(run.n - 1)
	at, step := hash>>7&mask, uint64(0)
	it.more = func() (groupRun, bool) {
		if step > mask || step > 0 && it.hasEmpty() {
			return groupRun{}, false
		}
		at = (at + step) & mask
		step++
		return groupRun{data: run.data + addr.Addr(int(at)*it.shape.size), n: 1}, true
	}
}

// hasEmpty tells whether the current group has an empty slot: who looks for a key
// looks no further.
func (it *MapIter) hasEmpty() bool {
	const empty = 0x80
	for _, c := range it.cur.data[:slots] {
		if c == empty {
			return true
		}
	}
	return false
}
