package goruntime

import (
	"debug/buildinfo"
	"os"
	"testing"

	"github.com/tinydbg/tinydbg/internal/image"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/testkit"
	"github.com/tinydbg/tinydbg/internal/testkit/memproc"
)

func TestMain(m *testing.M) { os.Exit(testkit.Main(m)) }

func versionOf(t testing.TB, bin string) Version {
	t.Helper()
	info, err := buildinfo.ReadFile(bin)
	if err != nil {
		t.Fatal(err)
	}
	v, err := ParseVersion(info.GoVersion)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// open opens a process that runs bin.
func open(t testing.TB, bin string, pid int) (*Runtime, *memproc.Proc) {
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
	t.Cleanup(func() { f.Close() })
	set, err := image.Load(mem, f, image.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { set.Close() })
	r, err := New(set)
	if err != nil {
		t.Fatal(err)
	}
	return r, mem
}
