package main

import (
	"cmp"
	"debug/elf"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/objfile"
	"github.com/tinydbg/tinydbg/internal/target"
)

// symbols names addresses by the ELF symbol tables of the mapped files.
type symbols struct {
	proc target.Process

	mu      sync.Mutex
	modules []*module          // guarded by mu; nil until first asked for
	files   map[string]*module // guarded by mu; by path and inode, kept over mappings
}

// A module is a mapped ELF file.
type module struct {
	name      string
	low, high addr.Addr
	bias      addr.Bias
	syms      []objfile.Symbol // by address, then preference
	file      *objfile.File
	err       error
}

func newSymbols(proc target.Process) *symbols {
	return &symbols{proc: proc, files: map[string]*module{}}
}

// forget drops everything: the process runs another program.
func (s *symbols) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.modules, s.files = nil, map[string]*module{}
}

// refresh looks at the mappings again, for libraries loaded since.
func (s *symbols) refresh() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.modules = nil
}

// load lists the modules.
func (s *symbols) load() []*module {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.modules != nil {
		return s.modules
	}
	maps, err := s.proc.Maps()
	if err != nil {
		return nil
	}
	exe := s.executable(maps)
	byFile := map[string]*module{}
	s.modules = []*module{}
	for _, m := range maps {
		if !strings.HasPrefix(m.Path, "/") {
			continue
		}
		key := m.Path + "#" + strconv.FormatUint(m.Inode, 10)
		if mod := byFile[key]; mod != nil {
			mod.high = m.End
			continue
		}
		mod := s.open(key, m, exe)
		if mod.err != nil {
			continue
		}
		mod.low, mod.high = m.Start, m.End
		byFile[key] = mod
		s.modules = append(s.modules, mod)
	}
	return s.modules
}

// executable is the inode of the program itself, which may be gone from disk.
func (s *symbols) executable(maps []target.Mapping) uint64 {
	for _, m := range maps {
		if strings.HasPrefix(m.Path, "/") {
			return m.Inode
		}
	}
	return 0
}

func (s *symbols) open(key string, m target.Mapping, exe uint64) *module {
	mod := s.files[key]
	if mod == nil {
		path := fmt.Sprintf("/proc/%d/root%s", s.proc.PID(), m.Path)
		if m.Inode == exe {
			path = s.proc.ExecutablePath()
		}
		mod = &module{name: m.Path}
		if mod.file, mod.err = objfile.Open(path); mod.err == nil {
			mod.read()
		}
		s.files[key] = mod
	}
	if mod.err == nil {
		mod.bias = mod.biasOf(m)
	}
	return mod
}

func (m *module) read() {
	syms, _ := m.file.Symbols() // a stripped file has none
	for _, sym := range syms {
		if sym.Type == elf.STT_FUNC || sym.Type == elf.STT_OBJECT || sym.Type == elf.STT_NOTYPE && sym.Name != "" {
			m.syms = append(m.syms, sym)
		}
	}
	slices.SortStableFunc(m.syms, func(a, b objfile.Symbol) int {
		return cmp.Or(cmp.Compare(a.Addr, b.Addr), rank(a)-rank(b))
	})
}

// rank puts the symbol last that is shown among several at one address.
func rank(s objfile.Symbol) int {
	r := 0
	if s.Type == elf.STT_FUNC {
		r += 2
	}
	if s.Size > 0 {
		r++
	}
	return r
}

// biasOf finds the load bias from the segment that a mapping shows.
func (m *module) biasOf(at target.Mapping) addr.Bias {
	for _, seg := range m.file.Segments() {
		const page = 0xfff
		if seg.Type == elf.PT_LOAD && uint64(seg.Off)&^page == uint64(at.Offset) {
			return addr.Bias(uint64(at.Start) - uint64(seg.Addr)&^page)
		}
	}
	return 0
}

