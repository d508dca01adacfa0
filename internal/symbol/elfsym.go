package symbol

import (
	"cmp"
	"slices"
	"sort"
	"sync"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/objfile"
)

// elfPart is what File keeps about the ELF symbol table.
type elfPart struct {
	named  sync.Map // string -> []objfile.Symbol
	read   sync.Once
	list   []objfile.Symbol
	sort   sync.Once
	byAddr []int32 // indices in list by ascending address
}

// symbols is the symbol table of the file or, when that was stripped, of the
// separate debug file. Without either it is that of the dynamic linker.
func (f *File) symbols() []objfile.Symbol {
	p := &f.elfsym
	p.read.Do(func() { p.list, _ = f.symbolObject().Symbols() })
	return p.list
}

func (f *File) symbolObject() *objfile.File {
	if !f.obj.Has(".symtab") {
		if sep, err := f.debugObject(); err == nil && sep.Has(".symtab") {
			return sep
		}
	}
	return f.obj
}

// ELFSymbol finds a symbol of the ELF symbol table by its exact name, global
// ones first. Size is 0 when the table does not say.
func (f *File) ELFSymbol(name string) (a addr.FileAddr, size uint64, ok bool) {
	list := f.symbolsNamed(name)
	if len(list) == 0 {
		return 0, 0, false
	}
	best := slices.MinFunc(list, func(a, b objfile.Symbol) int { return cmp.Compare(bindRank(a), bindRank(b)) })
	return best.Addr, best.Size, true
}

func (f *File) symbolsNamed(name string) []objfile.Symbol {
	if list, ok := f.elfsym.named.Load(name); ok {
		return list.([]objfile.Symbol)
	}
	f.FindELFSymbols(name)
	list, _ := f.elfsym.named.Load(name)
	return list.([]objfile.Symbol)
}

// FindELFSymbols looks for several symbols in one pass over the table. Later
// questions for them are answered at once.
func (f *File) FindELFSymbols(names ...string) {
	p := &f.elfsym
	unknown := slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		_, ok := p.named.Load(name)
		return ok
	})
	if len(unknown) == 0 {
		return
	}
	found, _ := f.symbolObject().SymbolsNamed(unknown...)
	for _, name := range unknown {
		p.named.Store(name, found[name])
	}
}

// ELFSymbolAt finds the symbol that contains a: its name and address. One
// without a size is taken to reach up to the next symbol.
func (f *File) ELFSymbolAt(a addr.FileAddr) (name string, base addr.FileAddr, ok bool) {
	p := &f.elfsym
	list := f.symbols()
	p.sort.Do(func() { p.byAddr = sortByAddr(list) })
	i := sort.Search(len(p.byAddr), func(i int) bool { return list[p.byAddr[i]].Addr > a })
	// Symbols without size and enclosing ones may stand between: look a few back.
	for n := 0; i > 0 && n < 16; n++ {
		i--
		s := &list[p.byAddr[i]]
		if a-s.Addr < addr.FileAddr(s.Size) || s.Size == 0 {
			return s.Name, s.Addr, true
		}
	}
	return "", 0, false
}

func sortByAddr(list []objfile.Symbol) []int32 {
	order := make([]int32, len(list))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(i, j int32) int {
		a, b := &list[i], &list[j]
		return cmp.Or(cmp.Compare(a.Addr, b.Addr), -cmp.Compare(bindRank(*a), bindRank(*b)), cmp.Compare(i, j))
	})
	return order
}
