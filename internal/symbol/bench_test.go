package symbol_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/symbol"
)

// bigBinary is the program to measure with: TINYDBG_BENCH_BINARY, or the go
// command, built from this toolchain's sources.
func bigBinary(b *testing.B) string {
	b.Helper()
	if path := os.Getenv("TINYDBG_BENCH_BINARY"); path != "" {
		return path
	}
	path := filepath.Join(os.TempDir(), "tinydbg-bench-"+runtime.Version()+"-go")
	if _, err := os.Stat(path); err == nil {
		return path
	}
	cmd := exec.Command("go", "build", "-gcflags=all=-N -l", "-o", path+".tmp", "cmd/go")
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	if err := os.Rename(path+".tmp", path); err != nil {
		b.Fatal(err)
	}
	return path
}

func cold(b *testing.B, ask func(f *symbol.File) bool) {
	path := bigBinary(b)
	b.ReportAllocs()
	for b.Loop() {
		f, err := symbol.Open(path, symbol.Options{})
		if err != nil {
			b.Fatal(err)
		}
		if !ask(f) {
			b.Fatal("no answer")
		}
		f.Close()
	}
}

func BenchmarkOpen(b *testing.B) {
	cold(b, func(f *symbol.File) bool { return f.IsGo() })
}

func BenchmarkFuncNamedCold(b *testing.B) {
	cold(b, func(f *symbol.File) bool { return f.FuncNamed("main.main") != nil })
}

func BenchmarkPCsOfCold(b *testing.B) {
	probe := openFile(b, bigBinary(b))
	pos, _ := probe.Line(probe.PrologueEnd(probe.FuncNamed("fmt.Fprintln")))
	cold(b, func(f *symbol.File) bool { return len(f.PCsOf(pos.File, pos.Line)) > 0 })
}

func BenchmarkFuncsCold(b *testing.B) {
	cold(b, func(f *symbol.File) bool { return len(f.Funcs()) > 1000 })
}

func BenchmarkInlineInstancesCold(b *testing.B) {
	cold(b, func(f *symbol.File) bool { return len(f.InlineInstances("sync/atomic.(*Int32).Load")) >= 0 })
}

func BenchmarkFuncAt(b *testing.B) {
	f := openFile(b, bigBinary(b))
	fn := f.FuncNamed("main.main")
	for i := 0; b.Loop(); i++ {
		if f.FuncAt(fn.Entry+addr.FileAddr(i%16)) != fn {
			b.Fatal("wrong function")
		}
	}
}

func BenchmarkInlines(b *testing.B) {
	f := openFile(b, bigBinary(b))
	fn := f.FuncNamed("fmt.Fprintln")
	for i := 0; b.Loop(); i++ {
		if f.Inlines(fn.Entry+addr.FileAddr(i%64)) == nil {
			b.Fatal("no frames")
		}
	}
}

func BenchmarkELFSymbolCold(b *testing.B) {
	cold(b, func(f *symbol.File) bool { _, _, ok := f.ELFSymbol("runtime.allgs"); return ok })
}
