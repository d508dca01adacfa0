package core

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"syscall"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/target"
)

var (
	errUnmapped = errors.New("bad address")
	errLeftOut  = errors.New("it was not written to the core file (see coredump_filter in core(5))")
	errCutOff   = errors.New("the core file is cut off before it")
)

// ReadMemory reads memory. See target.Memory.
func (p *Process) ReadMemory(buf []byte, a addr.Addr) (int, error) {
	for done := 0; done < len(buf); {
		n, err := p.read(buf[done:], a+addr.Addr(done))
		done += n
		if err != nil {
			return done, &target.MemoryError{Op: "read", Addr: a, Len: len(buf), Err: err}
		}
	}
	return len(buf), nil
}

// WriteMemory fails.
func (p *Process) WriteMemory(addr.Addr, []byte) (int, error) { return 0, target.ErrCoreWrite }

// read reads from one place, at most to its end.
func (p *Process) read(buf []byte, a addr.Addr) (int, error) {
	s := p.segmentAt(a)
	if s == nil {
		return 0, errUnmapped
	}
	buf = buf[:min(uint64(len(buf)), uint64(s.end-a))]
	off := uint64(a - s.start)
	if off >= s.size {
		return p.fromFile(buf, a)
	}
	buf = buf[:min(uint64(len(buf)), s.size-off)]
	n, err := p.file.ReadAt(buf, int64(s.off+off))
	if n == len(buf) {
		return n, nil
	}
	if errors.Is(err, io.EOF) {
		err = errCutOff
	}
	return n, err
}

// fromFile reads what was mapped from a file and, as nobody had changed it, is
// not in the core file.
func (p *Process) fromFile(buf []byte, a addr.Addr) (int, error) {
	m := p.info.fileAt(a)
	if m == nil {
		return 0, errLeftOut
	}
	buf = buf[:min(uint64(len(buf)), uint64(m.end-a))]
	if m.path == p.exePath {
		if err := p.exe.ReadAddr(buf, p.bias.File(a)); err != nil {
			return 0, err
		}
		return len(buf), nil
	}
	f, err := p.files.get(m.path, p.sameFile)
	if err != nil {
		return 0, fmt.Errorf("it is not in the core file, but was mapped from %s: %w", m.path, err)
	}
	n, err := f.ReadAt(buf, int64(m.offset)+int64(a-m.start))
	if n == len(buf) {
		return n, nil
	}
	return n, fmt.Errorf("read %s, from which it was mapped: %w", m.path, err)
}

// checkExecutable finds where the executable was loaded, and fails if it was
// another one.
func (p *Process) checkExecutable() error {
	for _, key := range []uint64{atPhdr, atEntry} {
		if m := p.info.fileAt(addr.Addr(p.auxv(key))); m != nil {
			p.exePath = m.path
			break
		}
	}
	entry := p.auxv(atEntry)
	if entry == 0 {
		return nil
	}
	p.bias = addr.Bias(entry - uint64(p.exe.Entry()))
	for _, seg := range p.exe.Segments() {
		if seg.Type != elf.PT_NOTE || seg.FileSize == 0 || seg.FileSize > 4096 {
			continue
		}
		have, want := make([]byte, seg.FileSize), make([]byte, seg.FileSize)
		if p.inCore(have, p.bias.Process(seg.Addr)) && p.exe.ReadAddr(want, seg.Addr) == nil && !bytes.Equal(have, want) {
			return fmt.Errorf("it is not of %s, at least not of this build: it is of %s", p.exe.Path(), p.program())
		}
	}
	return nil
}

// program is what ran, for messages.
func (p *Process) program() string {
	if p.exePath != "" {
		return p.exePath
	}
	return fmt.Sprintf("%q", p.info.args)
}

// inCore reads what the core file itself has.
func (p *Process) inCore(buf []byte, a addr.Addr) bool {
	s := p.segmentAt(a)
	if s == nil || uint64(a-s.start)+uint64(len(buf)) > s.size {
		return false
	}
	_, err := p.file.ReadAt(buf, int64(s.off)+int64(a-s.start))
	return err == nil
}

// sameFile tells whether a file is still the one that was mapped, as far as can
// be seen: the kernel writes the first page of each ELF file.
func (p *Process) sameFile(f *os.File, path string) error {
	for _, m := range p.info.files {
		if m.path != path || m.offset != 0 {
			continue
		}
		have, want := make([]byte, 4096), make([]byte, 4096)
		n, _ := f.ReadAt(have, 0)
		if p.inCore(want[:n], m.start) && !bytes.Equal(have[:n], want[:n]) {
			return errors.New("which is another file now")
		}
	}
	return nil
}

// mappedFiles are the files that were mapped, opened when they are needed.
type mappedFiles struct {
	mu   sync.Mutex
	open map[string]opened
}

type opened struct {
	*os.File
	err error
}

func (fs *mappedFiles) get(path string, check func(*os.File, string) error) (*os.File, error) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if o, ok := fs.open[path]; ok {
		return o.File, o.err
	}
	f, err := openMapped(path)
	if err == nil {
		if err = check(f, path); err != nil {
			f.Close()
		}
	}
	if fs.open == nil {
		fs.open = map[string]opened{}
	}
	fs.open[path] = opened{f, err}
	return f, err
}

var errNoFile = errors.New("which is no regular file")

// openMapped opens no device, which may do something when it is opened: the path
// is whatever the core file says.
func openMapped(path string) (*os.File, error) {
	if strings.HasSuffix(path, deleted) || !strings.HasPrefix(path, "/") {
		return nil, errors.New("which is gone")
	}
	if st, err := os.Stat(path); err != nil {
		return nil, err
	} else if !st.Mode().IsRegular() {
		return nil, errNoFile
	}
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	if st, err := f.Stat(); err != nil || !st.Mode().IsRegular() { // it is another by now
		f.Close()
		return nil, errNoFile
	}
	return f, nil
}

func (fs *mappedFiles) close() {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	for _, o := range fs.open {
		if o.err == nil {
			o.Close()
		}
	}
	fs.open = nil
}
