package symbol_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

const cProgram = `#include <stdio.h>

static int twice(int n)
{
	return n * 2;
}

int work(int n)
{
	int sum = 0;
	for (int i = 0; i < n; i++)
		sum += twice(i);
	return sum;
}

int main(int argc, char **argv)
{
	printf("%d\n", work(argc));
	return 0;
}
`

// buildC compiles cProgram with the first compiler there is.
func buildC(t *testing.T, flags ...string) string {
	t.Helper()
	for _, cc := range compilers {
		if _, err := exec.LookPath(cc); err == nil {
			return buildCWith(t, cc, flags...)
		}
	}
	t.Skip("no C compiler is installed")
	return ""
}

var compilers = []string{"gcc", "clang"}

func buildCWith(t *testing.T, cc string, flags ...string) string {
	t.Helper()
	return buildSourceWith(t, cc, cProgram, flags...)
}

func buildSourceWith(t testing.TB, cc, source string, flags ...string) string {
	t.Helper()
	if _, err := exec.LookPath(cc); err != nil {
		t.Skip("no C compiler: ", err)
	}
	dir := t.TempDir()
	src, bin := filepath.Join(dir, "prog.c"), filepath.Join(dir, "prog")
	if err := os.WriteFile(src, []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
	// A relative name is what makefiles use.
	cmd := exec.Command(cc, append(flags, "-o", bin, "prog.c")...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return bin
}

func TestCLines(t *testing.T) {
	for _, compiler := range compilers {
		testCLines(t, compiler)
	}
}

func testCLines(t *testing.T, compiler string) {
	for _, flags := range [][]string{
		{"-g", "-gdwarf-5", "-O0"},
		{"-g", "-gdwarf-4", "-O0"},
		{"-g", "-gdwarf-5", "-O2"},
		{"-g", "-gdwarf-4", "-O2", "-static"},
		{"-g", "-gdwarf-2", "-O0", "-gz"},
		{"-g", "-O1", "-ffunction-sections", "-no-pie"},
	} {
		t.Run(compiler+" "+strings.Join(flags, " "), func(t *testing.T) {
			plain := slices.Contains(flags, "-O0")
			bin := buildCWith(t, compiler, flags...)
			f := openFile(t, bin)
			src := filepath.Join(filepath.Dir(bin), "prog.c")
			work, main := f.FuncNamed("work"), f.FuncNamed("main")
			if work == nil || main == nil || work.IsGo() || f.IsGo() {
				t.Fatalf("work %+v, main %+v", work, main)
			}
			if f.FuncAt(work.Entry+1) != work || work.Package() != "" || work.BaseName() != "work" {
				t.Errorf("work is %+v, at its address %+v", work, f.FuncAt(work.Entry+1))
			}
			compareAddr2line(t, f, bin, []*symbol.Func{work, main})
			if files := f.NearestFiles("prog.c"); len(files) != 1 || files[0] != src {
				t.Errorf("files like prog.c: %q, want %s", files, src)
			}
			list := f.PCsOf(src, 10)
			if len(list) == 0 && plain {
				t.Error("no place for line 10")
			}
			for _, p := range list {
				// Optimised code may have several lines at one address.
				if pos, _ := f.Line(p.PC); plain && (p.Func != work || pos.Line != 10) {
					t.Errorf("line 10 is at %+v, which is %+v", p, pos)
				}
			}
			end := f.PrologueEnd(work)
			if pos, _ := f.Line(end); end < work.Entry || end >= work.End || pos.Line < 8 || pos.Line > 12 {
				t.Errorf("prologue of work at %v ends at %v, %+v", work.Entry, end, pos)
			}
			if plain {
				if pos, _ := f.Line(end); pos.Line != 10 {
					t.Errorf("prologue of work ends at %+v", pos)
				}
			}
		})
	}
}

// compareAddr2line wants the lines that binutils find, for every address.
func compareAddr2line(t *testing.T, f *symbol.File, bin string, funcs []*symbol.Func) {
	t.Helper()
	if _, err := exec.LookPath("addr2line"); err != nil {
		t.Log("addr2line is not installed")
		return
	}
	var in bytes.Buffer
	var pcs []addr.FileAddr
	for _, fn := range funcs {
		for pc := fn.Entry; pc < fn.End; pc++ {
			pcs = append(pcs, pc)
			fmt.Fprintf(&in, "%#x\n", uint64(pc))
		}
	}
	cmd := exec.Command("addr2line", "-e", bin)
	cmd.Stdin = &in
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	scan := bufio.NewScanner(bytes.NewReader(out))
	for _, pc := range pcs {
		scan.Scan()
		want, _, _ := strings.Cut(scan.Text(), " (")
		pos, _ := f.Line(pc)
		if strings.Contains(want, "?") {
			continue // binutils are confused by cgo's #line directives
		}
		if got := fmt.Sprintf("%s:%d", pos.File, pos.Line); got != want {
			t.Errorf("line of %v is %s, addr2line says %s", pc, got, want)
		}
	}
}

func TestCgo(t *testing.T) {
	if _, err := exec.LookPath("gcc"); err != nil {
		t.Skip("cgo needs gcc:", err)
	}
	for _, v := range testkit.Versions() {
		bin := testkit.Build(t, "calls_c", testkit.Options{Go: v, Env: []string{"CGO_ENABLED=1", "CGO_CFLAGS=-g -O0"}})
		f := openFile(t, bin)
		fn := f.FuncNamed("c_sum")
		if fn == nil || fn.IsGo() {
			t.Fatalf("%s: c_sum is %+v", v, fn)
		}
		pos, ok := f.Line(f.PrologueEnd(fn))
		if !ok || filepath.Base(pos.File) != "main.go" || pos.Line < 5 || pos.Line > 12 {
			t.Errorf("%s: c_sum is at %+v", v, pos)
		}
		compareAddr2line(t, f, bin, []*symbol.Func{fn})
		if fn := f.FuncNamed("main.main"); fn == nil || !fn.IsGo() {
			t.Errorf("%s: main.main is %+v", v, fn)
		}
		if name, _, ok := f.ELFSymbolAt(fn.Entry + 1); !ok || name != "c_sum" {
			t.Errorf("%s: ELF symbol in c_sum is %q", v, name)
		}
		if a, size, ok := f.ELFSymbol("c_sum"); !ok || a != fn.Entry || size == 0 {
			t.Errorf("%s: ELF symbol c_sum is %v, %d bytes, %v", v, a, size, ok)
		}
	}
}

// TestSplitDebugInfo: variables that are in .dwo files are said to be there.
func TestSplitDebugInfo(t *testing.T) {
	for _, compiler := range compilers {
		for _, version := range []string{"-gdwarf-4", "-gdwarf-5"} {
			t.Run(compiler+version, func(t *testing.T) {
				f := openFile(t, buildCWith(t, compiler, "-g", version, "-gsplit-dwarf"))
				work := f.FuncNamed("work")
				pc := f.PrologueEnd(work)
				if pos, ok := f.Line(pc); !ok || pos.Line != 10 {
					t.Errorf("work is at %+v", pos)
				}
				var split *symbol.SplitError
				vars, err := f.Vars(pc)
				if !errors.As(err, &split) || filepath.Ext(split.File) != ".dwo" || len(vars) > 0 {
					t.Errorf("variables of work: %v, %v", vars, err)
				}
			})
		}
	}
}

// TestSeparateDebugFile strips a program as distributions do.
func TestSeparateDebugFile(t *testing.T) {
	bin := buildC(t, "-g", "-O0", "-Wl,--build-id")
	full := openFile(t, bin)
	dir := t.TempDir()
	id := full.BuildID()
	byID := filepath.Join(dir, ".build-id", id[:2])
	byLink := filepath.Join(filepath.Dir(bin), ".debug")
	for _, d := range []string{byID, byLink} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	run := func(args ...string) {
		t.Helper()
		if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
			t.Skipf("%v: %v: %s", args, err, out)
		}
	}
	debug := filepath.Join(byLink, "prog.debug")
	stripped, linked := bin+".stripped", bin+".linked"
	run("objcopy", "--only-keep-debug", bin, debug)
	run("objcopy", "--strip-all", bin, stripped)
	run("objcopy", "--strip-all", "-R", ".note.gnu.build-id", "--add-gnu-debuglink="+debug, bin, linked)
	data, err := os.ReadFile(debug)
	if err != nil {
		t.Fatal(err)
	}
	check := func(path string, dirs []string, want bool) {
		t.Helper()
		f, err := symbol.Open(path, symbol.Options{DebugDirs: dirs})
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if err := f.HasDWARF(); (err == nil) != want {
			t.Fatalf("%s has debugging information: %v", path, err)
		}
		fn := f.FuncNamed("work")
		if !want {
			return
		}
		if fn == nil || fn.Entry != full.FuncNamed("work").Entry {
			t.Fatalf("%s: work is %+v", path, fn)
		}
		if pos, ok := f.Line(f.PrologueEnd(fn)); !ok || pos.Line != 10 {
			t.Errorf("%s: work is at %+v", path, pos)
		}
	}
	check(stripped, []string{dir}, false)
	check(linked, nil, true)
	if err := os.WriteFile(filepath.Join(byID, id[2:]+".debug"), data, 0o644); err != nil {
		t.Fatal(err)
	}
	check(stripped, []string{dir}, true)
	// One of another build must not be taken.
	if err := os.WriteFile(debug, append(data, 0), 0o644); err != nil {
		t.Fatal(err)
	}
	check(linked, nil, false)
}
