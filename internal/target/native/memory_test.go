//go:build linux && amd64

package native

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/target"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// mapRegion finds a region by what it allows.
func mapRegion(t testing.TB, p *Process, fits func(m target.Mapping) bool) target.Mapping {
	t.Helper()
	maps, err := p.Maps()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range maps {
		if fits(m) {
			return m
		}
	}
	t.Fatalf("no such region in %v", maps)
	return target.Mapping{}
}

func text(m target.Mapping) bool { return m.Exec && strings.HasPrefix(m.Path, "/") }

func TestReadMemory(t *testing.T) {
	proc := testkit.Start(t, testkit.Build(t, "threads", testkit.Options{}))
	proc.WaitOutput(t, "ready")
	p := attach(t, proc.PID)
	exe, err := os.ReadFile(p.ExecutablePath())
	if err != nil {
		t.Fatal(err)
	}
	m := mapRegion(t, p, text)
	want := exe[m.Offset:min(len(exe), int(m.Offset)+int(m.End-m.Start))]
	for _, size := range []int{1, 8, 4096, 5000, len(want)} {
		buf := make([]byte, size)
		if n, err := p.ReadMemory(buf, m.Start+3); size < len(want)-3 && (n != size || err != nil || !bytes.Equal(buf, want[3:3+size])) {
			t.Errorf("read %d bytes: %d, %v", size, n, err)
		}
	}
	if n, err := p.ReadMemory(nil, 0); n != 0 || err != nil {
		t.Errorf("read nothing at 0: %d %v", n, err)
	}
	stack := mapRegion(t, p, func(m target.Mapping) bool { return m.Path == "[stack]" })
	for _, back := range []int{1, 100, 4096, 4097} {
		buf := make([]byte, 10000)
		n, err := p.ReadMemory(buf, stack.End-addr.Addr(back))
		var e *target.MemoryError
		if n != back || !errors.As(err, &e) || e.Op != "read" || e.Len != len(buf) || e.Addr != stack.End-addr.Addr(back) {
			t.Errorf("read across the end, %d of it good: %d %v", back, n, err)
		}
	}
	for _, bad := range []addr.Addr{0, 8, 1 << 46, 1 << 63, math.MaxUint64 - 3} {
		var e *target.MemoryError
		if n, err := p.ReadMemory(make([]byte, 8), bad); n != 0 || !errors.As(err, &e) {
			t.Errorf("read at %v: %d %v", bad, n, err)
		}
		if n, err := p.WriteMemory(bad, make([]byte, 8)); n != 0 || !errors.As(err, &e) || e.Op != "write" {
			t.Errorf("write at %v: %d %v", bad, n, err)
		}
	}
}

func TestWriteMemory(t *testing.T) {
	proc := testkit.Start(t, testkit.Build(t, "threads", testkit.Options{}))
	proc.WaitOutput(t, "ready")
	p := attach(t, proc.PID)
	m := mapRegion(t, p, text) // read-only for the program
	for _, size := range []int{1, 4095, 4096, 9000} {
		old, now := make([]byte, size), make([]byte, size)
		p.ReadMemory(old, m.End-addr.Addr(size))
		for i := range now {
			now[i] = ^old[i]
		}
		if n, err := p.WriteMemory(m.End-addr.Addr(size), now); n != size || err != nil {
			t.Errorf("write %d bytes: %d %v", size, n, err)
		}
		got := make([]byte, size)
		if p.ReadMemory(got, m.End-addr.Addr(size)); !bytes.Equal(got, now) {
			t.Errorf("%d bytes are not as written", size)
		}
		// What ptrace writes is what a kernel that protects the file allows.
		do(t, p, func() error {
			if n := p.poke(m.End-addr.Addr(size), old); n != size {
				return fmt.Errorf("poke wrote %d of %d bytes", n, size)
			}
			return nil
		})
		if p.ReadMemory(got, m.End-addr.Addr(size)); !bytes.Equal(got, old) {
			t.Errorf("%d bytes are not as poked", size)
		}
	}
}

func TestReadPieces(t *testing.T) {
	proc := testkit.Start(t, testkit.Build(t, "threads", testkit.Options{}))
	proc.WaitOutput(t, "ready")
	p := attach(t, proc.PID)
	m := mapRegion(t, p, text)
	all := make([]byte, m.End-m.Start)
	p.ReadMemory(all, m.Start)
	pieces := make([]target.Piece, 3000)
	for i := range pieces {
		pieces[i] = target.Piece{Addr: m.Start + addr.Addr(i*7), Buf: make([]byte, i%50), Err: io.EOF}
		switch i % 100 {
		case 13:
			pieces[i].Addr = 16
		case 77:
			pieces[i].Addr, pieces[i].Buf = m.Start, nil
		}
	}
	p.ReadPieces(pieces)
	for i, piece := range pieces {
		bad := i%100 == 13 && len(piece.Buf) > 0
		if bad != (piece.Err != nil) {
			t.Fatalf("piece %d: %v", i, piece.Err)
		}
		if at := int(piece.Addr - m.Start); !bad && !bytes.Equal(piece.Buf, all[at:at+len(piece.Buf)]) {
			t.Fatalf("piece %d is wrong", i)
		}
	}
	p.ReadPieces(nil)
}

