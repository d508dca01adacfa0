package value

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/symbol"
)

// Bounds on what is read of a sync.Map, which may be anything in corrupt memory.
const (
	maxTrieDepth = 16        // 4 bits of the hash at each level
	maxShown     = 20_000    // nodes and entries that are looked at to show a map
	maxSearched  = 4_000_000 // those that are looked at to find a key
)

// errTooMany ends a walk that has seen as many nodes as it may.
var errTooMany = errors.New("too many entries to look through")

// IsSyncMap tells whether v is a sync.Map, which SyncLookup reads.
func (v *Value) IsSyncMap() bool {
	if v.Kind() != symbol.Struct {
		return false
	}
	name, _, _ := strings.Cut(v.TypeName(), "[")
	return name == "sync.Map" || name == "internal/sync.HashTrieMap"
}

// syncEntries visits the entries of a sync.Map until visit returns false. It looks
// at no more than limit entries and nodes.
func (v *Value) syncEntries(limit int, visit func(key, elem *Value) (bool, error)) error {
	trie, ok := v.trie()
	if !ok {
		return v.readOnlyEntries(limit, visit)
	}
	w := &trieWalk{limit: limit, visit: visit}
	root, err := w.root(trie)
	if root == nil || err != nil {
		return err
	}
	_, err = w.node(root, 0)
	return err
}

// trie is the HashTrieMap that a sync.Map is; false up to go1.23.
func (v *Value) trie() (*Value, bool) {
	trie := v
	if inner, err := v.Field("m"); err == nil {
		trie = inner
	}
	_, err := trie.Field("root")
	return trie, err == nil
}

// root is the uppermost node of a trie, nil if it is empty.
func (w *trieWalk) root(trie *Value) (*Value, error) {
	root, err := trie.Field("root")
	if err != nil {
		return nil, err
	}
	at, err := root.word(0)
	if at == 0 || err != nil {
		return nil, err
	}
	if w.entry, err = trie.trieType("entry"); err == nil {
		w.indirect, err = trie.trieType("indirect")
	}
	return New(trie.env, "", w.indirect, addr.Addr(at)), err
}

// trieType finds the type of a HashTrieMap's parts, which have its type arguments.
// Since go1.27 there may be that of the code only, which other types share.
func (v *Value) trieType(name string) (*symbol.Type, error) {
	if v.Type == nil {
		return nil, errors.New("the type of its parts is not known")
	}
	path, args, _ := strings.Cut(v.TypeName(), "[")
	name = path[:strings.LastIndexByte(path, '.')+1] + name + "["
	t, err := v.Type.File().TypeNamed(name + args)
	if err != nil && args == "interface {},interface {}]" {
		t, err = v.Type.File().TypeNamed(name + "go.shape.interface {},go.shape.interface {}]")
	}
	return t, err
}

// trieWalk goes through an internal/sync.HashTrieMap, which sync.Map is since
// go1.24: nodes with 16 children each, and lists of entries with the same hash.
type trieWalk struct {
	entry, indirect *symbol.Type
	visit           func(key, elem *Value) (bool, error)
	limit, seen     int
}

// node goes through what is below an inner node.
func (w *trieWalk) node(n *Value, depth int) (more bool, err error) {
	if depth > maxTrieDepth {
		return false, fmt.Errorf("it is deeper than %d levels", maxTrieDepth)
	}
	children, err := n.Field("children")
	if err != nil {
		return false, err
	}
	count, err := children.Len()
	if err != nil {
		return false, err
	}
	size := int64(n.env.ptrSize())
	for i := range count {
		at, err := children.word(i * size)
		if err != nil {
			return false, err
		}
		if at == 0 {
			continue
		}
		if more, err := w.child(n.env, addr.Addr(at), depth); !more || err != nil {
			return false, err
		}
	}
	return true, nil
}

func (w *trieWalk) child(env *Env, at addr.Addr, depth int) (more bool, err error) {
	if w.seen++; w.seen > w.limit {
		return false, errTooMany
	}
	n := New(env, "", w.indirect, at)
	leaf, err := uintField(n, "isEntry")
	if err != nil {
		return false, err
	}
	if leaf == 0 {
		return w.node(n, depth+1)
	}
	return w.list(env, at)
}

