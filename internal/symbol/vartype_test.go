package symbol_test

import (
	"debug/dwarf"
	"debug/elf"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/testkit"
)

// eachBuild runs f with a program built by each toolchain, optimised and not.
func eachBuild(t *testing.T, program string, f func(t *testing.T, file *symbol.File, o testkit.Options)) {
	for _, version := range testkit.Versions() {
		for _, optimized := range []bool{false, true} {
			o := testkit.Options{Go: version, Optimized: optimized}
			t.Run(o.String(), func(t *testing.T) { f(t, open(t, testkit.Build(t, program, o)), o) })
		}
	}
}

func open(t testing.TB, path string) *symbol.File {
	t.Helper()
	f, err := symbol.Open(path, symbol.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// stdlib reads the same file with debug/dwarf.
func stdlib(t testing.TB, path string) *dwarf.Data {
	t.Helper()
	e, err := elf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	d, err := e.DWARF()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestVarsAgreeWithStdlib(t *testing.T) {
	eachBuild(t, "variable_scopes", func(t *testing.T, f *symbol.File, _ testkit.Options) {
		d := stdlib(t, f.Path())
		funcs := 0
		r := d.Reader()
		for e := next(t, r); e != nil; e = next(t, r) {
			low, ok := e.Val(dwarf.AttrLowpc).(uint64)
			if e.Tag != dwarf.TagSubprogram || !ok {
				continue
			}
			funcs++
			if funcs%7 != 0 && !strings.HasPrefix(nameOf(d, e), "main.") {
				continue
			}
			want := stdlibVars(t, d, r)
			got, err := f.Vars(addr.FileAddr(low))
			if err != nil {
				t.Fatalf("%#x: %v", low, err)
			}
			// At the entry only calls inlined right there count.
			var names []string
			for _, v := range got {
				if v.Func != nameOf(d, e) {
					continue
				}
				names = append(names, describe(t, v))
			}
			// Go describes some results twice, one of them without a place.
			if g, w := strings.Join(unique(names), "\n"), strings.Join(unique(want), "\n"); g != w {
				t.Errorf("%s:\n%s\nwant\n%s", nameOf(d, e), g, w)
			}
		}
		if funcs < 500 {
			t.Errorf("only %d functions seen", funcs)
		}
	})
}

// unique keeps the first of equal strings.
func unique(list []string) (out []string) {
	for _, s := range list {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

func describe(t testing.TB, v *symbol.Var) string {
	typ, err := v.Type()
	if err != nil {
		t.Errorf("%s: %v", v.Name, err)
		return v.Name
	}
	name := v.Name
	if v.Escaped {
		name = "&" + name
	}
	return fmt.Sprintf("%s %d depth %d size %d", name, v.DeclLine, v.ScopeDepth, typ.Size())
}

func next(t testing.TB, r *dwarf.Reader) *dwarf.Entry {
	t.Helper()
	e, err := r.Next()
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// attr follows abstract origins.
func attr(d *dwarf.Data, e *dwarf.Entry, a dwarf.Attr) any {
	for range 4 {
		if v := e.Val(a); v != nil {
			return v
		}
		off, ok := e.Val(dwarf.AttrAbstractOrigin).(dwarf.Offset)
		if !ok {
			return nil
		}
		r := d.Reader()
		r.Seek(off)
		e, _ = r.Next()
	}
	return nil
}

func nameOf(d *dwarf.Data, e *dwarf.Entry) string {
	s, _ := attr(d, e, dwarf.AttrName).(string)
	return s
}

// stdlibVars lists the variables of the function whose entry was just read,
// without those of inlined calls.
func stdlibVars(t testing.TB, d *dwarf.Data, r *dwarf.Reader) []string {
	var list []string
	for depth := 0; ; {
		e := next(t, r)
		switch {
		case e == nil:
			return list
		case e.Tag == 0:
			if depth == 0 {
				return list
			}
			depth--
			continue
		case e.Tag == dwarf.TagInlinedSubroutine:
			r.SkipChildren()
			continue
		case e.Tag == dwarf.TagLexDwarfBlock:
			depth++
			continue
		case e.Tag == dwarf.TagVariable || e.Tag == dwarf.TagFormalParameter:
			list = append(list, stdlibVar(t, d, e, depth))
		}
		if e.Children {
			r.SkipChildren()
		}
	}
}

func stdlibVar(t testing.TB, d *dwarf.Data, e *dwarf.Entry, depth int) string {
	line, _ := attr(d, e, dwarf.AttrDeclLine).(int64)
	off, _ := attr(d, e, dwarf.AttrType).(dwarf.Offset)
	typ, err := d.Type(off)
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasPrefix(nameOf(d, e), "&") {
		typ = typ.(*dwarf.PtrType).Type
	}
	return fmt.Sprintf("%s %d depth %d size %d", nameOf(d, e), line, depth, typ.Size())
}

func TestTypesAgreeWithStdlib(t *testing.T) {
	eachBuild(t, "type_zoo", func(t *testing.T, f *symbol.File, _ testkit.Options) {
		d := stdlib(t, f.Path())
		r := d.Reader()
		n := 0
		for e := next(t, r); e != nil; e = next(t, r) {
			name, _ := e.Val(dwarf.AttrName).(string)
			kind, ok := e.Val(0x2900).(int64)
			if !ok || kind == 0 || name == "" {
				continue
			}
			n++
			got, err := f.TypeNamed(name)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			want, err := d.Type(e.Offset)
			if err != nil {
				t.Fatal(err)
			}
			compareTypes(t, got, want, kind)
		}
		if n < 500 {
			t.Errorf("only %d types seen", n)
		}
	})
}

func compareTypes(t *testing.T, got *symbol.Type, want dwarf.Type, kind int64) {
	t.Helper()
	name := got.Name()
	if got.Kind() != symbol.Kind(kind&31) {
		t.Errorf("%s: kind %v, want %d", name, got.Kind(), kind)
	}
	if got.Size() != want.Size() {
		t.Errorf("%s: size %d, want %d", name, got.Size(), want.Size())
	}
	for {
		td, ok := want.(*dwarf.TypedefType)
		if !ok {
			break
		}
		want = td.Type
	}
	if s, ok := want.(*dwarf.StructType); ok {
		fields := got.Fields()
		if len(fields) != len(s.Field) {
			t.Errorf("%s: %d fields, want %d", name, len(fields), len(s.Field))
			return
		}
		for i, f := range fields {
			w := s.Field[i]
			if f.Name != w.Name || f.Offset != w.ByteOffset || f.Type.Size() != w.Type.Size() {
				t.Errorf("%s: field %+v, want %+v", name, f, w)
			}
		}
	}
	if a, ok := want.(*dwarf.ArrayType); ok && got.Len() != a.Count {
		t.Errorf("%s: length %d, want %d", name, got.Len(), a.Count)
	}
}

// TestRuntimeTypes compares the addresses of descriptors with the names that
// the runtime's own descriptors hold there.
func TestRuntimeTypes(t *testing.T) {
	eachBuild(t, "type_zoo", func(t *testing.T, f *symbol.File, _ testkit.Options) { checkRuntimeTypes(t, f) })
	t.Run("pie", func(t *testing.T) {
		checkRuntimeTypes(t, open(t, testkit.Build(t, "type_zoo", testkit.Options{Flags: []string{"-buildmode=pie"}})))
	})
	t.Run("external", func(t *testing.T) {
		o := testkit.Options{Flags: []string{"-ldflags=-linkmode=external"}, Env: []string{"CGO_ENABLED=1"}}
		checkRuntimeTypes(t, open(t, testkit.Build(t, "type_zoo", o)))
	})
}

func checkRuntimeTypes(t *testing.T, f *symbol.File) {
	names, err := f.TypeNames()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, name := range names {
		typ, err := f.TypeNamed(name)
		if err != nil {
			t.Fatal(err)
		}
		a, ok := typ.RuntimeAddr()
		if !ok {
			continue
		}
		n++
		// abi.Type: Size_ is the first word, Kind_ is at 23.
		var head [24]byte
		if err := f.Object().ReadAddr(head[:], a); err != nil {
			t.Fatalf("%s at %v: %v", name, a, err)
		}
		if int64(head[0])|int64(head[1])<<8 != typ.Size()&0xffff || symbol.Kind(head[23]&31) != typ.Kind() {
			t.Errorf("%s: descriptor at %v has size %d and kind %d, want %d and %v", name, a, head[0], head[23]&31, typ.Size(), typ.Kind())
		}
		back, err := f.TypeByRuntimeAddr(a)
		if err != nil || back != typ {
			t.Errorf("TypeByRuntimeAddr(%v) = %v, %v, want %s", a, back, err, name)
		}
	}
	if n < 200 {
		t.Errorf("only %d types have descriptors", n)
	}
}
