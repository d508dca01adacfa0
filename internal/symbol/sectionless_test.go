package symbol_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// TestWithoutSections takes the table of sections out of programs, which run
// without one: what .gopclntab says is found all the same.
func TestWithoutSections(t *testing.T) {
	eachLinked(t, "function_kinds", func(t *testing.T, bin string, _ testkit.Options) {
		whole := openFile(t, bin)
		f := openFile(t, cutSections(t, bin))
		if f.GoVersion() != whole.GoVersion() || f.GoVersion() == "" || f.Trimpath() != whole.Trimpath() {
			t.Errorf("version %q, trimpath %v; want %q, %v", f.GoVersion(), f.Trimpath(), whole.GoVersion(), whole.Trimpath())
		}
		if err := f.HasDWARF(); err == nil {
			t.Error("it has debugging information")
		}
		want := whole.Funcs()
		for _, fn := range want[:min(len(want), 3000)] {
			if !fn.IsGo() {
				continue
			}
			got := f.FuncAt(fn.Entry)
			if got == nil || got.Name != fn.Name || got.End != fn.End {
				t.Fatalf("%s at %v is %+v", fn.Name, fn.Entry, got)
			}
			compareFrames(t, whole, f, fn)
		}
	})
}

func compareFrames(t *testing.T, whole, f *symbol.File, fn *symbol.Func) {
	t.Helper()
	for _, at := range []addr.FileAddr{fn.Entry, fn.Entry + (fn.End-fn.Entry)/2, fn.End - 1} {
		want, got := whole.Inlines(at), f.Inlines(at)
		if len(got) != len(want) || len(got) > 0 && got[0] != want[0] {
			t.Errorf("frames at %v are %+v, want %+v", at, got, want)
		}
	}
}

// cutSections is a copy of a program whose header tells of no sections.
func cutSections(t *testing.T, bin string) string {
	t.Helper()
	data, err := os.ReadFile(bin)
	if err != nil {
		t.Fatal(err)
	}
	clear(data[0x28:0x30]) // e_shoff
	clear(data[0x3c:0x40]) // e_shnum, e_shstrndx
	path := filepath.Join(t.TempDir(), "cut")
	if err := os.WriteFile(path, data, 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}