// list goes through the entries with the same hash.
func (w *trieWalk) list(env *Env, at addr.Addr) (more bool, err error) {
	for at != 0 {
		if w.seen++; w.seen > w.limit {
			return false, errTooMany
		}
		e := New(env, "", w.entry, at)
		key, err := e.Field("key")
		if err != nil {
			return false, err
		}
		elem, err := e.Field("value")
		if err != nil {
			return false, err
		}
		key.Type, elem.Type = unshaped(key.Type), unshaped(elem.Type)
		if more, err := w.visit(key, elem); !more || err != nil {
			return false, err
		}
		next, err := e.Field("overflow")
		if err != nil {
			return false, err
		}
		word, err := next.word(0)
		if err != nil {
			return false, err
		}
		at = addr.Addr(word)
	}
	return true, nil
}

// unshaped is the empty interface type for what generic code makes of it.
func unshaped(t *symbol.Type) *symbol.Type {
	if t == nil || t.Name() != "go.shape.interface {}" {
		return t
	}
	if plain, err := t.File().TypeNamed("interface {}"); err == nil {
		return plain
	}
	return t
}

// readOnlyEntries goes through a sync.Map of go1.23 and before: a map that is only
// read and, if that does not have all keys, one that does.
func (v *Value) readOnlyEntries(limit int, visit func(key, elem *Value) (bool, error)) error {
	list, err := v.currentMap()
	if list == nil || err != nil {
		return err
	}
	it, err := list.Entries()
	if err != nil {
		return err
	}
	expunged := v.env.pointerNamed("sync.expunged")
	for n := 0; it.Next(); n++ {
		if n > limit {
			return errTooMany
		}
		key, entry := it.Entry()
		elem, err := stored(entry, it.key, expunged)
		if err != nil {
			return err
		}
		if elem == nil {
			continue
		}
		if more, err := visit(key, elem); !more || err != nil {
			return err
		}
	}
	return it.Err()
}

// stored is what an entry of a sync.Map holds, which is of type t; nil if that was deleted.
func stored(entry *Value, t *symbol.Type, expunged uint64) (*Value, error) {
	p, err := entry.Field("p")
	if err != nil {
		return nil, err
	}
	at, err := p.word(0)
	if at == 0 || at == expunged || err != nil {
		return nil, err
	}
	return New(entry.env, "", t, addr.Addr(at)), nil
}

// currentMap is the one of a sync.Map's two maps that has all its keys, nil if
// nothing was ever stored.
func (v *Value) currentMap() (*Value, error) {
	dirty, err := v.Field("dirty")
	if err != nil {
		return nil, err
	}
	p, err := v.Field("read")
	if err != nil {
		return nil, err
	}
	read, err := p.atomicTarget()
	if err != nil {
		return nil, err
	}
	if read == nil {
		return dirty, nil
	}
	amended, err := uintField(read, "amended")
	if err != nil || amended != 0 {
		return dirty, err
	}
	return read.Field("m")
}

// atomicTarget is what an atomic.Pointer points to, nil for nothing. Its first
// field has the type: [0]*T.
func (v *Value) atomicTarget() (*Value, error) {
	at, err := v.word(0)
	if err != nil || at == 0 {
		return nil, err
	}
	for _, f := range v.Type.Fields() {
		if e := f.Type; e != nil && e.Kind() == symbol.Array && e.Elem() != nil && e.Elem().Kind() == symbol.Pointer {
			return New(v.env, "", e.Elem().Elem(), addr.Addr(at)), nil
		}
	}
	return nil, fmt.Errorf("what a %s points to is not known", v.TypeName())
}

// pointerNamed is the pointer in a package variable, 0 if that is not known.
func (e *Env) pointerNamed(name string) uint64 {
	if e.Runtime == nil {
		return 0
	}
	at, ok := e.Runtime.VariableAddr(name)
	if !ok {
		return 0
	}
	p, _ := New(e, "", nil, at).word(0)
	return p
}

// readSyncMap shows the entries of a sync.Map, in the order of their keys if these
// are all shown, with the number of those that are not.
func readSyncMap(v *Value, _ string, depth int) (string, error) {
	var parts []string
	size, left := 0, 0
	err := v.syncEntries(maxShown, func(key, elem *Value) (bool, error) {
		if size > maxFormatText || len(parts) >= maxSyncEntries {
			left++
			return true, nil
		}
		text := brief(key, depth+1) + ": " + brief(elem, depth+1)
		size += len(text)
		parts = append(parts, text)
		return true, nil
	})
	more := ""
	switch {
	case errors.Is(err, errTooMany):
		more = fmt.Sprintf(", ...more than %d more", left)
	case err != nil:
		return "", err
	case left > 0:
		more = fmt.Sprintf(", ...+%d more", left)
	default:
		slices.Sort(parts)
	}
	return "[" + strings.Join(parts, ", ") + more + "]", nil
}

// maxSyncEntries is how many entries of a sync.Map are shown, if they are short.
const maxSyncEntries = 64
