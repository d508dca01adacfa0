package symbol

import "github.com/tinydbg/tinydbg/internal/addr"

// ELFSymbol finds a symbol of the ELF symbol table by its exact name.
func (f *File) ELFSymbol(name string) (a addr.FileAddr, size uint64, ok bool) { return 0, 0, false }

// ELFSymbolAt finds the symbol that contains a: its name and address.
func (f *File) ELFSymbolAt(a addr.FileAddr) (name string, base addr.FileAddr, ok bool) {
	return "", 0, false
}
