// Package objfile reads ELF files: sections (inflated on first use), segments,
// symbols, identity (build ids, build info) and the separate files that hold
// the debugging information of stripped ones.
//
// Open reads headers only. Everything else is read with pread into private
// memory when it is first asked for, and kept. The file is deliberately not
// mapped: a mapped file that is truncated or rewritten in place raises SIGBUS
// in whoever touches the bytes next, and that would be any parser above here.
// What is mapped are files of package symcache, which nobody changes in place.
//
// A File is immutable but for its caches, and safe for concurrent use.
package objfile

import (
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"syscall"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/symcache"
)

// File is one open ELF file.
type File struct {
	path   string
	src    io.ReaderAt
	closer io.Closer
	size   int64
	header *elf.File
	cache  *symcache.Cache

	sections map[string]*section
	names    []string
	damage   error // of the table of sections

	symbols symbolCache
	info    infoCache
	relocs  relocCache
}

// Open opens the ELF file at path. Errors name the file and what is wrong with
// it; a file that is no ELF gives a *FormatError.
func Open(path string) (*File, error) { return OpenAs(path, path) }

// OpenAs is Open for a file that is to be called name, where path is only a way
// to it, such as /proc/PID/exe.
func OpenAs(path, name string) (*File, error) {
	// Without O_NONBLOCK opening a pipe would wait for a writer.
	fd, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	st, err := fd.Stat()
	if err == nil && !st.Mode().IsRegular() {
		err = &FormatError{Path: name, Err: errors.New("not a regular file")}
	}
	if err != nil {
		fd.Close()
		return nil, err
	}
	f, err := Read(name, fd, st.Size())
	if err != nil {
		fd.Close()
		return nil, err
	}
	f.closer = fd
	return f, nil
}

// Read is Open for bytes that are not a file on disk, such as the vdso. name
// is for messages.
func Read(name string, src io.ReaderAt, size int64) (*File, error) {
	if err := guardSections(src, size); err != nil {
		return withoutSections(name, src, size, err)
	}
	header, err := elf.NewFile(io.NewSectionReader(src, 0, size))
	if err != nil {
		return withoutSections(name, src, size, err)
	}
	f := &File{path: name, src: src, size: size, header: header, sections: map[string]*section{}}
	if len(header.Sections) == 0 {
		f.addSegments()
	}
	for _, s := range header.Sections {
		if _, dup := f.sections[s.Name]; dup || s.Name == "" {
			continue
		}
		f.sections[s.Name] = &section{head: s}
		f.names = append(f.names, s.Name)
	}
	return f, nil
}

// FormatError is returned for a file that is not the ELF file it should be.
type FormatError struct {
	Path string
	// Section is where the fault is, "" for the headers.
	Section string
	// Off is the offset in Section's (inflated) data, when that is known.
	Off uint64
	Err error
}

func (e *FormatError) Error() string {
	if e.Section == "" {
		return fmt.Sprintf("%s: not a usable ELF file: %v", e.Path, e.Err)
	}
	return fmt.Sprintf("%s: section %s offset %#x: %v", e.Path, e.Section, e.Off, e.Err)
}

func (e *FormatError) Unwrap() error { return e.Err }

// Path is the name the file was opened by.
func (f *File) Path() string { return f.path }

// Size is the file's size in bytes when it was opened.
func (f *File) Size() int64 { return f.size }

// Close closes the file. What was read before stays valid; sections not read
// before give errors.
func (f *File) Close() error {
	if f.closer == nil {
		return nil
	}
	return f.closer.Close()
}

// Machine is the processor the file is for.
func (f *File) Machine() elf.Machine { return f.header.Machine }

// ByteOrder is the byte order of the file's data.
func (f *File) ByteOrder() binary.ByteOrder { return f.header.ByteOrder }

// PtrSize is the size of an address in bytes.
func (f *File) PtrSize() int {
	if f.header.Class == elf.ELFCLASS32 {
		return 4
	}
	return 8
}

// Type is ET_EXEC, ET_DYN (libraries and position independent executables) ...
func (f *File) Type() elf.Type { return f.header.Type }

