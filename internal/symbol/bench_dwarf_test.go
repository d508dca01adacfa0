package symbol_test

import (
	"os"
	"testing"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/symbol"
)

// bigProgram is a large binary to measure with: TINYDBG_BENCH_BINARY.
func bigProgram(b *testing.B) string {
	path := os.Getenv("TINYDBG_BENCH_BINARY")
	if path == "" {
		b.Skip("TINYDBG_BENCH_BINARY names no program: a server of 80 MB is a good one")
	}
	return path
}

func mainPC(b *testing.B, f *symbol.File) addr.FileAddr {
	fn := f.FuncNamed("main.main")
	if fn == nil {
		b.Fatal("no main.main")
	}
	return f.PrologueEnd(fn)
}

func BenchmarkVarsCold(b *testing.B) {
	path := bigProgram(b)
	for b.Loop() {
		f, err := symbol.Open(path, symbol.Options{})
		if err != nil {
			b.Fatal(err)
		}
		vars, err := f.Vars(mainPC(b, f))
		if err != nil {
			b.Fatal(err)
		}
		for _, v := range vars {
			v.Type()
			v.Location(mainPC(b, f))
		}
		f.Close()
	}
}

func BenchmarkVarsWarm(b *testing.B) {
	f, err := symbol.Open(bigProgram(b), symbol.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	var pcs []addr.FileAddr
	funcs := f.Funcs()
	for i := 0; i < len(funcs); i += len(funcs)/50 + 1 {
		pcs = append(pcs, (funcs[i].Entry+funcs[i].End)/2)
	}
	for _, pc := range pcs {
		f.Vars(pc)
	}
	i := 0
	for b.Loop() {
		if _, err := f.Vars(pcs[i%len(pcs)]); err != nil {
			b.Fatal(err)
		}
		i++
	}
}

func BenchmarkUnwindRow(b *testing.B) {
	f, err := symbol.Open(bigProgram(b), symbol.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	pc := mainPC(b, f)
	for b.Loop() {
		if _, err := f.UnwindRow(pc); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkTypeIndexCold(b *testing.B) {
	path := bigProgram(b)
	for b.Loop() {
		f, err := symbol.Open(path, symbol.Options{})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := f.TypeNamed("runtime.g"); err != nil {
			b.Fatal(err)
		}
		f.Close()
	}
}
