package value

import (
	"errors"
	"fmt"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/goruntime"
	"github.com/tinydbg/tinydbg/internal/symbol"
)

// SyncLookup finds the element of a sync.Map for a key. ok is false when there is none.
func (v *Value) SyncLookup(key *Value) (elem *Value, ok bool, err error) {
	trie, isTrie := v.trie()
	if !isTrie {
		return v.readOnlyLookup(key)
	}
	if elem, known := trieLookup(trie, key); known {
		return elem, elem != nil, nil
	}
	err = v.syncEntries(maxSearched, matchInto(&elem, key))
	return elem, elem != nil, err
}

// matchInto visits entries until it comes to that with key, whose element it keeps.
func matchInto(elem **Value, key *Value) func(k, e *Value) (bool, error) {
	return func(k, e *Value) (bool, error) {
		same, err := Equal(k, key)
		if same {
			*elem = e
		}
		return !same, err
	}
}

// readOnlyLookup is SyncLookup up to go1.23.
func (v *Value) readOnlyLookup(key *Value) (*Value, bool, error) {
	list, err := v.currentMap()
	if list == nil || err != nil {
		return nil, false, err
	}
	entry, ok, err := list.Lookup(key)
	if !ok || err != nil {
		return nil, false, err
	}
	entry, err = entry.Deref()
	if err != nil {
		return nil, false, err
	}
	elem, err := stored(entry, list.Type.Key(), v.env.pointerNamed("sync.expunged"))
	return elem, elem != nil, err
}

// trieLookup looks for a key where its hash leads to. known is false if that does not
// tell.
func trieLookup(trie, key *Value) (elem *Value, known bool) {
	w := &trieWalk{limit: maxSearched}
	root, err := w.root(trie)
	if err != nil || root == nil {
		return nil, err == nil
	}
	at, hash, err := w.place(trie, root, key)
	if err != nil {
		return nil, errors.Is(err, goruntime.ErrNaN)
	}
	w.visit = matchInto(&elem, key)
	if _, err := w.list(trie.env, at); err != nil {
		return nil, false
	}
	return elem, elem != nil || w.proves(root, hash)
}

// place is the list of entries that the hash of a key leads to, 0 for none, and how
// keys are hashed.
func (w *trieWalk) place(trie, root, key *Value) (addr.Addr, func(*Value) (uint64, error), error) {
	entry := New(trie.env, "", w.entry, 0)
	k, err := entry.Field("key")
	if err != nil {
		return 0, nil, err
	}
	hash, err := trieHash(trie, unshaped(k.Type))
	if err != nil {
		return 0, nil, err
	}
	sum, err := hash(key)
	if err != nil {
		return 0, nil, err
	}
	at, err := w.chain(root, sum)
	return at, hash, err
}

// proves checks of some entries that they are where their hashes lead to. A trie of
// fewer is as well looked through.
func (w *trieWalk) proves(root *Value, hash func(*Value) (uint64, error)) bool {
	proofs := 0
	walk := &trieWalk{entry: w.entry, indirect: w.indirect, limit: maxProofs}
	walk.visit = func(key, _ *Value) (bool, error) {
		sum, err := hash(key)
		if err != nil {
			return true, nil
		}
		at, err := w.chain(root, sum)
		if err != nil {
			return false, err
		}
		found := false
		w.visit = func(k, _ *Value) (bool, error) {
			found = k.at.addr == key.at.addr
			return !found, nil
		}
		if _, err := w.list(root.env, at); err != nil || !found {
			return false, errors.New("an entry is not where its hash leads to")
		}
		proofs++
		return proofs < wantProofs, nil
	}
	_, err := walk.node(root, 0)
	return err == nil && proofs == wantProofs
}

// trieHash gives the hashes of keys of an internal/sync.HashTrieMap.
func trieHash(trie *Value, t *symbol.Type) (func(*Value) (uint64, error), error) {
	if trie.env.Runtime == nil {
		return nil, errNoRuntime
	}
	h, err := trie.env.Runtime.MapHash(trie.env.Mem)
	if err != nil {
		return nil, err
	}
	seed, err := uintField(trie, "seed")
	return func(key *Value) (uint64, error) { return hashKey(&keyHash{h, trie.env}, t, key, seed) }, err
}

// chain is the address of the list of entries that a hash leads to in a trie, 0 for
// none.
func (w *trieWalk) chain(root *Value, hash uint64) (addr.Addr, error) {
	n := root
	for depth := range maxTrieDepth {
		children, err := n.Field("children")
		if err != nil {
			return 0, err
		}
		slot := int64(hash >> (60 - 4*depth) & 15)
		at, err := children.word(slot * int64(n.env.ptrSize()))
		if err != nil || at == 0 {
			return 0, err
		}
		n = New(n.env, "", w.indirect, addr.Addr(at))
		leaf, err := uintField(n, "isEntry")
		if err != nil || leaf != 0 {
			return addr.Addr(at), err
		}
	}
	return 0, fmt.Errorf("it is deeper than %d levels", maxTrieDepth)
}
