package objfile

import (
	"debug/elf"
	"errors"
	"fmt"
	"sync"
	"unsafe"

	"github.com/tinydbg/tinydbg/internal/addr"
)

// Symbol is an entry of the symbol table that has an address in the file.
type Symbol struct {
	Name string
	Addr addr.FileAddr
	// Size in bytes, 0 when the table does not say.
	Size uint64
	Type elf.SymType
	Bind elf.SymBind
	// Section is the index of the section it is in.
	Section elf.SectionIndex
}

type symbolCache struct {
	once sync.Once
	list []Symbol
	err  error
}

// Symbols lists the defined symbols of .symtab or, when that was stripped,
// .dynsym, in table order. Names share the table's memory. It is read once.
func (f *File) Symbols() ([]Symbol, error) {
	c := &f.symbols
	c.once.Do(func() { c.list, c.err = f.readSymbols() })
	return c.list, c.err
}

// HasSymbolTable says whether Symbols lists a whole .symtab: of what was stripped
// it lists what the dynamic linker needs.
func (f *File) HasSymbolTable() bool {
	table, _, err := f.symbolSections()
	if err != nil || table == nil || table.Type != elf.SHT_SYMTAB {
		return false
	}
	_, err = f.Symbols()
	return err == nil
}

// symbolSections are the symbol table that Symbols reads and its names, nil
// when the file has none.
func (f *File) symbolSections() (table, names *elf.Section, err error) {
	for _, kind := range []elf.SectionType{elf.SHT_SYMTAB, elf.SHT_DYNSYM} {
		for _, h := range f.header.Sections {
			if h.Type != kind || h.FileSize == 0 {
				continue
			}
			if int(h.Link) >= len(f.header.Sections) || f.header.Sections[h.Link].Type != elf.SHT_STRTAB {
				err = fmt.Errorf("its string table is said to be section %d, which is none", h.Link)
			}
			if f.PtrSize() != 8 {
				err = errors.New("32-bit symbols are not supported")
			}
			if err != nil {
				return nil, nil, &FormatError{Path: f.path, Section: h.Name, Err: err}
			}
			return h, f.header.Sections[h.Link], nil
		}
	}
	return nil, nil, nil
}

// symbolSize is that of an Elf64_Sym.
const symbolSize = 24

func (f *File) readSymbols() ([]Symbol, error) {
	table, strtab, err := f.symbolSections()
	if err != nil || table == nil {
		return nil, err
	}
	raw, err := f.raw(table)
	if err != nil {
		return nil, err
	}
	strBytes, err := f.raw(strtab)
	if err != nil {
		return nil, err
	}
	names := bytesString(strBytes)
	list := make([]Symbol, 0, len(raw)/symbolSize)
	for ; len(raw) >= symbolSize; raw = raw[symbolSize:] {
		if s, ok := f.symbol(raw, names); ok {
			list = append(list, s)
		}
	}
	return list, nil
}

// symbol decodes an Elf64_Sym; ok is false for those that name no address.
func (f *File) symbol(raw []byte, names string) (s Symbol, ok bool) {
	return f.symbolCalled(raw, stringAt(names, f.ByteOrder().Uint32(raw)))
}

// symbolCalled is symbol for one whose name is known.
func (f *File) symbolCalled(raw []byte, name string) (s Symbol, ok bool) {
	bo := f.ByteOrder()
	shndx := elf.SectionIndex(bo.Uint16(raw[6:]))
	s = Symbol{
		Name: name,
		Addr: addr.FileAddr(bo.Uint64(raw[8:])),
		Size: bo.Uint64(raw[16:]),
		Type: elf.ST_TYPE(raw[4]), Bind: elf.ST_BIND(raw[4]),
		Section: shndx,
	}
	if shndx == elf.SHN_UNDEF || shndx == elf.SHN_ABS || s.Name == "" {
		return s, false
	}
	return s, s.Type != elf.STT_SECTION && s.Type != elf.STT_FILE && s.Type != elf.STT_TLS
}

func stringAt(table string, off uint32) string {
	if uint64(off) >= uint64(len(table)) {
		return ""
	}
	table = table[off:]
	for i := 0; i < len(table); i++ {
		if table[i] == 0 {
			return table[:i]
		}
	}
	return ""
}

// bytesString shares b's memory, which is never written again.
func bytesString(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
