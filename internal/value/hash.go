package value

import (
	"errors"

	"github.com/tinydbg/tinydbg/internal/goruntime"
)

const (
	// minHashed is the number of entries beyond which keys are looked for by hash.
	minHashed = 1 << 10
	// wantProofs is how many entries of a map have to be where their hashes lead to
	// before it is believed that a key which is not has no entry, and maxProofs how
	// many of them are tried: NaN, for one, has no hash.
	wantProofs, maxProofs = 3, 64
)

// hashed looks for a key of a map where its hash leads to. known is false if that
// does not tell: all keys have to be looked at then.
func (v *Value) hashed(key *Value) (elem *Value, ok, known bool) {
	it, err := v.Entries()
	if err != nil {
		return nil, false, false
	}
	hash, err := it.hasher()
	if err != nil {
		return nil, false, false
	}
	sum, err := hash(key)
	if errors.Is(err, goruntime.ErrNaN) {
		return nil, false, true
	}
	if err != nil {
		return nil, false, false
	}
	at := it.at(sum)
	if ok, err = at.find(key); err != nil {
		return nil, false, false
	}
	if ok {
		_, elem = at.Entry()
		return elem, true, true
	}
	return nil, false, it.proves(hash)
}

// hasher gives the hashes of keys of a map.
func (it *MapIter) hasher() (func(*Value) (uint64, error), error) {
	h, err := it.env.Runtime.MapHash(it.env.Mem)
	if err != nil {
		return nil, err
	}
	seed, err := it.env.Runtime.MapSeed(it.env.Mem, it.header)
	if err != nil {
		return nil, err
	}
	return func(key *Value) (uint64, error) { return hashKey(&keyHash{h, it.env}, it.key, key, seed) }, nil
}

// at visits the entries that a hash leads to.
func (it *MapIter) at(hash uint64) *MapIter {
	near := *it
	near.MapIter = it.env.Runtime.MapAt(it.env.Mem, it.header, it.shape, hash)
	return &near
}

// proves checks of some entries that they are where their hashes lead to.
func (it *MapIter) proves(hash func(*Value) (uint64, error)) bool {
	proofs := 0
	for n := 0; proofs < wantProofs && n < maxProofs && it.Next(); n++ {
		key, _ := it.Entry()
		sum, err := hash(key)
		if err != nil {
			continue
		}
		near := it.at(sum)
		for near.Next() && near.Key() != it.Key() {
		}
		if near.Key() != it.Key() {
			return false
		}
		proofs++
	}
	return proofs == wantProofs
}
