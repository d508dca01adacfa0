package symbol

import (
	"strings"

	"github.com/tinydbg/tinydbg/internal/addr"
)

// Func is a function that has machine code of its own. There is one *Func for
// each function of a File: pointers can be compared.
type Func struct {
	// Name is as in Go's stack traces: "main.main", "main.(*T).Method",
	// "main.Map[...]" for each instance of a generic function, "main.f.func1".
	// For C it is the ELF symbol's name.
	Name string
	// Entry is the first instruction, End the address after the last one.
	Entry, End addr.FileAddr

	file *File
	// row is the index in .gopclntab's table of functions, -1 for C.
	row int32
}

// IsGo is false for C functions: those outside .gopclntab.
func (fn *Func) IsGo() bool { return fn.row >= 0 }

// Package is the import path of the function's package: "net/http" for
// "net/http.(*Client).Do". It is "" for C.
func (fn *Func) Package() string {
	if !fn.IsGo() {
		return ""
	}
	return packageOf(fn.Name)
}

// Receiver is the receiver's type, with the star if it has one: "*Client" for
// "net/http.(*Client).Do". It is "" for functions without.
func (fn *Func) Receiver() string {
	recv, _ := fn.split()
	return recv
}

// BaseName is the name without package and receiver: "Do" for
// "net/http.(*Client).Do", "f.func1" for "main.f.func1".
func (fn *Func) BaseName() string {
	_, base := fn.split()
	return base
}

func (fn *Func) split() (recv, base string) {
	if !fn.IsGo() {
		return "", fn.Name
	}
	return splitMethod(strings.TrimPrefix(fn.Name[len(fn.Package()):], "."))
}

// File is the symbol file the function is in.
func (fn *Func) File() *File { return fn.file }

// FuncAt is the function whose code contains pc, or nil.
func (f *File) FuncAt(pc addr.FileAddr) *Func { return nil }

// FuncNamed is the function called exactly name, or nil. When several
// functions share the name (instances of a generic function, C statics) it is
// the one with the lowest entry.
func (f *File) FuncNamed(name string) *Func { return nil }

// FuncsNamed lists every function that name can mean, by ascending entry: by
// its whole name or by the end of it that begins at a package or a receiver
// (see the package's name forms).
func (f *File) FuncsNamed(name string) []*Func { return nil }

// Funcs lists all functions by ascending entry.
func (f *File) Funcs() []*Func { return nil }
