package core

import (
	"bufio"
	"context"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"syscall"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/target"
)

// Dump is a core file to be written of a process whose threads are all stopped.
type Dump struct {
	Proc target.Process
	// Memory is that of the process without the debugger's traps.
	Memory target.Memory
	// First is the id of the thread that comes first, and Signal what it was
	// stopped by, or 0.
	First  int
	Signal syscall.Signal
	// Hidden tells which mappings are the debugger's own.
	Hidden func(addr.Addr) bool
	// Progress is told how far it is.
	Progress func(Progress)
}

// Progress is how much of a core file is done: threads, and bytes of memory.
type Progress struct {
	Threads, AllThreads int
	Mem, AllMem         uint64
}

// File is what a core file is written to: an empty file, in which parts that
// are never written to read as zero.
type File interface {
	io.WriterAt
	Truncate(size int64) error
}

// Write writes a core file: notes, then memory, then the table of segments, and
// the header last, so that what is broken off cannot be taken for a core file.
// It uses the same small amount of memory however large the process is. The
// error of ctx is returned when that ends.
func (d *Dump) Write(ctx context.Context, f File) error {
	maps, err := d.Proc.Maps()
	if err != nil {
		return err
	}
	w := &writer{Dump: d, ctx: ctx, file: f, maps: d.visible(maps), buf: make([]byte, chunkSize)}
	w.done.AllThreads = len(d.Proc.Threads())
	for _, m := range w.maps {
		if readable(m) {
			w.done.AllMem += uint64(m.End - m.Start)
		}
	}
	w.identify()
	if err := w.notes(); err != nil {
		return err
	}
	for _, m := range w.maps {
		if err := w.mapping(m); err != nil {
			return err
		}
	}
	return w.headers()
}

const (
	pageSize  = 4096
	chunkSize = 1 << 20
)

// writer is a core file being written.
type writer struct {
	*Dump
	ctx  context.Context
	file File
	maps []target.Mapping
	who  target.Identity
	done Progress

	at       uint64 // the end of the file so far
	notesEnd uint64
	segments []segment
	buf      []byte
}

func (d *Dump) visible(all []target.Mapping) []target.Mapping {
	var list []target.Mapping
	for _, m := range all {
		// The kernel's half, where [vsyscall] is, is the same for everybody.
		if int64(m.Start) >= 0 && (d.Hidden == nil || !d.Hidden(m.Start)) {
			list = append(list, m)
		}
	}
	return list
}

// readable tells what is written: not what cannot be read, nor devices, where
// reading may have effects, nor the kernel's clocks, which are none of the
// process's.
func readable(m target.Mapping) bool {
	switch {
	case !m.Read, strings.HasPrefix(m.Path, "[vvar"):
		return false
	case strings.HasPrefix(m.Path, "/dev/"):
		return m.Path == "/dev/zero" || strings.HasPrefix(m.Path, "/dev/shm/")
	}
	return true
}

func (w *writer) progress() error {
	if w.Progress != nil {
		w.Progress(w.done)
	}
	return w.ctx.Err()
}

// notes writes the notes behind the place of the header.
func (w *writer) notes() error {
	w.at = headerSize
	out := bufio.NewWriterSize(&appender{w}, 1<<16)
	n := noteWriter{out: out}
	threads := w.Proc.Threads()
	for i, t := range threads {
		if t.ID() == w.First {
			copy(threads[1:i+1], threads[:i])
			threads[0] = t
		}
	}
	for i, t := range threads {
		if err := w.thread(&n, t, i == 0); err != nil {
			return err
		}
		w.done.Threads++
		if err := w.progress(); err != nil {
			return err
		}
	}
	if err := errors.Join(n.err, out.Flush()); err != nil {
		return err
	}
	w.notesEnd = w.at
	return nil
}

// appender writes at the end.
type appender struct{ w *writer }

func (a *appender) Write(p []byte) (int, error) {
	n, err := a.w.file.WriteAt(p, int64(a.w.at))
	a.w.at += uint64(n)
	return n, err
}

// mapping writes a mapping as segments: one for each part of it that can be
// read, and empty ones for the parts that cannot, so that these are not taken
// for zeros.
func (w *writer) mapping(m target.Mapping) error {
	w.at = (w.at + pageSize - 1) &^ (pageSize - 1)
	if !readable(m) {
		w.segment(m, m.Start, m.End, false)
		return nil
	}
	sparse, _ := w.Proc.(target.Sparse)
	for a := m.Start; a < m.End; {
		end := min(m.End, a+chunkSize)
		if sparse != nil && sparse.Untouched(m, a, end) {
			w.segment(m, a, end, true)
		} else if err := w.chunk(m, a, end); err != nil {
			return err
		}
		w.done.Mem += uint64(end - a)
		if err := w.progress(); err != nil {
			return err
		}
		a = end
	}
	return nil
}

