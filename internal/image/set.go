// Package image knows where symbol files are loaded in a process. It is the
// only package that converts between the addresses of a file and those of a
// process.
//
// The executable's load bias is what the kernel said in the auxiliary vector;
// libraries and plugins come from the dynamic linker's list (r_debug, link.h),
// which Refresh reads again; the vdso is read from memory; and what is mapped
// but in no list (before the dynamic linker has run, or by other means) is
// taken from the memory map.
//
// Questions are answered from a snapshot, without locks: a Set may be used
// from any goroutine, while another one refreshes it.
package image

import (
	"bytes"
	"errors"
	"fmt"
	"sort"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/symcache"
	"github.com/tinydbg/tinydbg/internal/target"
)

// Image is a symbol file at its place in a process.
type Image struct {
	File *symbol.File
	Bias addr.Bias
	// Low and High enclose everything that is loaded from the file.
	Low, High addr.Addr
	// Path is the name of the file in the process's own file system, "[vdso]"
	// for the kernel's library.
	Path string

	// owned says that the Set opened the file, and closes it.
	owned bool
}

// Addr is the address in the process of an address in the image's file.
func (m *Image) Addr(a addr.FileAddr) addr.Addr { return m.Bias.Process(a) }

// FileAddr is the address in the image's file of an address in the process.
func (m *Image) FileAddr(a addr.Addr) addr.FileAddr { return m.Bias.File(a) }

// Contains says whether a is between Low and High.
func (m *Image) Contains(a addr.Addr) bool { return m.Low <= a && a < m.High }

// Process is what a Set needs of a process: a target.Process has it.
type Process interface {
	target.Memory
	PID() int
	Maps() ([]target.Mapping, error)
	Auxv() ([]byte, error)
}

// Rooted is a process that does not live: /proc/PID/root is not its.
type Rooted interface {
	// Root is the directory below which its files are looked for.
	Root() string
}

// Options say how symbol files of libraries are opened.
type Options struct {
	// DebugDirs is passed on to symbol.Open.
	DebugDirs []string
	// Cache is passed on, too.
	Cache *symcache.Cache
}

// Set is all images of one process.
type Set struct {
	proc Process
	opts Options
	main *Image
	auxv auxv
	// raw is what auxv was read from.
	raw []byte

	snap atomic.Pointer[snapshot]

	// mu is held by Refresh and Close.
	mu     sync.Mutex
	closed bool
	// retired are images no longer loaded, whose files somebody may still use.
	retired []*Image
}

type snapshot struct {
	images   []*Image // by ascending Low
	problems []error
	brk      addr.Addr
	links    []link
}

// Load finds where main is loaded in proc, and the rest of what is. The process
// need not be stopped, but then what it loads meanwhile may be missed. It fails
// when main cannot be what proc runs; trouble with libraries is kept for
// Problems.
func Load(proc Process, main *symbol.File, o Options) (*Set, error) {
	raw, err := proc.Auxv()
	if err != nil {
		return nil, fmt.Errorf("read the auxiliary vector of process %d: %w", proc.PID(), err)
	}
	s := &Set{proc: proc, opts: o, raw: raw, auxv: parseAuxv(raw, main.ByteOrder())}
	bias, err := s.mainBias(main)
	if err != nil {
		return nil, err
	}
	s.main = newImage(main, bias, main.Path())
	s.snap.Store(&snapshot{images: []*Image{s.main}})
	if _, err := s.Refresh(); err != nil {
		return nil, err
	}
	return s, nil
}

func newImage(f *symbol.File, bias addr.Bias, path string) *Image {
	low, high := f.Range()
	return &Image{File: f, Bias: bias, Low: bias.Process(low), High: bias.Process(high), Path: path}
}

// ErrOtherProgram says that a process has begun another program.
var ErrOtherProgram = errors.New("the process has begun another program meanwhile")

// Hand gives the set, which was loaded through another view of the process, the
// one to read it by from now on. What the kernel told the program when it began
// (addresses, a random number) tells whether it is still the same.
func (s *Set) Hand(proc Process) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	raw, err := proc.Auxv()
	if err != nil {
		return fmt.Errorf("read the auxiliary vector of process %d: %w", proc.PID(), err)
	}
	s.proc = proc
	if !bytes.Equal(raw, s.raw) {
		return ErrOtherProgram
	}
	return nil
}

// Close closes the files that the Set opened: not the executable's.
func (s *Set) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	var errs []error
	for _, m := range append(s.All(), s.retired...) {
		if m.owned {
			errs = append(errs, m.File.Close())
		}
	}
	return errors.Join(errs...)
}

// Main is the executable.
func (s *Set) Main() *Image { return s.main }

// All lists the images by ascending address. The list is the caller's own.
func (s *Set) All() []*Image { return append([]*Image(nil), s.snap.Load().images...) }

// Problems lists what is loaded but could not be opened, and why.
func (s *Set) Problems() []error { return append([]error(nil), s.snap.Load().problems...) }

// At is the image that contains pc, or nil.
func (s *Set) At(pc addr.Addr) *Image {
	list := s.snap.Load().images
	i := sort.Search(len(list), func(i int) bool { return list[i].Low > pc }) - 1
	if i < 0 || !list[i].Contains(pc) {
		return nil
	}
	return list[i]
}

// FuncAt is the function at pc and its image. The image may be known where the
// function is not.
func (s *Set) FuncAt(pc addr.Addr) (*Image, *symbol.Func) {
	m := s.At(pc)
	if m == nil {
		return nil, nil
	}
	return m, m.File.FuncAt(m.FileAddr(pc))
}

// Position is the source position of pc, in the innermost inlined call.
func (s *Set) Position(pc addr.Addr) (symbol.Position, bool) {
	m := s.At(pc)
	if m == nil {
		return symbol.Position{}, false
	}
	return m.File.Line(m.FileAddr(pc))
}

// Inlines lists the calls at pc, innermost first, as symbol.File.Inlines does.
// The PCs in the frames are the file's.
func (s *Set) Inlines(pc addr.Addr) []symbol.Frame {
	m := s.At(pc)
	if m == nil {
		return nil
	}
	return m.File.Inlines(m.FileAddr(pc))
}

// FuncNamed is the function called exactly name, the executable's before those
// of libraries; nil, nil when there is none.
func (s *Set) FuncNamed(name string) (*Image, *symbol.Func) {
	if fn := s.main.File.FuncNamed(name); fn != nil {
		return s.main, fn
	}
	for _, m := range s.snap.Load().images {
		if m == s.main {
			continue
		}
		if fn := m.File.FuncNamed(name); fn != nil {
			return m, fn
		}
	}
	return nil, nil
}

// NameAt names what contains a, for disassembly: a function or, failing that,
// an ELF symbol, and its address. The name is "" when nothing does.
func (s *Set) NameAt(a addr.Addr) (name string, base addr.Addr) {
	m := s.At(a)
	if m == nil {
		return "", 0
	}
	if fn := m.File.FuncAt(m.FileAddr(a)); fn != nil {
		return fn.Name, m.Addr(fn.Entry)
	}
	// type:* and the like are where the linker has put everything of a kind.
	if sym, at, ok := m.File.ELFSymbolAt(m.FileAddr(a)); ok && !strings.HasSuffix(sym, "*") {
		return sym, m.Addr(at)
	}
	return "", 0
}

// LinkBreak is an address in the dynamic linker that the process runs through
// whenever it has loaded or unloaded a library (r_debug.r_brk): the time to
// Refresh. It is 0 when there is no dynamic linker.
func (s *Set) LinkBreak() addr.Addr { return s.snap.Load().brk }
