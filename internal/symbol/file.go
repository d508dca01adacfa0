// Package symbol reads the symbols of one ELF file: functions, inlined calls
// and lines (from Go's .gopclntab, or from the ELF symbol table and DWARF line
// tables for C), and variables, types and unwind tables (from DWARF).
//
// All addresses are the file's own ([addr.FileAddr]); package image relates
// them to a process. A File is immutable; whatever it tells is read from the
// file at the first question and kept. Every method may be called from any
// goroutine.
//
// One question on its way: PCsOf("main.go", 10) asks the file table of
// .gopclntab which compilation units name the file, looks at the line tables
// of the functions of those units only, and then at the DWARF line program of
// the one or two functions found, for the statement marks that .gopclntab
// lacks.
package symbol

import (
	"cmp"
	"debug/elf"
	"encoding/binary"
	"runtime/debug"
	"strings"
	"sync"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/arch/machine"
	"github.com/tinydbg/tinydbg/internal/objfile"
	"github.com/tinydbg/tinydbg/internal/symcache"
)

// File is the symbols of one executable, library or debug file.
type File struct {
	obj  *objfile.File
	opts Options

	debug  debugFile
	funcs  funcPart
	lines  linePart
	elfsym elfPart
	dw     dwarfPart

	preload sync.Once
}

// Options say where to look besides the file itself.
type Options struct {
	// DebugDirs are searched for separate debug files. nil means
	// objfile.DefaultDebugDirs.
	DebugDirs []string
	// Name is what to call the file when path is not its name, such as
	// /proc/PID/exe. "" means path.
	Name string
	// Cache keeps what takes long to make; nil means nothing is kept.
	Cache *symcache.Cache
}

// Open opens the file at path for its symbols. It reads headers only: its cost
// does not depend on the size of the file.
func Open(path string, o Options) (*File, error) {
	obj, err := objfile.OpenAs(path, cmp.Or(o.Name, path))
	if err != nil {
		return nil, err
	}
	return New(obj, o), nil
}

// New makes a File of an opened object file, which it then owns.
func New(obj *objfile.File, o Options) *File {
	if o.DebugDirs == nil {
		o.DebugDirs = objfile.DefaultDebugDirs
	}
	obj.SetCache(o.Cache)
	return &File{obj: obj, opts: o}
}

// Close closes the file and its separate debug file. What was returned before
// stays valid.
func (f *File) Close() error {
	f.debug.close()
	return f.obj.Close()
}

// Path is the name the file was opened by.
func (f *File) Path() string { return f.obj.Path() }

// Object is the ELF file itself.
func (f *File) Object() *objfile.File { return f.obj }

// BuildID is the GNU build id in hex or, if there is none, Go's build id, or "".
func (f *File) BuildID() string {
	if id := f.obj.BuildID(); id != "" {
		return id
	}
	return f.obj.GoBuildID()
}

// Machine is the processor the file is for.
func (f *File) Machine() elf.Machine { return f.obj.Machine() }

// Arch is that processor, or nil when it is not supported.
func (f *File) Arch() arch.Arch {
	a, err := machine.ForELF(f.obj.Machine())
	if err != nil {
		return nil
	}
	return a
}

// ByteOrder is the byte order of the file's data.
func (f *File) ByteOrder() binary.ByteOrder { return f.obj.ByteOrder() }

// PtrSize is the size of an address in bytes.
func (f *File) PtrSize() int { return f.obj.PtrSize() }

// Entry is where execution of the file starts.
func (f *File) Entry() addr.FileAddr { return f.obj.Entry() }

// Range is the lowest and the highest address (exclusive) of what is loaded.
func (f *File) Range() (low, high addr.FileAddr) { return f.obj.Range() }

// IsGo says whether there is Go code in the file.
func (f *File) IsGo() bool {
	_, ok := f.findTable()
	return ok
}

// BuildInfo is what the go command recorded, or nil.
func (f *File) BuildInfo() *debug.BuildInfo {
	info, err := f.obj.BuildInfo()
	if err != nil {
		return nil
	}
	return info
}

// GoVersion is the version of the toolchain that built the file, such as
// "go1.26.8", or "" when that is not known. Experiments are cut off.
func (f *File) GoVersion() string {
	info := f.BuildInfo()
	if info == nil {
		return ""
	}
	v, _, _ := strings.Cut(info.GoVersion, " ")
	return v
}

// Trimpath says whether the file was built with -trimpath: its source files
// are named by module and import path then, not by where they are.
func (f *File) Trimpath() bool { return f.setting("-trimpath") == "true" }

// setting is a build setting, "" when it is not recorded.
func (f *File) setting(key string) string {
	info := f.BuildInfo()
	if info == nil {
		return ""
	}
	for _, s := range info.Settings {
		if s.Key == key {
			return s.Value
		}
	}
	return ""
}
