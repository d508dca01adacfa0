package line_test

import (
	"debug/dwarf"
	"debug/elf"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/tinydbg/tinydbg/internal/dwarf/line"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

func TestMain(m *testing.M) { os.Exit(testkit.Main(m)) }

// sections of a program that line tables are made of.
type sections struct {
	line []byte
	line.Strings
	data *dwarf.Data
}

func read(t testing.TB, bin string) sections {
	t.Helper()
	f, err := elf.Open(bin)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	get := func(name string) []byte {
		if s := f.Section(name); s != nil {
			data, err := s.Data()
			if err != nil {
				t.Fatal(err)
			}
			return data
		}
		return nil
	}
	data, err := f.DWARF()
	if err != nil {
		t.Fatal(err)
	}
	return sections{get(".debug_line"), line.Strings{Str: get(".debug_str"), LineStr: get(".debug_line_str")}, data}
}

func programs(t testing.TB) map[string]string {
	t.Helper()
	bins := map[string]string{}
	for _, v := range testkit.Versions() {
		bins["go"+v] = testkit.Build(t, "hello", testkit.Options{Go: v, Optimized: true})
	}
	cc, err := exec.LookPath("gcc")
	if err != nil {
		t.Log("gcc is not installed")
		return bins
	}
	for _, flag := range []string{"-gdwarf-2", "-gdwarf-3", "-gdwarf-4", "-gdwarf-5", "-gdwarf64"} {
		dir := t.TempDir()
		src, bin := filepath.Join(dir, "prog.c"), filepath.Join(dir, "prog")
		if err := os.WriteFile(src, []byte("int f(int n)\n{\n\treturn n\n\t\t+ 1;\n}\n\nint main(int n, char **v)\n{\n\twhile (n < 10)\n\t\tn = f(n);\n\treturn n;\n}\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command(cc, "-g", flag, "-o", bin, src).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		bins[flag] = bin
	}
	return bins
}

// TestLikeStandardLibrary wants the rows and files that debug/dwarf finds.
func TestLikeStandardLibrary(t *testing.T) {
	for name, bin := range programs(t) {
		s := read(t, bin)
		headers, err := line.Headers(s.line, binary.LittleEndian, func() {})
		if err != nil {
			t.Fatal(name, err)
		}
		byOff := map[uint64]*line.Header{}
		for _, h := range headers {
			byOff[h.Off] = h
		}
		rows := 0
		r := s.data.Reader()
		for {
			e, err := r.Next()
			if err != nil {
				t.Fatal(name, err)
			}
			if e == nil {
				break
			}
			r.SkipChildren()
			off, ok := e.Val(dwarf.AttrStmtList).(int64)
			if e.Tag != dwarf.TagCompileUnit || !ok {
				continue
			}
			dir, _ := e.Val(dwarf.AttrCompDir).(string)
			rows += compare(t, name, s, e, byOff[uint64(off)], dir)
		}
		if rows == 0 {
			t.Errorf("%s: nothing to compare", name)
		}
	}
}

func compare(t *testing.T, name string, s sections, unit *dwarf.Entry, h *line.Header, dir string) (rows int) {
	t.Helper()
	if h == nil {
		t.Fatalf("%s: no header for a unit", name)
	}
	std, err := s.data.LineReader(unit)
	if err != nil {
		t.Fatal(name, err)
	}
	files, err := h.Files(s.line, s.Strings, dir)
	if err != nil {
		t.Fatal(name, err)
	}
	err = h.Run(s.line, h.Program(), func(got line.Row) bool {
		var want dwarf.LineEntry
		if err := std.Next(&want); err != nil {
			t.Fatalf("%s: row %+v, the standard library says %v", name, got, err)
		}
		rows++
		if got.Addr != want.Address || got.End != want.EndSequence || !got.End && (got.Line != want.Line || got.Stmt != want.IsStmt || got.PrologueEnd != want.PrologueEnd) {
			t.Fatalf("%s: row %+v, the standard library says %+v", name, got, want)
		}
		if !got.End && files.Name(got.File) != want.File.Name {
			t.Fatalf("%s: file %q, the standard library says %q", name, files.Name(got.File), want.File.Name)
		}
		return true
	})
	if err != nil {
		t.Fatal(name, err)
	}
	if err := std.Next(new(dwarf.LineEntry)); !errors.Is(err, io.EOF) {
		t.Errorf("%s: the standard library has more rows: %v", name, err)
	}
	return rows
}

func TestErrors(t *testing.T) {
	for name, data := range map[string][]byte{
		"cut":     {1, 2},
		"long":    {0xff, 0, 0, 0, 5, 0},
		"version": {8, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0},
		"header":  {8, 0, 0, 0, 2, 0, 0xff, 0, 0, 0, 0, 0},
	} {
		var want *line.Error
		if _, err := line.ParseHeader(data, 0, binary.LittleEndian); !errors.As(err, &want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzLine reads whatever there is.
func FuzzLine(f *testing.F) {
	for _, bin := range programs(f) {
		s := read(f, bin)
		headers, err := line.Headers(s.line, binary.LittleEndian, func() {})
		if err != nil {
			f.Fatal(err)
		}
		// The smallest units make the best seeds.
		for _, h := range headers {
			if h.End-h.Off < 4000 {
				f.Add(s.line[h.Off:h.End], s.Str[:min(len(s.Str), 200)], s.LineStr[:min(len(s.LineStr), 200)])
			}
		}
	}
	f.Fuzz(func(t *testing.T, data, str, lineStr []byte) {
		headers, _ := line.Headers(data, binary.LittleEndian, func() {})
		for _, h := range headers {
			if h.End > uint64(len(data)) || h.Program() > h.End {
				t.Fatalf("unit from %#x to %#x, program at %#x, of %#x", h.Off, h.End, h.Program(), len(data))
			}
			rows := 0
			h.Run(data, h.Program(), func(line.Row) bool {
				if rows++; rows > len(data) {
					t.Fatal("more rows than bytes")
				}
				return true
			})
			if files, err := h.Files(data, line.Strings{Str: str, LineStr: lineStr}, "/dir"); err == nil {
				files.Name(1)
				if len(files.Names()) > len(data) {
					t.Fatal("more files than bytes")
				}
			}
		}
	})
}
