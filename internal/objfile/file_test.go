package objfile_test

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/objfile"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

func TestMain(m *testing.M) { os.Exit(testkit.Main(m)) }

func open(t testing.TB, path string) *objfile.File {
	t.Helper()
	f, err := objfile.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// TestLikeStandardLibrary compares sections and symbols with debug/elf.
func TestLikeStandardLibrary(t *testing.T) {
	for _, v := range testkit.Versions() {
		for _, flags := range [][]string{nil, {"-buildmode=pie"}, {"-ldflags=-compressdwarf=false"}} {
			bin := testkit.Build(t, "hello", testkit.Options{Go: v, Flags: flags})
			f := open(t, bin)
			std, err := elf.Open(bin)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range std.Sections {
				if s.Type == elf.SHT_NOBITS || s.Name == "" {
					continue
				}
				want, err := s.Data()
				if err != nil {
					t.Fatal(err)
				}
				if got, err := f.Section(s.Name); err != nil || !bytes.Equal(got, want) {
					t.Errorf("%s %v: section %s: %d bytes, %v; want %d", v, flags, s.Name, len(got), err, len(want))
				}
			}
			compareSymbols(t, f, std)
			if f.GoBuildID() == "" {
				t.Errorf("%s %v: no Go build id", v, flags)
			}
			if info, err := f.BuildInfo(); err != nil || !strings.HasPrefix(info.GoVersion, cmpOr(v, "go1.")) {
				t.Errorf("%s %v: build info %+v, %v", v, flags, info, err)
			}
			std.Close()
		}
	}
}

func cmpOr(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func compareSymbols(t *testing.T, f *objfile.File, std *elf.File) {
	t.Helper()
	want, err := std.Symbols()
	if err != nil {
		t.Fatal(err)
	}
	got, err := f.Symbols()
	if err != nil {
		t.Fatal(err)
	}
	known := map[addr.FileAddr]map[string]uint64{}
	for _, s := range got {
		if known[s.Addr] == nil {
			known[s.Addr] = map[string]uint64{}
		}
		known[s.Addr][s.Name] = s.Size
	}
	for _, s := range want {
		typ := elf.ST_TYPE(s.Info)
		if s.Section == elf.SHN_UNDEF || s.Section == elf.SHN_ABS || s.Name == "" || typ == elf.STT_FILE || typ == elf.STT_SECTION || typ == elf.STT_TLS {
			continue
		}
		if size, ok := known[addr.FileAddr(s.Value)][s.Name]; !ok || size != s.Size {
			t.Errorf("symbol %s at %#x: %d bytes, %v; want %d", s.Name, s.Value, size, ok, s.Size)
		}
	}
}

// TestPointer wants the pointer in Go's moduledata to its pclntab, in files
// where it is stored and in files where it is a relocation.
func TestPointer(t *testing.T) {
	for _, v := range testkit.Versions() {
		for _, mode := range []string{"exe", "pie"} {
			f := open(t, testkit.Build(t, "hello", testkit.Options{Go: v, Flags: []string{"-buildmode=" + mode}}))
			table, ok := f.Header(".gopclntab")
			if !ok {
				table, ok = f.Header(".data.rel.ro.gopclntab")
			}
			if !ok {
				t.Fatal("no .gopclntab")
			}
			syms, err := f.Symbols()
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range syms {
				if s.Name != "runtime.firstmoduledata" {
					continue
				}
				if p, err := f.Pointer(s.Addr); err != nil || p != table.Addr {
					t.Errorf("%s %s: moduledata points at %v, %v; the table is at %v", v, mode, p, err, table.Addr)
				}
				places, err := f.PointersTo(table.Addr)
				if err != nil || mode == "pie" && (len(places) == 0 || places[0] != s.Addr) {
					t.Errorf("%s %s: %v, %v point at the table, %v does", v, mode, places, err, s.Addr)
				}
			}
		}
	}
}

func TestReadAddr(t *testing.T) {
	f := open(t, testkit.Build(t, "hello", testkit.Options{}))
	text, _ := f.Header(".text")
	data, err := f.Section(".text")
	if err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 64)
	if err := f.ReadAddr(buf, text.Addr+10); err != nil || !bytes.Equal(buf, data[10:74]) {
		t.Errorf("text: %x, %v", buf, err)
	}
	bss, _ := f.Header(".bss")
	if err := f.ReadAddr(buf, bss.Addr+addr.FileAddr(bss.Size)-64); err != nil || !bytes.Equal(buf, make([]byte, 64)) {
		t.Errorf("bss: %x, %v", buf, err)
	}
	if err := f.ReadAddr(buf, 1); err == nil {
		t.Error("address 1 can be read")
	}
	low, high := f.Range()
	if text.Addr < low || bss.Addr >= high {
		t.Errorf("range is %v to %v", low, high)
	}
	if err := f.ReadSection(".text", buf, text.Size-63); err == nil {
		t.Error("read beyond the end of a section")
	}
}

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "text")
	if err := os.WriteFile(text, []byte("#!/bin/sh\necho no ELF here\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	fifo := filepath.Join(dir, "fifo")
	if err := syscall.Mkfifo(fifo, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{text, fifo, dir, "/dev/null"} {
		var want *objfile.FormatError
		if _, err := objfile.Open(path); !errors.As(err, &want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if _, err := objfile.Open(filepath.Join(dir, "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
}

// TestTruncated cuts a program off while it is open: that must be an error and
// not a crash.
func TestTruncated(t *testing.T) {
	data, err := os.ReadFile(testkit.Build(t, "hello", testkit.Options{}))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "hello")
	if err := os.WriteFile(path, data, 0o755); err != nil {
		t.Fatal(err)
	}
	f := open(t, path)
	if err := os.Truncate(path, 100_000); err != nil {
		t.Fatal(err)
	}
	var want *objfile.FormatError
	if _, err := f.Section(".debug_info"); !errors.As(err, &want) {
		t.Errorf("cut off section: %v", err)
	}
	if _, err := f.Symbols(); !errors.As(err, &want) {
		t.Errorf("cut off symbols: %v", err)
	}
	if _, err := f.Section(".nothing"); !errors.Is(err, objfile.ErrNoSection) {
		t.Errorf("missing section: %v", err)
	}
}

func TestZstd(t *testing.T) {
	bin := testkit.Build(t, "hello", testkit.Options{Flags: []string{"-ldflags=-compressdwarf=false"}})
	out := filepath.Join(t.TempDir(), "zstd")
	if msg, err := exec.Command("objcopy", "--compress-debug-sections=zstd", bin, out).CombinedOutput(); err != nil {
		t.Skipf("objcopy cannot compress by zstd: %v: %s", err, msg)
	}
	want, err := open(t, bin).Section(".debug_line")
	if err != nil {
		t.Fatal(err)
	}
	got, err := open(t, out).Section(".debug_line")
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d bytes, %v; want %d", len(got), err, len(want))
	}
}

// small is a complete ELF file of a few thousand bytes: the kernel's vdso.
func small(t testing.TB) []byte {
	t.Helper()
	auxv, err := os.ReadFile("/proc/self/auxv")
	if err != nil {
		t.Fatal(err)
	}
	mem, err := os.Open("/proc/self/mem")
	if err != nil {
		t.Fatal(err)
	}
	defer mem.Close()
	const sysinfoEhdr = 33
	for ; len(auxv) >= 16; auxv = auxv[16:] {
		if binary.LittleEndian.Uint64(auxv) == sysinfoEhdr {
			data := make([]byte, 8192)
			n, _ := mem.ReadAt(data, int64(binary.LittleEndian.Uint64(auxv[8:])))
			if _, err := elf.NewFile(bytes.NewReader(data[:n])); err != nil {
				t.Fatalf("the vdso (%d bytes): %v", n, err)
			}
			return data[:n]
		}
	}
	t.Skip("there is no vdso")
	return nil
}

// FuzzFile asks everything of damaged files.
func FuzzFile(f *testing.F) {
	f.Add(small(f))
	if cc, err := exec.LookPath("gcc"); err == nil {
		dir := f.TempDir()
		src, bin := filepath.Join(dir, "a.c"), filepath.Join(dir, "a")
		if err := os.WriteFile(src, []byte("int x; int *p = &x; void _start(void) { for (;;) x++; }\n"), 0o644); err != nil {
			f.Fatal(err)
		}
		for _, flags := range [][]string{{"-static"}, {"-static-pie"}, {"-shared", "-fPIC", "-gz"}} {
			args := append(flags, "-g", "-nostdlib", "-Wl,-z,noseparate-code", "-o", bin, src)
			if out, err := exec.Command(cc, args...).CombinedOutput(); err != nil {
				f.Fatalf("%v: %s", err, out)
			}
			data, err := os.ReadFile(bin)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
	dirs := f.TempDir() // without any debug file
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := objfile.Read("fuzz", bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return
		}
		file.BuildID()
		file.GoBuildID()
		file.BuildInfo()
		file.Interpreter()
		file.Symbols()
		file.SymbolsNamed("x", "main")
		if d, err := file.OpenDebugFile([]string{dirs}); err == nil {
			d.Close()
		}
		low, _ := file.Range()
		file.ReadAddr(make([]byte, 16), low)
		file.Pointer(low)
		file.PointersTo(low)
		for _, s := range file.Sections() {
			if b, err := file.Section(s.Name); err == nil && len(b) > 1024*(len(data)+4096) {
				t.Fatalf("section of %d bytes in a file of %d", len(b), len(data))
			}
			file.ReadSection(s.Name, make([]byte, 16), 0)
		}
	})
}

func TestSymbolsNamedAgreesWithSymbols(t *testing.T) {
	f := open(t, testkit.Build(t, "hello", testkit.Options{}))
	all, err := f.Symbols()
	if err != nil || len(all) == 0 {
		t.Fatalf("%d symbols, %v", len(all), err)
	}
	byName := map[string][]objfile.Symbol{}
	for _, s := range all {
		byName[s.Name] = append(byName[s.Name], s)
	}
	names := slices.Sorted(maps.Keys(byName))
	for i := 0; i < len(names); i += 1 + len(names)/200 {
		all, err := f.SymbolsNamed(names[i])
		got := all[names[i]]
		if err != nil || !slices.Equal(got, byName[names[i]]) {
			t.Errorf("%s: got %v, %v, want %v", names[i], got, err, byName[names[i]])
		}
	}
	for _, none := range []string{"", "no such symbol", "untime.main"} {
		if got, err := f.SymbolsNamed(none); err != nil || len(got) != 0 {
			t.Errorf("%q: got %v, %v", none, got, err)
		}
	}
}
