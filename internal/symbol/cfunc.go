package symbol

import (
	"cmp"
	"debug/elf"
	"slices"
	"sort"
	"sync"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/objfile"
)

// cFuncs are the functions that only the ELF symbol table knows or, where that is
// gone, debug information.
type cFuncs struct {
	once    sync.Once
	list    []Func           // by ascending entry, one for each address
	symbols []objfile.Symbol // aliases too, in the table's order
}

func (f *File) cFuncAt(pc addr.FileAddr) *Func {
	list := f.cFuncs()
	i := sort.Search(len(list), func(i int) bool { return list[i].Entry > pc }) - 1
	if i < 0 {
		return nil
	}
	return &list[i]
}

// cFuncs lists functions outside the Go text by ascending entry. Pure Go
// programs are known to have none without looking.
func (f *File) cFuncs() []Func {
	p := &f.funcs.c
	p.once.Do(func() {
		if f.hasC() {
			p.symbols = f.functionSymbols()
			p.list = f.readCFuncs(p.symbols)
		}
	})
	return p.list
}

// hasC says whether the file has code in its text section besides Go's.
func (f *File) hasC() bool {
	g, err := f.goTable()
	if err != nil {
		return true
	}
	h, ok := f.obj.Header(".text")
	if !ok {
		return false
	}
	const slack = 4096 // of alignment
	return uint64(h.Addr) < g.start || uint64(h.Addr)+h.Size > g.end+slack
}

func (f *File) readCFuncs(syms []objfile.Symbol) []Func {
	syms = slices.Clone(syms)
	slices.SortStableFunc(syms, func(a, b objfile.Symbol) int {
		return cmp.Or(cmp.Compare(a.Addr, b.Addr), cmp.Compare(bindRank(a), bindRank(b)))
	})
	syms = slices.CompactFunc(syms, func(a, b objfile.Symbol) bool { return a.Addr == b.Addr })
	list := make([]Func, len(syms))
	for i, s := range syms {
		end := s.Addr + addr.FileAddr(s.Size)
		if s.Size == 0 {
			end = f.sizelessEnd(s)
			if i+1 < len(syms) {
				end = min(end, syms[i+1].Addr)
			}
		}
		list[i] = Func{Name: s.Name, Entry: s.Addr, End: end, file: f, row: -1}
	}
	return list
}

// sizelessEnd is the furthest a function can reach whose size is not recorded:
// the end of its section, or the Go text.
func (f *File) sizelessEnd(s objfile.Symbol) addr.FileAddr {
	end := s.Addr
	if h, ok := f.obj.HeaderAt(int(s.Section)); ok && s.Addr >= h.Addr && uint64(s.Addr-h.Addr) < h.Size {
		end = h.Addr + addr.FileAddr(h.Size)
	}
	if g, err := f.goTable(); err == nil && uint64(s.Addr) < g.start {
		end = min(end, addr.FileAddr(g.start))
	}
	return end
}

// bindRank orders the names of one address: the one that the world knows first.
func bindRank(s objfile.Symbol) int {
	switch {
	case s.Size == 0:
		return 3
	case s.Bind == elf.STB_GLOBAL:
		return 0
	case s.Bind == elf.STB_WEAK:
		return 1
	}
	return 2
}

func (f *File) functionSymbols() []objfile.Symbol {
	g, err := f.goTable()
	outside := func(a uint64) bool { return err != nil || a < g.start || a >= g.end }
	var list []objfile.Symbol
	for _, s := range f.symbols() {
		isFunc := s.Type == elf.STT_FUNC || s.Type == elf.STT_GNU_IFUNC || s.Name == "_start"
		if isFunc && outside(uint64(s.Addr)) {
			list = append(list, s)
		}
	}
	if f.symbolObject().HasSymbolTable() && len(list) > 0 {
		return list
	}
	for _, s := range f.describedFunctions() {
		if outside(uint64(s.Addr)) {
			list = append(list, s)
		}
	}
	return list
}

// mergeC merges C functions into the list of Go functions, which is ascending
// and encloses none of them.
func (f *File) mergeC(list []*Func) []*Func {
	c := f.cFuncs()
	if len(c) == 0 {
		return list
	}
	for i := range c {
		list = append(list, &c[i])
	}
	slices.SortFunc(list, func(a, b *Func) int { return cmp.Compare(a.Entry, b.Entry) })
	return list
}
