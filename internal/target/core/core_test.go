package core

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/arch/amd64"
	"github.com/tinydbg/tinydbg/internal/target"
	"github.com/tinydbg/tinydbg/internal/target/fake"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

func TestMain(m *testing.M) { os.Exit(testkit.Main(m)) }

// subject is a process to be dumped: threads and memory that are made up.
type subject struct {
	*fake.Process
	threads []target.Thread
	maps    []target.Mapping
	// mem is the first page of each mapping, repeated; a page that begins with
	// the word unreadable cannot be read.
	mem map[addr.Addr][]byte
}

type thread struct {
	target.Thread
	id int
	r  *amd64.Regs
}

func (t thread) ID() int                           { return t.id }
func (t thread) Registers(bool) (arch.Regs, error) { return t.r, nil }

func (s *subject) Threads() []target.Thread        { return slices.Clone(s.threads) }
func (s *subject) Maps() ([]target.Mapping, error) { return s.maps, nil }
func (s *subject) Do(f func()) error               { f(); return nil }
func (s *subject) Auxv() ([]byte, error)           { return make([]byte, 16), nil }
func (s *subject) CommandLine() []string           { return []string{"prog", strings.Repeat("long ", 40)} }

func (s *subject) ReadMemory(buf []byte, a addr.Addr) (int, error) {
	for done := 0; done < len(buf); done += pageSize {
		page := s.mem[a+addr.Addr(done)]
		if string(page) == "unreadable" {
			return done, &target.MemoryError{Op: "read", Addr: a, Len: len(buf), Err: errUnmapped}
		}
		clear(buf[done : done+pageSize])
		copy(buf[done:], page)
	}
	return len(buf), nil
}

func newSubject(threads int) *subject {
	s := &subject{Process: &fake.Process{}, mem: map[addr.Addr][]byte{}}
	for i := range threads {
		r := &amd64.Regs{GP: unix.PtraceRegs{Rip: uint64(0x1000 + i), R15: 15, Gs: 7}, XSave: bytes.Repeat([]byte{byte(i)}, 832)}
		s.threads = append(s.threads, thread{id: 100 + i, r: r})
	}
	return s
}

func (s *subject) mapped(start, end addr.Addr, path string) {
	s.maps = append(s.maps, target.Mapping{Start: start, End: end, Read: true, Write: true, Path: path})
}

// written writes a core file of s and opens it.
func (s *subject) written(t *testing.T, d Dump) *Process {
	t.Helper()
	path := filepath.Join(t.TempDir(), "core")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	d.Proc, d.Memory = s, s
	if err := d.Write(context.Background(), f); err != nil {
		t.Fatal(err)
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p, err := Open(path, exe)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.close() })
	return p
}

func TestThreads(t *testing.T) {
	s := newSubject(3)
	p := s.written(t, Dump{First: 101, Signal: syscall.SIGSEGV})
	first, sig := p.Stop()
	if first.ID() != 101 || sig != syscall.SIGSEGV {
		t.Errorf("stopped in %d by %v", first.ID(), sig)
	}
	for i, th := range p.Threads() {
		regs, err := th.Registers(true)
		if err != nil || th.ID() != 100+i {
			t.Fatalf("thread %d: %v", th.ID(), err)
		}
		want := s.threads[i].(thread).r
		if have := regs.(*amd64.Regs); have.GP != want.GP || !bytes.Equal(have.XSave, want.XSave) {
			t.Errorf("registers of %d: %+v", th.ID(), have)
		}
	}
	if p.PID() != 100 || len(p.CommandLine()) < 5 || p.CommandLine()[0] != "prog" {
		t.Errorf("process %d, %q", p.PID(), p.CommandLine())
	}
}

// Memory comes back as it was, zeros take no room, and what could not be read
// is not taken for zeros.
func TestMemory(t *testing.T) {
	s := newSubject(1)
	const base, size = addr.Addr(0x10000000), 3 * chunkSize
	s.mapped(base, base+size, "")
	s.mem[base] = []byte("begin")
	s.mem[base+chunkSize-pageSize] = []byte("edge")
	s.mem[base+chunkSize+pageSize] = []byte("unreadable")
	s.mem[base+chunkSize+2*pageSize] = []byte("after")
	s.mem[base+size-pageSize] = []byte("unreadable")
	s.mapped(base+2*size, base+2*size+pageSize, "/dev/mem")
	s.mapped(base+4*size, base+4*size+pageSize, "[vvar]")
	p := s.written(t, Dump{Hidden: func(a addr.Addr) bool { return a == base+6*size }})
	for a, want := range map[addr.Addr]string{base: "begin", base + chunkSize - pageSize: "edge", base + chunkSize + 2*pageSize: "after", base + 2*chunkSize: "\x00"} {
		buf := make([]byte, len(want))
		if _, err := p.ReadMemory(buf, a); err != nil || string(buf) != want {
			t.Errorf("at %v: %q, %v", a, buf, err)
		}
	}
	for _, a := range []addr.Addr{base + chunkSize + pageSize, base + size - 1, base + 2*size, base + 4*size, base + size, 0} {
		var bad *target.MemoryError
		if n, err := p.ReadMemory(make([]byte, 1), a); n > 0 || !errors.As(err, &bad) {
			t.Errorf("at %v: %d, %v", a, n, err)
		}
	}
	buf := make([]byte, 2*pageSize)
	if n, err := p.ReadMemory(buf, base+chunkSize); n != pageSize || err == nil {
		t.Errorf("up to the hole: %d, %v", n, err)
	}
	var st syscall.Stat_t
	if err := syscall.Stat(p.path, &st); err != nil || st.Blocks*512 > 64<<10 {
		t.Errorf("%d bytes on disk, %v", st.Blocks*512, err)
	}
}

