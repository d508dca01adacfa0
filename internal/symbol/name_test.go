package symbol_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/objfile"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

func TestNameForms(t *testing.T) {
	for _, v := range testkit.Versions() {
		f := openFile(t, testkit.Build(t, "function_kinds", testkit.Options{Go: v}))
		const push, mapper = "main.(*List[go.shape.int]).Push", "main.Map[go.shape.int,go.shape.string]"
		pushes := []string{push, "main.(*List[go.shape.string]).Push"}
		maps := []string{mapper, "main.Map[go.shape.string,go.shape.int]"}
		for query, want := range map[string][]string{
			"main.leaf":          {"main.leaf"},
			"leaf":               {"main.leaf"},
			"main.T.Val":         {"main.T.Val"},
			"T.Val":              {"main.T.Val"},
			"main.(*T).Ptr":      {"main.(*T).Ptr"},
			"(*T).Ptr":           {"main.(*T).Ptr"},
			"T.Ptr":              {"main.(*T).Ptr"},
			"Map":                maps,
			"main.Map":           maps,
			mapper:               {mapper},
			"List.Push":          pushes,
			"main.(*List).Push":  pushes,
			push:                 {push},
			"main.closure.func1": {"main.closure.func1"},
			"closure.func1":      {"main.closure.func1"},
			"func1":              nil,
			"eaf":                nil,
			"ain.leaf":           nil,
			"":                   nil,
			"fmt.Fprintln":       {"fmt.Fprintln"},
			"poll.(*FD).Write":   {"internal/poll.(*FD).Write"},
		} {
			var got []string
			for _, fn := range f.FuncsNamed(query) {
				if !fn.IsWrapper() {
					got = append(got, fn.Name)
				}
			}
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("%s: %q means %q, want %q", v, query, got, want)
			}
		}
		for name, want := range map[string][4]string{
			"main.T.Val":                {"main", "T", "Val", "main.T.Val"},
			"main.(*T).Ptr":             {"main", "*T", "Ptr", "main.(*T).Ptr"},
			push:                        {"main", "*List[go.shape.int]", "Push", "main.(*List[...]).Push"},
			mapper:                      {"main", "", "Map[go.shape.int,go.shape.string]", "main.Map[...]"},
			"main.closure.func1":        {"main", "", "closure.func1", "main.closure.func1"},
			"internal/poll.(*FD).Write": {"internal/poll", "*FD", "Write", "internal/poll.(*FD).Write"},
		} {
			fn := f.FuncNamed(name)
			if fn == nil {
				t.Errorf("%s: no %s", v, name)
				continue
			}
			if got := [4]string{fn.Package(), fn.Receiver(), fn.BaseName(), fn.ShortName()}; got != want {
				t.Errorf("%s: %s is %q, want %q", v, name, got, want)
			}
			if strings.HasPrefix(name, "main.") && (fn.StartLine() == 0 || filepath.Base(fn.SourceFile()) != "main.go" || fn.IsWrapper() || fn.IsAssembly()) {
				t.Errorf("%s: %s is declared at %s:%d, wrapper %v", v, name, fn.SourceFile(), fn.StartLine(), fn.IsWrapper())
			}
		}
		checkKinds(t, f, v)
	}
}

func checkKinds(t *testing.T, f *symbol.File, v string) {
	t.Helper()
	if fn := f.FuncNamed("main.withDefer.deferwrap1"); fn == nil || !fn.IsWrapper() {
		t.Errorf("%s: deferwrap1 is %+v", v, fn)
	}
	if fn := f.FuncNamed("runtime.goexit"); fn == nil || !fn.IsTopFrame() || !fn.IsAssembly() {
		t.Errorf("%s: goexit is %+v", v, fn)
	}
	if fn := f.FuncNamed("runtime.gogo"); fn == nil || fn.WritesSP() == fn.IsTopFrame() && fn.WritesSP() {
		t.Errorf("%s: gogo is %+v", v, fn)
	}
	fn := f.FuncNamed("main.withDefer")
	if pc, ok := fn.DeferReturn(); !ok || pc <= fn.Entry || pc >= fn.End {
		t.Errorf("%s: withDefer goes on at %v, %v", v, pc, ok)
	}
	if d, err := f.SPDelta(f.PrologueEnd(fn)); err != nil || d != 8 {
		t.Errorf("%s: SP is %d below the entry's at the end of the prologue, %v", v, d, err)
	}
	if _, err := f.SPDelta(1); err == nil {
		t.Errorf("%s: SP at an address of no function is known", v)
	}
	if f.Optimized(fn.Entry) {
		t.Errorf("%s: withDefer is optimised", v)
	}
}

