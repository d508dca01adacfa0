package symbol_test

import (
	"bytes"
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/dwarf/expr"
	"github.com/tinydbg/tinydbg/internal/objfile"
	"github.com/tinydbg/tinydbg/internal/symbol"
)

// FuzzVariables damages the debug information of a C program, and asks for all
// of it.
func FuzzVariables(f *testing.F) {
	gcc, err := exec.LookPath("gcc")
	if err != nil {
		f.Skip("gcc is not installed; it builds the program that is damaged")
	}
	dir := f.TempDir()
	src, bin := filepath.Join(dir, "main.c"), filepath.Join(dir, "main")
	if err := os.WriteFile(src, []byte(cTypes), 0o644); err != nil {
		f.Fatal(err)
	}
	if out, err := exec.Command(gcc, "-g", "-O2", "-o", bin, src).CombinedOutput(); err != nil {
		f.Fatalf("%v\n%s", err, out)
	}
	whole, err := os.ReadFile(bin)
	if err != nil {
		f.Fatal(err)
	}
	e, err := elf.NewFile(bytes.NewReader(whole))
	if err != nil {
		f.Fatal(err)
	}
	info, abbrev := e.Section(".debug_info"), e.Section(".debug_abbrev")
	f.Add(uint16(0x20), []byte{1, 2, 3}, uint16(5), []byte{0x13})
	f.Add(uint16(0x80), []byte{0x2e, 0, 0, 0}, uint16(0), []byte{})
	f.Fuzz(func(t *testing.T, at uint16, patch []byte, at2 uint16, patch2 []byte) {
		damaged := bytes.Clone(whole)
		overwrite(damaged, info, at, patch)
		overwrite(damaged, abbrev, at2, patch2)
		obj, err := objfile.Read("damaged", bytes.NewReader(damaged), int64(len(damaged)))
		if err != nil {
			return
		}
		file := symbol.New(obj, symbol.Options{})
		defer file.Close()
		askAll(file)
	})
}

func overwrite(data []byte, s *elf.Section, at uint16, patch []byte) {
	off := uint64(at) % s.Size
	copy(data[s.Offset+off:s.Offset+s.Size], patch)
}

func askAll(f *symbol.File) {
	names, _ := f.TypeNames()
	for _, name := range names {
		if t, err := f.TypeNamed(name); err == nil {
			askType(t, 4)
		}
	}
	globals, _ := f.Globals()
	for _, v := range globals {
		if t, err := v.Type(); err == nil {
			askType(t, 4)
		}
		v.Pieces(0, expr.Context{})
	}
	low, high := f.Range()
	for pc := low; pc < high; pc += 16 {
		vars, _ := f.Vars(pc)
		for _, v := range vars {
			v.Type()
			v.Pieces(pc, expr.Context{})
		}
		f.UnwindRow(pc)
		f.Inlines(pc)
		f.CallSiteAt(pc)
	}
	for _, fn := range f.Funcs() {
		f.EnteredOnce(fn)
	}
	for _, name := range f.NamesWith("") {
		f.InlineInstances(name)
	}
	f.FrameBase(addr.FileAddr(low))
}

func askType(t *symbol.Type, depth int) {
	if t == nil || depth == 0 {
		return
	}
	t.Name()
	t.Enumerators()
	t.PkgPath()
	params, _ := t.Params()
	for _, p := range append(params, t.Results()...) {
		askType(p, depth-1)
	}
	for _, f := range t.Fields() {
		askType(f.Type, depth-1)
	}
	askType(t.Elem(), depth-1)
	askType(t.Repr(), depth-1)
	t.File().PointerTo(t)
}
