package value

import (
	"os"
	"testing"

	"github.com/tinydbg/tinydbg/internal/dwarf/expr"
	"github.com/tinydbg/tinydbg/internal/goruntime"
	"github.com/tinydbg/tinydbg/internal/image"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/target/pagecache"
	"github.com/tinydbg/tinydbg/internal/testkit"
	"github.com/tinydbg/tinydbg/internal/testkit/memproc"
)

func TestMain(m *testing.M) { os.Exit(testkit.Main(m)) }

// world is a running program to read values of.
type world struct {
	env  *Env
	set  *image.Set
	file *symbol.File
	mem  *memproc.Proc
}

// open opens a process that runs bin.
func open(t testing.TB, bin string, pid int) *world {
	t.Helper()
	mem, err := memproc.Open(pid)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { mem.Close() })
	f, err := symbol.Open(bin, symbol.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ForgetFile(f); f.Close() })
	set, err := image.Load(mem, f, image.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { set.Close() })
	r, err := goruntime.New(set)
	if err != nil {
		t.Fatal(err)
	}
	return &world{env: &Env{Mem: pagecache.New(mem), Runtime: r}, set: set, file: f, mem: mem}
}

// global is a package variable.
func (w *world) global(t testing.TB, name string) *Value {
	t.Helper()
	v, err := w.file.Global(name)
	if err != nil {
		t.Fatal(err)
	}
	return FromVar(w.env, v, 0, expr.Context{Mem: w.env.Mem, Bias: w.set.Main().Bias}, 0)
}