func TestInlineInstances(t *testing.T) {
	for _, v := range testkit.Versions() {
		f := openFile(t, testkit.Build(t, "inlined_callers", testkit.Options{Go: v, Optimized: true}))
		if names := f.NamesMatching("(*point).middle"); !slices.Equal(names, []string{"main.(*point).middle"}) {
			t.Errorf("%s: names %q", v, names)
		}
		list := f.InlineInstances("main.(*point).middle")
		if len(list) == 0 {
			t.Errorf("%s: middle was inlined nowhere", v)
		}
		for _, in := range list {
			if !slices.ContainsFunc(f.Inlines(in.PC), func(fr symbol.Frame) bool { return fr.Func == "main.(*point).middle" && fr.Inlined }) {
				t.Errorf("%s: instance at %v is in %+v", v, in.PC, f.Inlines(in.PC))
			}
			if f.FuncAt(in.PC) != in.Func {
				t.Errorf("%s: instance at %v is in %s", v, in.PC, in.Func.Name)
			}
		}
		if list := f.InlineInstances("main.none"); list != nil {
			t.Errorf("%s: instances of nothing: %+v", v, list)
		}
		if !f.Optimized(f.FuncNamed("main.main").Entry) {
			t.Errorf("%s: main is not optimised", v)
		}
	}
}

// TestLibrary reads a Go library for C programs.
func TestLibrary(t *testing.T) {
	if _, err := exec.LookPath("gcc"); err != nil {
		t.Skip("c-shared needs gcc:", err)
	}
	for _, v := range testkit.Versions() {
		bin := testkit.Build(t, "calls_c", testkit.Options{Go: v, Flags: []string{"-buildmode=c-shared"}, Env: []string{"CGO_ENABLED=1"}})
		f := openFile(t, bin)
		m, err := f.Module()
		if err != nil || m.Text == 0 || m.GoFunc == 0 || m.Types == 0 || m.ETypes <= m.Types {
			t.Errorf("%s: %+v, %v", v, m, err)
		}
		checkModule(t, f)
		fn := f.FuncNamed("main.main")
		if fn == nil {
			t.Fatalf("%s: no main.main", v)
		}
		if a, _, ok := f.ELFSymbol("main.main"); !ok || a != fn.Entry {
			t.Errorf("%s: main.main at %v, the ELF symbol at %v", v, fn.Entry, a)
		}
	}
}

// checkModule compares what moduledata says with the linker's symbols.
func checkModule(t *testing.T, f *symbol.File) {
	t.Helper()
	m, err := f.Module()
	if err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string]addr.FileAddr{
		"runtime.text": m.Text, "runtime.etext": m.EText, "go:func.*": m.GoFunc,
		"runtime.types": m.Types, "runtime.etypes": m.ETypes,
	} {
		if want, _, ok := f.ELFSymbol(name); ok && got != want {
			t.Errorf("%s is at %v, moduledata says %v", name, want, got)
		}
	}
}

func TestNotGo(t *testing.T) {
	f := openFile(t, "/bin/sh")
	if f.IsGo() || f.GoVersion() != "" || f.BuildInfo() != nil || f.Trimpath() {
		t.Errorf("the shell is Go: %q", f.GoVersion())
	}
	if fn := f.FuncNamed("main.main"); fn != nil {
		t.Errorf("the shell has %+v", fn)
	}
	if _, err := f.Module(); err == nil || !strings.Contains(err.Error(), "not a Go program") {
		t.Errorf("moduledata: %v", err)
	}
	if list := f.PCsOf("main.go", 1); list != nil {
		t.Errorf("places %+v", list)
	}
}

// FuzzProgram changes bytes of a whole stripped program, and asks.
func FuzzProgram(f *testing.F) {
	var good [][]byte
	for _, flags := range [][]string{nil, {"-buildmode=pie"}} {
		bin := testkit.Build(f, "hello", testkit.Options{Optimized: true, Flags: append(flags, "-ldflags=-s -w")})
		data, err := os.ReadFile(bin)
		if err != nil {
			f.Fatal(err)
		}
		good = append(good, data)
		obj, err := objfile.Open(bin)
		if err != nil {
			f.Fatal(err)
		}
		// Damage where it hurts: headers, moduledata, relocations, pclntab.
		for _, name := range []string{".go.module", ".noptrdata", ".rela", ".gopclntab"} {
			if h, ok := obj.Header(name); ok {
				f.Add(uint32(h.Off), []byte{0xff, 0xff, 0xff, 0xff, 0xff})
				f.Add(uint32(h.Off)+176, []byte{1, 2, 3})
			}
		}
		obj.Close()
	}
	f.Fuzz(func(t *testing.T, off uint32, patch []byte) {
		for _, data := range good {
			bad := bytes.Clone(data)
			copy(bad[off%uint32(len(bad)):], patch)
			obj, err := objfile.Read("fuzz", bytes.NewReader(bad), int64(len(bad)))
			if err != nil {
				continue
			}
			file := symbol.New(obj, symbol.Options{DebugDirs: []string{}})
			askFile(file)
			file.Close()
		}
	})
}

func askFile(f *symbol.File) {
	f.Module()
	fn := f.FuncNamed("main.main")
	if fn == nil {
		fn = f.FuncAt(f.Entry())
	}
	f.FuncsNamed("Write")
	f.InlineInstances("sync/atomic.(*Int32).Load")
	f.Files()
	if fn == nil {
		return
	}
	f.PrologueEnd(fn)
	for _, r := range f.Statements(fn) {
		f.Inlines(r.PC)
	}
	if pos, ok := f.Line(fn.Entry); ok {
		f.PCsOf(pos.File, pos.Line)
	}
	f.SPDelta(fn.Entry + 1)
	f.FuncAt(addr.FileAddr(1 << 40))
	fn.IsWrapper()
}