// chunk writes a part of a mapping, page by page where it cannot be read whole.
func (w *writer) chunk(m target.Mapping, a, end addr.Addr) error {
	buf := w.buf[:end-a]
	n, err := w.Memory.ReadMemory(buf, a)
	if err == nil {
		return w.pages(m, a, buf)
	}
	var bad *target.MemoryError
	if !errors.As(err, &bad) {
		return err
	}
	good := a + addr.Addr(n)&^(pageSize-1)
	if err := w.pages(m, a, buf[:good-a]); err != nil {
		return err
	}
	w.segment(m, good, good+pageSize, false)
	if good+pageSize >= end {
		return nil
	}
	return w.chunk(m, good+pageSize, end)
}

// pages writes what was read at a; pages of zeros become holes.
func (w *writer) pages(m target.Mapping, a addr.Addr, buf []byte) error {
	base := w.segment(m, a, a+addr.Addr(len(buf)), true)
	for from := 0; from < len(buf); {
		to := from
		for to < len(buf) && !zero(buf[to:min(to+pageSize, len(buf))]) {
			to = min(to+pageSize, len(buf))
		}
		if to > from {
			if _, err := w.file.WriteAt(buf[from:to], int64(base)+int64(from)); err != nil {
				return err
			}
		}
		from = to + pageSize
	}
	return nil
}

func zero(page []byte) bool {
	for ; len(page) >= 8; page = page[8:] {
		if order.Uint64(page) != 0 {
			return false
		}
	}
	return true
}

// segment adds a part of a mapping to the table, in the file or not, and to the
// last segment if it goes on with it. It returns where in the file it is.
func (w *writer) segment(m target.Mapping, a, end addr.Addr, inFile bool) uint64 {
	if a >= end {
		return w.at
	}
	base, size := w.at, uint64(0)
	if inFile {
		size = uint64(end - a)
		w.at += size
	}
	if last := len(w.segments) - 1; last >= 0 && a > m.Start {
		if s := &w.segments[last]; (s.size > 0) == inFile {
			s.end, s.size = end, s.size+size
			return base
		}
	}
	w.segments = append(w.segments, segment{a, end, base, size, flags(m)})
	return base
}

func flags(m target.Mapping) (f elf.ProgFlag) {
	if m.Read {
		f |= elf.PF_R
	}
	if m.Write {
		f |= elf.PF_W
	}
	if m.Exec {
		f |= elf.PF_X
	}
	return f
}

// headers writes the table of segments behind everything else, and the header.
func (w *writer) headers() error {
	count := len(w.segments) + 1
	h := header(w.at, count)
	out := bufio.NewWriterSize(&appender{w}, 1<<16)
	_, err := out.Write(prog(elf.PT_NOTE, 0, segment{off: headerSize, size: w.notesEnd - headerSize}))
	for _, s := range w.segments {
		if err == nil {
			_, err = out.Write(prog(elf.PT_LOAD, pageSize, s))
		}
	}
	if count >= manyProgs {
		// elf(5), PN_XNUM: the first section header has the number.
		section := make([]byte, headerSize)
		order.PutUint32(section[44:], uint32(count))
		if err == nil {
			_, err = out.Write(section)
		}
	}
	if err := errors.Join(err, out.Flush()); err != nil {
		return err
	}
	if err := w.file.Truncate(int64(w.at)); err != nil {
		return err
	}
	_, err = w.file.WriteAt(h, 0)
	return err
}

// header is the ELF header of a core file with its table of segments at off.
func header(off uint64, count int) []byte {
	h := make([]byte, headerSize)
	copy(h, elf.ELFMAG)
	h[elf.EI_CLASS], h[elf.EI_DATA], h[elf.EI_VERSION] = byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT)
	order.PutUint16(h[16:], uint16(elf.ET_CORE))
	order.PutUint16(h[18:], uint16(elf.EM_X86_64))
	order.PutUint32(h[20:], uint32(elf.EV_CURRENT))
	order.PutUint64(h[32:], off)
	order.PutUint16(h[52:], headerSize)
	order.PutUint16(h[54:], progSize)
	order.PutUint16(h[56:], uint16(min(count, manyProgs)))
	if count >= manyProgs {
		order.PutUint64(h[40:], off+uint64(count)*progSize)
		order.PutUint16(h[58:], headerSize)
		order.PutUint16(h[60:], 1)
	}
	return h
}

func prog(kind elf.ProgType, align uint64, s segment) []byte {
	p := make([]byte, progSize)
	order.PutUint32(p, uint32(kind))
	order.PutUint32(p[4:], uint32(s.flags))
	order.PutUint64(p[8:], s.off)
	order.PutUint64(p[16:], uint64(s.start))
	order.PutUint64(p[32:], s.size)
	order.PutUint64(p[40:], uint64(s.end-s.start))
	order.PutUint64(p[48:], align)
	return p
}

// limit32 is a size for a field of 32 bits.
func limit32(n int) (uint32, error) {
	if n > math.MaxInt32 {
		return 0, fmt.Errorf("a note of %d bytes does not fit in a core file", n)
	}
	return uint32(n), nil
}
