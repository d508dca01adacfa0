package info_test

import (
	"debug/dwarf"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/tinydbg/tinydbg/internal/dwarf/info"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// sections is an info.Source.
type sections map[string][]byte

func (sections) DropDebugSection(string) {}

func (s sections) DebugSection(name string) ([]byte, error) {
	if b := s[name]; b != nil {
		return b, nil
	}
	return nil, fmt.Errorf("no section %s", name)
}

func load(t testing.TB, path string) (sections, *dwarf.Data) {
	t.Helper()
	f, err := elf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s := sections{}
	for _, sec := range f.Sections {
		if len(sec.Name) > 7 && sec.Name[:7] == ".debug_" {
			if s[sec.Name], err = sec.Data(); err != nil {
				t.Fatal(err)
			}
		}
	}
	d, err := f.DWARF()
	if err != nil {
		t.Fatal(err)
	}
	return s, d
}

const program = `
#include <stdio.h>
#include <complex.h>
typedef struct node { struct node *next; unsigned a : 3, b : 7; union { int i; float f; } u; char name[4][5]; } node;
enum colour { RED = -1, GREEN = 5 };
typedef int (*handler)(const char *, ...);
static __thread int tls = 3;
const volatile long double big = 1;
static inline int twice(int x) { int y = x * 2; return y + tls; }
int use(node *n, enum colour c, handler h, _Bool ok, double _Complex z) {
	static int calls;
	int sum = 0;
	for (int i = 0; i < 3; i++) { int t = twice(i); sum += t; calls++; }
	return sum + (n ? n->a : 0) + (ok ? (int)creal(z) : c) + (h ? h("") : 0) + calls;
}
int main(void) { node n = {0}; return use(&n, GREEN, printf, 1, 2.0); }
`

// cFlags make builds that differ in their DWARF.
var cFlags = [][]string{
	{"-gdwarf-5", "-O0"}, {"-gdwarf-5", "-O2"}, {"-gdwarf-4", "-O2"}, {"-gdwarf-3", "-O1"}, {"-gdwarf-2", "-O0"},
	{"-gdwarf-5", "-gdwarf64", "-O2"}, {"-gdwarf-5", "-O2", "-fdebug-types-section"},
}

// cPrograms are builds of the program.
func cPrograms(t testing.TB, builds ...[]string) map[string]string {
	t.Helper()
	gcc, err := exec.LookPath("gcc")
	if err != nil {
		t.Log("gcc is not installed: only Go programs are looked at")
		return nil
	}
	dir := t.TempDir()
	src := filepath.Join(dir, "main.c")
	if err := os.WriteFile(src, []byte(program), 0o644); err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, flags := range builds {
		bin := filepath.Join(dir, fmt.Sprint("bin", len(out)))
		if msg, err := exec.Command(gcc, append(flags, "-o", bin, src)...).CombinedOutput(); err != nil {
			t.Fatalf("gcc: %v\n%s", err, msg)
		}
		out[fmt.Sprint(flags)] = bin
	}
	return out
}

// TestEntriesAgreeWithStdlib compares every entry, its nesting, names, ranges
// and references.
func TestEntriesAgreeWithStdlib(t *testing.T) {
	programs := cPrograms(t, cFlags...)
	if programs == nil {
		programs = map[string]string{}
	}
	for _, v := range testkit.Versions() {
		programs[v] = testkit.Build(t, "hello", testkit.Options{Go: v, Optimized: true})
	}
	for name, path := range programs {
		t.Run(name, func(t *testing.T) {
			src, std := load(t, path)
			d, err := info.Open(src, binary.LittleEndian)
			if err != nil {
				t.Fatal(err)
			}
			r := std.Reader()
			for _, u := range d.Units() {
				compareUnit(t, u, std, r)
			}
			if e, _ := r.Next(); e != nil {
				t.Errorf("entry at %#x was not seen", e.Offset)
			}
		})
	}
}

func compareUnit(t *testing.T, u *info.Unit, std *dwarf.Data, r *dwarf.Reader) {
	t.Helper()
	c, err := u.Entries()
	if err != nil {
		t.Fatal(err)
	}
	depth := 0
	for e := c.Next(); e != nil; e = c.Next() {
		want, err := r.Next()
		for ; err == nil && want != nil && want.Tag == 0; want, err = r.Next() {
			depth--
		}
		if err != nil || want == nil {
			t.Fatalf("%#x: debug/dwarf has %v, %v", e.Off, want, err)
		}
		if uint32(e.Off) != uint32(want.Offset) || uint32(e.Tag) != uint32(want.Tag) || c.Depth() != depth || e.Children != want.Children {
			t.Fatalf("%#x: tag %#x depth %d, want %#x: tag %#x depth %d", e.Off, uint16(e.Tag), c.Depth(), want.Offset, uint32(want.Tag), depth)
		}
		compareEntry(t, u, e, std, want)
		if e.Children {
			depth++
		}
	}
	if err := c.Err(); err != nil {
		t.Fatal(err)
	}
	// debug/dwarf gives the ends of lists, too.
	for ; depth > 0; depth-- {
		if e, err := r.Next(); err != nil || e == nil || e.Tag != 0 {
			t.Fatalf("unit at %#x: debug/dwarf has %v, %v after its end", u.Off, e, err)
		}
	}
}

func compareEntry(t *testing.T, u *info.Unit, e *info.Entry, std *dwarf.Data, want *dwarf.Entry) {
	t.Helper()
	if name, _ := want.Val(dwarf.AttrName).(string); name != e.String(info.AtName) {
		t.Errorf("%#x: name %q, want %q", e.Off, e.String(info.AtName), name)
	}
	if ref, ok := want.Val(dwarf.AttrType).(dwarf.Offset); ok {
		if got, ok := e.Ref(info.AtType); !ok || got != info.Offset(ref) {
			t.Errorf("%#x: type at %#x, want %#x", e.Off, got, ref)
		}
	}
	ranges, err := std.Ranges(want)
	if err != nil {
		t.Fatal(err)
	}
	var nonEmpty [][2]uint64
	for _, r := range ranges {
		if r[0] < r[1] {
			nonEmpty = append(nonEmpty, r)
		}
	}
	got, err := u.Ranges(e)
	if err != nil || len(got) != len(nonEmpty) {
		t.Errorf("%#x: ranges %v, %v, want %v", e.Off, got, err, ranges)
		return
	}
	for i, r := range got {
		if nonEmpty[i] != [2]uint64{r.Low, r.High} {
			t.Errorf("%#x: ranges %v, want %v", e.Off, got, ranges)
		}
	}
}

// TestSkipChildren: skipping gives the same siblings as walking.
func TestSkipChildren(t *testing.T) {
	src, _ := load(t, testkit.Build(t, "hello", testkit.Options{}))
	d, err := info.Open(src, binary.LittleEndian)
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range d.Units() {
		var walked, skipped []info.Offset
		c, _ := u.Entries()
		for e := c.Next(); e != nil; e = c.Next() {
			if c.Depth() == 1 {
				walked = append(walked, e.Off)
			}
		}
		c, _ = u.Entries()
		c.Next()
		for e := c.Next(); e != nil; e = c.Next() {
			skipped = append(skipped, e.Off)
			c.SkipChildren()
		}
		if fmt.Sprint(walked) != fmt.Sprint(skipped) {
			t.Fatalf("%s: %d entries walked, %d skipped", u.Name(), len(walked), len(skipped))
		}
	}
}

func TestErrorsNamePlaces(t *testing.T) {
	for _, c := range []struct {
		src  sections
		want string
	}{
		{sections{}, "no section .debug_info"},
		{sections{".debug_info": {1}}, ".debug_info at offset 0x0: 4 bytes wanted, 1 left"},
		{sections{".debug_info": {7, 0, 0, 0, 9, 0, 0, 0, 0, 0, 8}}, ".debug_info at offset 0x6: DWARF version 9"},
	} {
		if _, err := info.Open(c.src, binary.LittleEndian); err == nil || err.Error() != c.want {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
}

// TestGoRecordsNoCalls: what docs/symbols.md says of arguments at a function's
// entry holds as long as Go's compiler writes no call sites.
func TestGoRecordsNoCalls(t *testing.T) {
	for _, v := range testkit.Versions() {
		sections, _ := load(t, testkit.Build(t, "hello", testkit.Options{Go: v, Optimized: true}))
		d, err := info.Open(sections, binary.LittleEndian)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, u := range d.Units() {
			c, err := u.Entries()
			if err != nil {
				t.Fatal(err)
			}
			for e := c.Next(); e != nil && u.IsGo(); e = c.Next() {
				n++
				switch e.Tag {
				case info.TagCallSite, info.TagCallSiteParameter, info.TagGNUCallSite, info.TagGNUCallSiteParam:
					t.Fatalf("%s: there is a call site at %#x of .debug_info", v, e.Off)
				}
			}
		}
		if n == 0 {
			t.Errorf("%s: no entries", v)
		}
	}
}

func FuzzInfo(f *testing.F) {
	add := func(path string) {
		s, _ := load(f, path)
		cut := func(name string) []byte { b := s[name]; return b[:min(len(b), 3000)] }
		f.Add(cut(".debug_info"), cut(".debug_abbrev"), append(cut(".debug_rnglists"), cut(".debug_ranges")...), cut(".debug_addr"), cut(".debug_str"))
	}
	// Each worker comes by here: one C program must do.
	for _, path := range cPrograms(f, []string{"-gdwarf-5", "-O2"}) {
		add(path)
	}
	add(testkit.Build(f, "hello", testkit.Options{}))
	f.Fuzz(func(t *testing.T, data, abbrev, lists, addrs, str []byte) {
		d, err := info.Open(sections{
			".debug_info": data, ".debug_abbrev": abbrev, ".debug_rnglists": lists, ".debug_ranges": lists,
			".debug_addr": addrs, ".debug_str": str, ".debug_line_str": str, ".debug_str_offsets": addrs,
			".debug_loc": lists, ".debug_loclists": lists,
		}, binary.LittleEndian)
		if err != nil {
			return
		}
		d.UnitsAt(0x1000)
		for _, u := range d.Units() {
			c, err := u.Entries()
			if err != nil {
				continue
			}
			for e := c.Next(); e != nil; e = c.Next() {
				e.String(info.AtName)
				u.Ranges(e)
				if ref, ok := e.Ref(info.AtType); ok {
					d.Entry(ref)
				}
				if loc := e.Field(info.AtLocation); loc != nil {
					loc.Location(0x1000)
				}
			}
			if c, err := u.Entries(); err == nil {
				for e := c.Next(); e != nil; e = c.Next() {
					c.SkipChildren()
				}
			}
		}
	})
}
