package info_test

import (
	"encoding/binary"
	"slices"
	"testing"

	"github.com/tinydbg/tinydbg/internal/dwarf/info"
	"github.com/tinydbg/tinydbg/internal/objfile"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// keeper is the sections of a file, with what was kept of them.
type keeper struct {
	*objfile.File
	kept []byte
	asks int
}

func (k *keeper) DebugSection(name string) ([]byte, error) { return k.Section(name) }
func (k *keeper) DropDebugSection(string)                  { k.asks++ }
func (k *keeper) Kept() ([]byte, bool)                     { return k.kept, k.kept != nil }
func (k *keeper) Keep(data []byte)                         { k.kept = slices.Clone(data) }

func openKept(t *testing.T, k *keeper) *info.Data {
	t.Helper()
	d, err := info.Open(k, binary.LittleEndian)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestKeptUnits: what is read from a list that was kept is what a walk finds.
func TestKeptUnits(t *testing.T) {
	for _, v := range testkit.Versions() {
		file, err := objfile.Open(testkit.Build(t, "hello", testkit.Options{Go: v}))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { file.Close() })
		k := &keeper{File: file}
		plain := openKept(t, k)
		at := func(d *info.Data, pc uint64) (offs []info.Offset) {
			for _, u := range d.UnitsAt(pc) {
				offs = append(offs, u.Off)
			}
			return offs
		}
		at(plain, 0)
		if k.kept == nil {
			t.Fatal("nothing is kept")
		}
		k.asks = 0
		kept := openKept(t, k)
		if len(kept.Units()) != len(plain.Units()) {
			t.Fatalf("%s: %d units, want %d", v, len(kept.Units()), len(plain.Units()))
		}
		for i, u := range plain.Units() {
			got := kept.Units()[i]
			if got.Off != u.Off || got.Size() != u.Size() || got.Version != u.Version || got.AddrSize != u.AddrSize || got.Is64 != u.Is64 {
				t.Fatalf("%s: unit %d is %+v, want %+v", v, i, got, u)
			}
		}
		for i, u := range plain.Units() {
			if got := kept.Units()[i]; got.Name() != u.Name() || got.LowPC() != u.LowPC() {
				t.Errorf("%s: unit %d is %s at %#x, want %s at %#x", v, i, got.Name(), got.LowPC(), u.Name(), u.LowPC())
			}
			for _, pc := range []uint64{u.LowPC() - 1, u.LowPC(), u.LowPC() + 1} {
				if want, got := at(plain, pc), at(kept, pc); !slices.Equal(got, want) {
					t.Errorf("%s: %#x is in units %v, want %v", v, pc, got, want)
				}
			}
		}
		if k.asks > 0 {
			t.Errorf("%s: the section was gone through", v)
		}
	}
}

// FuzzKeptUnits: whatever the list is, it is either refused, or can be asked.
func FuzzKeptUnits(f *testing.F) {
	file, err := objfile.Open(testkit.Build(f, "hello", testkit.Options{}))
	if err != nil {
		f.Fatal(err)
	}
	defer file.Close()
	k := &keeper{File: file}
	d, err := info.Open(k, binary.LittleEndian)
	if err != nil {
		f.Fatal(err)
	}
	d.UnitsAt(0)
	f.Add(k.kept)
	f.Add([]byte{1, 0, 0, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, list []byte) {
		d, err := info.Open(&keeper{File: file, kept: list}, binary.LittleEndian)
		if err != nil {
			return
		}
		for _, u := range d.Units()[:min(len(d.Units()), 8)] {
			for _, at := range d.UnitsAt(u.LowPC()) {
				_, _ = at.Entry(at.Off)
			}
		}
	})
}