func TestMapNear(t *testing.T) {
	proc := testkit.Start(t, testkit.Build(t, "threads", testkit.Options{}), "3")
	proc.WaitOutput(t, "ready")
	p := attach(t, proc.PID)
	maps, _ := p.Maps()
	for _, near := range []addr.Addr{maps[0].Start, maps[len(maps)/2].Start, maps[len(maps)-2].Start} {
		do(t, p, func() error {
			for _, th := range p.Threads() {
				a, err := p.MapNear(th, near, 5000)
				if err != nil {
					return err
				}
				if distance(uint64(a), near) > reach {
					t.Errorf("%v is too far from %v", a, near)
				}
				region := mapRegion(t, p, func(m target.Mapping) bool { return m.Start <= a && a+5000 <= m.End })
				if !region.Exec || !region.Read {
					t.Errorf("region %+v", region)
				}
				if n, err := p.WriteMemory(a, []byte("code")); n != 4 || err != nil {
					return err
				}
				if err := p.Unmap(th, a, 5000); err != nil {
					return err
				}
				if _, err := p.ReadMemory(make([]byte, 1), a); err == nil {
					t.Errorf("%v is mapped still", a)
				}
			}
			if _, err := p.MapNear(p.Threads()[0], near, 0); err == nil {
				t.Error("mapped nothing")
			}
			if _, err := p.MapNear(p.Threads()[0], 1<<62, 4096); err == nil {
				t.Error("mapped outside of the address space")
			}
			return nil
		})
	}
}

func TestGaps(t *testing.T) {
	maps := []target.Mapping{{Start: 0x400000, End: 0x600000}, {Start: 0x601000, End: 0x800000}, {Start: 0x40000000, End: 0x7fffffff0000}}
	for _, c := range []struct {
		near   addr.Addr
		length uint64
		want   addr.Addr
	}{
		{0x500000, 0x1000, 0x800000 + margin}, // the near gap is taken last, for want of a margin
		{0x30000000, 0x1000, 0x30000000},
		{0x3ffff000, 0x2000, 0x40000000 - margin - 0x2000},
	} {
		if got := gaps(maps, c.near, c.length); len(got) == 0 || got[0] != c.want {
			t.Errorf("gaps(%v, %#x) = %v, want %v first", c.near, c.length, got, c.want)
		}
	}
	if got := gaps(maps, 0x500000, 0x1000); got[len(got)-1] != 0x800000 && !strings.Contains(fmt.Sprint(got), "0x600000") {
		t.Errorf("gaps %v are without the one of a page", got)
	}
	if got := gaps(maps, 0x600000000000, 0x1000); len(got) != 0 {
		t.Errorf("gaps %v near a place without any", got)
	}
}

func FuzzParseMaps(f *testing.F) {
	own, _ := os.ReadFile("/proc/self/maps")
	f.Add(string(own))
	f.Add("400000-401000 r-xp 00000000 fe:00 17 /tmp/a b (deleted)\n7f0-8f0 ---s 0 0:0 0\n")
	f.Fuzz(func(t *testing.T, text string) {
		maps, err := parseMaps(text)
		if err == nil && len(maps) != strings.Count(text+"\n", "\n")-1 && strings.HasSuffix(text, "\n") {
			t.Errorf("%d lines, %d regions", strings.Count(text, "\n"), len(maps))
		}
		for _, m := range maps {
			if m.Start > m.End {
				t.Errorf("region %+v", m)
			}
		}
	})
}

func TestParseMaps(t *testing.T) {
	maps, err := parseMaps("400000-401000 r-xp 00002000 fe:00 17                 /tmp/a b (deleted)\n")
	want := target.Mapping{Start: 0x400000, End: 0x401000, Read: true, Exec: true, Offset: 0x2000, Path: "/tmp/a b", Deleted: true, Dev: "fe:00", Inode: 17}
	if err != nil || len(maps) != 1 || maps[0] != want {
		t.Errorf("parseMaps: %+v %v", maps, err)
	}
}

func TestAuxv(t *testing.T) {
	proc := testkit.Start(t, "/bin/sleep", "1000")
	p := attach(t, proc.PID)
	auxv, err := p.Auxv()
	if err != nil || len(auxv) < 16 {
		t.Fatalf("Auxv: %d bytes, %v", len(auxv), err)
	}
	for ; len(auxv) >= 16; auxv = auxv[16:] {
		if binary.LittleEndian.Uint64(auxv) == 6 { // AT_PAGESZ
			if size := binary.LittleEndian.Uint64(auxv[8:]); size != pageSize {
				t.Errorf("page size %d", size)
			}
			return
		}
	}
	t.Error("no page size in the auxiliary vector")
}

func BenchmarkRead4K(b *testing.B) {
	proc := testkit.Start(b, testkit.Build(b, "threads", testkit.Options{}))
	proc.WaitOutput(b, "ready")
	p := attach(b, proc.PID)
	m := mapRegion(b, p, text)
	buf := make([]byte, 4096)
	b.SetBytes(int64(len(buf)))
	for b.Loop() {
		if _, err := p.ReadMemory(buf, m.Start); err != nil {
			b.Fatal(err)
		}
	}
}
