package symbol

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/tinydbg/tinydbg/internal/objfile"
	"github.com/tinydbg/tinydbg/internal/symcache"
)

// unitKeeper keeps the list of the units of .debug_info, with their addresses, in
// the cache: without it the whole section has to be gone through for each.
type unitKeeper struct{ *File }

func (k unitKeeper) key() symcache.Key { return k.debugKey(".debug_info", "units 1") }

// Kept is what Keep got in another session.
func (k unitKeeper) Kept() (data []byte, ok bool) { return k.opts.Cache.Get(k.key()) }

// Keep keeps a list that is worth a file.
func (k unitKeeper) Keep(data []byte) {
	if len(data) >= minKept {
		k.opts.Cache.Put(k.key(), data)
	}
}

// findKeptSymbols is FindELFSymbols that keeps what it finds in the cache: to look
// through the table of a large program takes some ten milliseconds.
func (f *File) findKeptSymbols(names []string) {
	key, ok := f.symbolsKey(names)
	if !ok {
		f.FindELFSymbols(names...)
		return
	}
	var found map[string][]objfile.Symbol
	if kept, ok := f.opts.Cache.Get(key); ok && json.Unmarshal(kept, &found) == nil {
		for _, name := range names {
			f.elfsym.named.Store(name, found[name])
		}
		return
	}
	f.FindELFSymbols(names...)
	found = map[string][]objfile.Symbol{}
	for _, name := range names {
		found[name] = f.symbolsNamed(name)
	}
	if data, err := json.Marshal(found); err == nil {
		f.opts.Cache.Put(key, data)
	}
}

// symbolsKey goes by the debug information, of which the file has a checksum, and
// which has the same addresses; and by what the table of symbols is, since that can
// be stripped alone. It is for large tables only.
func (f *File) symbolsKey(names []string) (k symcache.Key, ok bool) {
	if f.opts.Cache == nil || len(names) == 0 {
		return k, false
	}
	table, _ := f.symbolObject().Header(".symtab")
	if table.Size < minSymbols {
		return k, false
	}
	names = slices.Sorted(slices.Values(names))
	k = f.debugKey(".debug_info", fmt.Sprintf("symbols 1 %q of %d at %d", names, table.Size, table.Off))
	return k, k.BuildID != ""
}

// minSymbols is the size of a table from which on it takes time to look through.
var minSymbols uint64 = 1 << 20