// More mappings than the header has room to count.
func TestManyMappings(t *testing.T) {
	s := newSubject(1)
	const n = 1<<16 + 10
	for i := range n {
		a := addr.Addr(0x10000 * (i + 1))
		s.mapped(a, a+pageSize, "/lib/"+strings.Repeat("x", i%3))
		s.maps[i].Read = i == n-1 // to read them all takes the race detector long
	}
	s.mem[0x10000*n] = []byte("last")
	p := s.written(t, Dump{})
	maps, err := p.Maps()
	if err != nil || len(maps) != n || maps[2].Path != "/lib/xx" {
		t.Errorf("%d mappings, %+v, %v", len(maps), maps[2], err)
	}
	buf := make([]byte, 4)
	if _, err := p.ReadMemory(buf, 0x10000*n); err != nil || string(buf) != "last" {
		t.Errorf("%q, %v", buf, err)
	}
}

// full is a disk with little room.
type full struct{ left int }

func (f *full) WriteAt(p []byte, _ int64) (int, error) {
	if f.left -= len(p); f.left < 0 {
		return 0, syscall.ENOSPC
	}
	return len(p), nil
}

func (f *full) Truncate(int64) error { return nil }

func TestWriteFails(t *testing.T) {
	s := newSubject(2)
	s.mapped(0x10000, 0x10000+8*pageSize, "")
	for i := range 8 {
		s.mem[0x10000+addr.Addr(i)*pageSize] = []byte("full")
	}
	for _, left := range []int{0, 3000, 5000, 20000, 8*pageSize + 3500} {
		err := (&Dump{Proc: s, Memory: s}).Write(context.Background(), &full{left})
		if !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("with room for %d bytes: %v", left, err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	d := Dump{Proc: s, Memory: s, Progress: func(p Progress) {
		if p.Mem > 0 {
			cancel()
		}
	}}
	if err := d.Write(ctx, &full{1 << 30}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestOpenErrors(t *testing.T) {
	whole, err := os.ReadFile(newSubject(1).written(t, Dump{}).path)
	if err != nil {
		t.Fatal(err)
	}
	with := func(at int, b ...byte) []byte {
		c := bytes.Clone(whole)
		copy(c[at:], b)
		return c
	}
	for want, data := range map[string][]byte{
		"too short":             whole[:20],
		"unpack it first (zstd": append([]byte("\x28\xb5\x2f\xfd"), whole[4:]...),
		"not an ELF file":       bytes.Repeat([]byte("x"), 100),
		"64-bit":                with(4, 1),
		"a program, not":        with(16, 2),
		"not supported":         with(18, 40),
		"not all there":         with(32, 0xff, 0xff, 0xff, 0x7f),
		"program headers have":  with(54, 1),
		"notes are damaged":     with(headerSize+4, 0xff, 0xff, 0xff),
		"it has no threads":     with(headerSize+8, 99),
	} {
		path := filepath.Join(t.TempDir(), "core")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		exe, _ := os.Executable()
		p, err := Open(path, exe)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
			t.Errorf("want %q, have %v", want, err)
		}
		if p != nil {
			p.close()
		}
	}
	if _, err := Open(t.TempDir(), "x"); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("a directory: %v", err)
	}
}

// A core file that is cut off says so where something is missing.
func TestCutOff(t *testing.T) {
	s := newSubject(1)
	s.mapped(0x10000, 0x10000+4*pageSize, "")
	s.mem[0x10000+3*pageSize] = []byte("end")
	p := s.written(t, Dump{})
	if err := p.Damage(); err != nil {
		t.Error(err)
	}
	seg := p.segmentAt(0x10000)
	p.size = int64(seg.off + 100)
	if err := os.Truncate(p.path, p.size); err != nil {
		t.Fatal(err)
	}
	if err := p.Damage(); err == nil || !strings.Contains(err.Error(), "is cut off") {
		t.Errorf("damage: %v", err)
	}
	if n, err := p.ReadMemory(make([]byte, 200), 0x10000); n != 100 || !errors.Is(err, errCutOff) {
		t.Errorf("%d, %v", n, err)
	}
}

func FuzzParse(f *testing.F) {
	s := newSubject(2)
	s.mapped(0x10000, 0x11000, "/lib/x")
	path := filepath.Join(f.TempDir(), "core")
	file, err := os.Create(path)
	if err != nil {
		f.Fatal(err)
	}
	if err := (&Dump{Proc: s, Memory: s}).Write(context.Background(), file); err != nil {
		f.Fatal(err)
	}
	file.Close()
	whole, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(whole[:headerSize])
	f.Fuzz(func(t *testing.T, data []byte) {
		p := &Process{size: int64(len(data))}
		if p.parse(bytes.NewReader(data)) != nil {
			return
		}
		maps, _ := p.Maps()
		for _, m := range maps {
			if p.segmentAt(m.Start) == nil {
				t.Errorf("no segment at %v", m.Start)
			}
		}
		for _, th := range p.Threads() {
			if _, err := th.Registers(false); err != nil {
				t.Error(err)
			}
		}
		_ = p.auxv(atEntry)
	})
}