// at names an address: the symbol it is in and where that begins; "" when
// none is known.
func (s *symbols) at(a addr.Addr) (string, addr.Addr) {
	for _, m := range s.load() {
		if a < m.low || a >= m.high {
			continue
		}
		file := m.bias.File(a)
		i, _ := slices.BinarySearchFunc(m.syms, file, func(sym objfile.Symbol, a addr.FileAddr) int {
			if sym.Addr <= a {
				return -1
			}
			return 1
		})
		for i--; i >= 0; i-- {
			sym := m.syms[i]
			if sym.Size == 0 || uint64(file-sym.Addr) < sym.Size {
				return sym.Name, m.bias.Process(sym.Addr)
			}
			if sym.Addr+addr.FileAddr(1<<20) < file {
				break
			}
		}
	}
	return "", 0
}

// place is an address with its name: 0x401000 <main.work+0x10>.
func (s *symbols) place(a addr.Addr) string {
	name, base := s.at(a)
	switch {
	case name == "":
		return a.String()
	case a == base:
		return fmt.Sprintf("%v <%s>", a, name)
	}
	return fmt.Sprintf("%v <%s+%#x>", a, name, uint64(a-base))
}

// find is the address of a symbol. A name that several modules have means the
// program's own, then the first one's.
func (s *symbols) find(name string) (addr.Addr, bool) {
	for range 2 {
		for _, m := range s.load() {
			for _, sym := range m.syms {
				if sym.Name == name {
					return m.bias.Process(sym.Addr), true
				}
			}
		}
		s.refresh()
	}
	return 0, false
}

// complete lists up to a number of symbols that begin with a prefix.
func (s *symbols) complete(prefix string, most int) []string {
	var names []string
	for _, m := range s.load() {
		for _, sym := range m.syms {
			if strings.HasPrefix(sym.Name, prefix) {
				if names = append(names, sym.Name); len(names) >= most {
					return names
				}
			}
		}
	}
	return names
}

// similar lists symbols that contain a word, for a message.
func (s *symbols) similar(word string) []string {
	var names []string
	for _, m := range s.load() {
		for _, sym := range m.syms {
			if sym.Type == elf.STT_FUNC && strings.Contains(sym.Name, word) {
				if names = append(names, sym.Name); len(names) == 5 {
					return names
				}
			}
		}
	}
	return names
}

// resolve reads an address: a number, a symbol, a register with $ before it,
// any of them with +N or -N behind it. A * before it is allowed.
func (d *debugger) resolve(text string) (addr.Addr, error) {
	text = strings.TrimPrefix(text, "*")
	if a, err := d.term(text); err == nil {
		return a, nil // symbols may contain + and -
	}
	i := strings.LastIndexAny(text, "+-")
	if i <= 0 {
		return d.term(text)
	}
	base, err := d.term(text[:i])
	if err != nil {
		return 0, err
	}
	offset, err := strconv.ParseUint(text[i+1:], 0, 63)
	if err != nil {
		return 0, fmt.Errorf("%q is not an offset", text[i:])
	}
	if text[i] == '-' {
		return base - addr.Addr(offset), nil
	}
	return base + addr.Addr(offset), nil
}

func (d *debugger) term(text string) (addr.Addr, error) {
	if n, err := strconv.ParseUint(text, 0, 64); err == nil {
		return addr.Addr(n), nil
	}
	if name, ok := strings.CutPrefix(text, "$"); ok {
		return d.registerTerm(name)
	}
	if a, ok := d.symbols.find(text); ok {
		return a, nil
	}
	msg := fmt.Sprintf("no symbol %q", text)
	if like := d.symbols.similar(text); len(like) > 0 {
		msg += "; there is " + strings.Join(like, ", ")
	}
	return 0, fmt.Errorf("%s (an address is a number such as 0x401000, a symbol, symbol+0x10 or $register)", msg)
}

func (d *debugger) registerTerm(name string) (addr.Addr, error) {
	regs, err := d.registers(false)
	if err != nil {
		return 0, err
	}
	value, ok := regs.ByName(name)
	if !ok || len(value) > 8 {
		return 0, fmt.Errorf("no register %s that holds an address", name)
	}
	return addr.Addr(littleEndian(value)), nil
}

// littleEndian is the number that at most 8 bytes are.
func littleEndian(b []byte) (n uint64) {
	for i, v := range b {
		n |= uint64(v) << (8 * i)
	}
	return n
}
