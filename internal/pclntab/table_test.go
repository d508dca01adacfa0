package pclntab_test

import (
	"debug/elf"
	"errors"
	"os"
	"testing"

	"github.com/tinydbg/tinydbg/internal/pclntab"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

func TestMain(m *testing.M) { os.Exit(testkit.Main(m)) }

// sample is the table of a real program, and the start of its text.
func sample(t testing.TB, o testkit.Options) (table []byte, text uint64) {
	t.Helper()
	f, err := elf.Open(testkit.Build(t, "hello", o))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	table, err = f.Section(".gopclntab").Data()
	if err != nil {
		t.Fatal(err)
	}
	return table, f.Section(".text").Addr
}

var errRead = errors.New("beyond the end")

func reader(data []byte) pclntab.ReadFunc {
	return func(buf []byte, off uint64) error {
		if off > uint64(len(data)) || uint64(len(buf)) > uint64(len(data))-off {
			return errRead
		}
		copy(buf, data[off:])
		return nil
	}
}

// noTree stands for a go:func.* that is all zeros.
func noTree(buf []byte, off uint64) error {
	if off > 1<<24 {
		return errRead
	}
	clear(buf)
	return nil
}

func TestTable(t *testing.T) {
	for _, v := range testkit.Versions() {
		data, text := sample(t, testkit.Options{Go: v})
		tab, err := pclntab.New(reader(data), uint64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		tab.SetText(text)
		off, ok := tab.NameOff("main.main")
		if !ok {
			t.Fatalf("%s: no main.main", v)
		}
		rows, err := tab.RowsOf(off)
		if err != nil || len(rows) != 1 {
			t.Fatalf("%s: main.main is in rows %v, %v", v, rows, err)
		}
		fn, err := tab.Func(int(rows[0]))
		if err != nil || fn.Name() != "main.main" {
			t.Fatalf("%s: %+v, %v", v, fn, err)
		}
		if row, ok, err := tab.Find(fn.Entry + 1); row != int(rows[0]) || !ok || err != nil {
			t.Errorf("%s: Find says %d, %v, %v", v, row, ok, err)
		}
		if d, ok := fn.SPDelta(fn.Entry); d != 0 || !ok {
			t.Errorf("%s: SP at the entry is %d, %v", v, d, ok)
		}
		list := fn.Rows(nil)
		if len(list) < 3 || list[0].Start != fn.Entry || list[len(list)-1].End != fn.End() {
			t.Errorf("%s: rows %+v of a function from %#x to %#x", v, list, fn.Entry, fn.End())
		}
		for i, r := range list {
			if i > 0 && r.Start != list[i-1].End {
				t.Errorf("%s: hole before row %+v", v, r)
			}
		}
	}
}

func TestErrors(t *testing.T) {
	data, _ := sample(t, testkit.Options{})
	for name, change := range map[string]func([]byte) []byte{
		"empty":     func(b []byte) []byte { return nil },
		"cut":       func(b []byte) []byte { return b[:40] },
		"magic":     func(b []byte) []byte { b[0] = 0xfb; return b },
		"functions": func(b []byte) []byte { b[13] = 0xff; return b },
		"order":     func(b []byte) []byte { b[32+3] = 0xff; return b },
		"pointers":  func(b []byte) []byte { b[7] = 4; return b },
	} {
		bad := change(append([]byte(nil), data...))
		var want *pclntab.Error
		if _, err := pclntab.New(reader(bad), uint64(len(bad))); !errors.As(err, &want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzTable changes bytes of a real table and asks everything.
func FuzzTable(f *testing.F) {
	data, text := sample(f, testkit.Options{Optimized: true, Flags: []string{"-ldflags=-s -w"}})
	f.Add(uint32(0), []byte{})
	f.Add(uint32(8), []byte{0xff, 0xff, 0xff})
	for off := uint32(0x20); off < 0x60; off += 8 {
		f.Add(off, []byte{1, 0, 0, 0, 1})
	}
	f.Add(uint32(len(data)-4096), make([]byte, 64))
	f.Fuzz(func(t *testing.T, off uint32, patch []byte) {
		bad := append([]byte(nil), data...)
		copy(bad[off%uint32(len(bad)):], patch)
		ask(bad, text)
		ask(patch, 0)
	})
}

func ask(data []byte, text uint64) {
	tab, err := pclntab.New(reader(data), uint64(len(data)))
	if err != nil {
		return
	}
	tab.SetText(text)
	for row := 0; row < tab.Len(); row += 1 + tab.Len()/50 {
		fn, err := tab.Func(row)
		if err != nil {
			continue
		}
		fn.Name()
		end := fn.End()
		for _, pc := range []uint64{fn.Entry, end - 1, fn.Next, 0} {
			tab.Find(pc)
			fn.Line(pc)
			fn.SPDelta(pc)
			fn.Calls(noTree, pc)
		}
		fn.SPRuns(4)
		for _, r := range fn.Rows(nil) {
			tab.FileName(r.FileOff)
		}
	}
	tab.Files()
	if off, ok := tab.NameOff("main.main"); ok {
		tab.RowsOf(off)
		tab.InlinedAs(noTree, off)
		if last := tab.Len() - 1; last >= 0 {
			tab.InlinedIn(noTree, last, off)
		}
	}
	tab.InlinedNames(noTree)
	tab.EachName(func(int32, string) bool { return true })
	if off, ok := tab.FileOff("/usr/local/go/src/runtime/proc.go"); ok {
		tab.RowsWithLine(off, 100)
	}
}
