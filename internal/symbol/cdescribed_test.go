package symbol_test

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"

	"github.com/tinydbg/tinydbg/internal/objfile"
	"github.com/tinydbg/tinydbg/internal/symbol"
)

const coldProgram = `#include <stdio.h>
#include <stdlib.h>

static int __attribute__((noinline)) twice(int n)
{
	return n * 2;
}

int __attribute__((noinline)) work(int n)
{
	if (__builtin_expect(n > 1000, 0)) {
		fprintf(stderr, "%d is too many\n", n);
		abort();
	}
	return twice(n) + 1;
}

int main(int argc, char **argv)
{
	printf("%d\n", work(argc));
	return 0;
}
`

// TestFunctionsWithoutSymbolTable wants the functions of C programs whose symbol
// table is gone from their debug information: those, and at those places, that the
// table has in the whole file.
func TestFunctionsWithoutSymbolTable(t *testing.T) {
	ways := map[string]func(data []byte, header int, table elf.SectionHeader){
		"no table": func(data []byte, header int, _ elf.SectionHeader) {
			binary.LittleEndian.PutUint32(data[header+4:], uint32(elf.SHT_NULL))
		},
		"an empty one": func(data []byte, _ int, table elf.SectionHeader) {
			clear(data[table.Offset : table.Offset+table.Size])
		},
		"names elsewhere": func(data []byte, header int, _ elf.SectionHeader) {
			binary.LittleEndian.PutUint32(data[header+40:], 0xffff)
		},
	}
	for _, compiler := range compilers {
		for _, flags := range [][]string{{"-g", "-O0"}, {"-g", "-gdwarf-4", "-O2"}} {
			t.Run(compiler+flags[len(flags)-1], func(t *testing.T) {
				bin := buildSourceWith(t, compiler, coldProgram, flags...)
				for way, damage := range ways {
					t.Run(way, func(t *testing.T) { compareFunctions(t, bin, withoutTable(t, bin, damage)) })
				}
			})
		}
	}
}

func compareFunctions(t *testing.T, whole, damaged string) {
	full, f := openFile(t, whole), openFile(t, damaged)
	for _, name := range []string{"main", "work", "twice", "work.cold"} {
		want, got := full.FuncNamed(name), f.FuncNamed(name)
		if want == nil {
			continue // the compiler has put nothing elsewhere
		}
		if got == nil || got.Entry != want.Entry || got.End != want.End {
			t.Errorf("%s is %+v, want %+v", name, got, want)
			continue
		}
		if at := f.FuncAt(got.End - 1); at == nil || at.Name != name {
			t.Errorf("at the end of %s is %+v", name, at)
		}
		wantLine, _ := full.Line(full.PrologueEnd(want))
		if line, ok := f.Line(f.PrologueEnd(got)); !ok || line != wantLine {
			t.Errorf("%s begins at %+v, want %+v", name, line, wantLine)
		}
	}
	if f.FuncNamed("nosuch") != nil {
		t.Error("a function that is not there is found")
	}
}

// withoutTable copies a program and damages the copy's table of symbols.
func withoutTable(t testing.TB, bin string, damage func(data []byte, header int, table elf.SectionHeader)) string {
	t.Helper()
	data, err := os.ReadFile(bin)
	if err != nil {
		t.Fatal(err)
	}
	e, err := elf.NewFile(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	headers := int(binary.LittleEndian.Uint64(data[0x28:]))
	for i, s := range e.Sections {
		if s.Type == elf.SHT_SYMTAB {
			damage(data, headers+64*i, s.SectionHeader)
		}
	}
	path := filepath.Join(t.TempDir(), "damaged")
	if err := os.WriteFile(path, data, 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// FuzzDescribedFunctions changes bytes of a C program whose table of symbols is
// gone, where its functions are described.
func FuzzDescribedFunctions(f *testing.F) {
	bin := buildSourceWith(f, "gcc", coldProgram, "-g", "-O2")
	gone := func(data []byte, header int, _ elf.SectionHeader) {
		binary.LittleEndian.PutUint32(data[header+4:], uint32(elf.SHT_NULL))
	}
	good, err := os.ReadFile(withoutTable(f, bin, gone))
	if err != nil {
		f.Fatal(err)
	}
	e, err := elf.NewFile(bytes.NewReader(good))
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range []string{".debug_info", ".debug_abbrev", ".debug_rnglists", ".debug_ranges"} {
		if s := e.Section(name); s != nil {
			f.Add(uint32(s.Offset), []byte{0xff, 0xff, 0xff, 0xff, 0xff})
			f.Add(uint32(s.Offset+s.Size/2), []byte{1, 2, 3})
		}
	}
	f.Fuzz(func(t *testing.T, off uint32, patch []byte) {
		bad := bytes.Clone(good)
		copy(bad[off%uint32(len(bad)):], patch)
		obj, err := objfile.Read("fuzz", bytes.NewReader(bad), int64(len(bad)))
		if err != nil {
			return
		}
		file := symbol.New(obj, symbol.Options{DebugDirs: []string{}})
		defer file.Close()
		for _, fn := range file.Funcs() {
			if fn.End <= fn.Entry || fn.Name == "" {
				t.Errorf("function %+v", fn)
			}
		}
	})
}