// Relocatable says whether the file can be loaded at other addresses than its
// own: whether it is position independent.
func (f *File) Relocatable() bool { return f.Type() == elf.ET_DYN }

// Entry is where execution starts, 0 for most libraries.
func (f *File) Entry() addr.FileAddr { return addr.FileAddr(f.header.Entry) }

// Interpreter is the dynamic loader the file asks for, "" when it asks for none.
func (f *File) Interpreter() string {
	for _, p := range f.header.Progs {
		if p.Type != elf.PT_INTERP || p.Filesz > 4096 {
			continue
		}
		b := make([]byte, p.Filesz)
		if n, err := f.src.ReadAt(b, int64(p.Off)); err != nil && n < len(b) {
			return ""
		}
		return cString(b)
	}
	return ""
}

// Segment is a program header.
type Segment struct {
	Type  elf.ProgType
	Flags elf.ProgFlag
	// Off and FileSize say where in the file its bytes are.
	Off      addr.FileOff
	FileSize uint64
	// Addr and MemSize say where in memory they go; what goes beyond FileSize
	// is zero.
	Addr    addr.FileAddr
	MemSize uint64
}

// Segments lists the program headers in file order.
func (f *File) Segments() []Segment {
	segs := make([]Segment, 0, len(f.header.Progs))
	for _, p := range f.header.Progs {
		segs = append(segs, Segment{
			Type: p.Type, Flags: p.Flags,
			Off: addr.FileOff(p.Off), FileSize: p.Filesz,
			Addr: addr.FileAddr(p.Vaddr), MemSize: p.Memsz,
		})
	}
	return segs
}

// Range is the lowest and the highest address (exclusive) of what is loaded.
func (f *File) Range() (low, high addr.FileAddr) {
	first := true
	for _, p := range f.header.Progs {
		if p.Type != elf.PT_LOAD || p.Memsz == 0 || p.Vaddr+p.Memsz < p.Vaddr {
			continue
		}
		if first || addr.FileAddr(p.Vaddr) < low {
			low = addr.FileAddr(p.Vaddr)
		}
		if end := addr.FileAddr(p.Vaddr + p.Memsz); first || end > high {
			high = end
		}
		first = false
	}
	return low, high
}

// ReadAddr fills buf with what the file loads at a. Bytes that only exist in
// memory (bss) read as zero. It does not apply relocations.
func (f *File) ReadAddr(buf []byte, a addr.FileAddr) error {
	for done := 0; done < len(buf); {
		n, err := f.readSegment(buf[done:], uint64(a)+uint64(done))
		if err != nil {
			return err
		}
		done += n
	}
	return nil
}

func (f *File) readSegment(buf []byte, a uint64) (int, error) {
	for _, p := range f.header.Progs {
		if p.Type != elf.PT_LOAD || a < p.Vaddr || a-p.Vaddr >= p.Memsz {
			continue
		}
		off := a - p.Vaddr
		buf = buf[:min(uint64(len(buf)), p.Memsz-off)]
		if off >= p.Filesz {
			clear(buf)
			return len(buf), nil
		}
		buf = buf[:min(uint64(len(buf)), p.Filesz-off)]
		if n, err := f.src.ReadAt(buf, int64(p.Off+off)); n < len(buf) {
			return 0, fmt.Errorf("%s: read %d bytes at address %#x: %w", f.path, len(buf), a, noEOF(err))
		}
		return len(buf), nil
	}
	return 0, fmt.Errorf("%s: no data at address %#x in the file", f.path, a)
}

// once is sync.OnceValues with room for a zero value in a struct.
type once[T any] struct {
	once sync.Once
	val  T
	err  error
}

func (o *once[T]) do(f func() (T, error)) (T, error) {
	o.once.Do(func() { o.val, o.err = f() })
	return o.val, o.err
}

func noEOF(err error) error {
	if err == nil || errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

func cString(b []byte) string {
	for i, c := range b {
		if c == 0 {
			return string(b[:i])
		}
	}
	return string(b)
}
