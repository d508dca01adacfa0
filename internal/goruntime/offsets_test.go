package goruntime

import (
	"debug/dwarf"
	"debug/elf"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/internal/testkit"
)

var update = flag.Bool("update", false, "rewrite offsets.txt from all toolchains")

// The embedded table must say what the DWARF of the toolchains says.
func TestOffsets(t *testing.T) {
	versions := testkit.Versions()
	if *update {
		versions = []string{"go1.22.12", "go1.23.12", "go1.24.13", "go1.25.7", "", "go1.27.1"}
	}
	var all strings.Builder
	for _, name := range versions {
		bin := testkit.Build(t, "goroutine_states", testkit.Options{Go: name})
		f, err := elf.Open(bin)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		v := versionOf(t, bin)
		got := readOffsets(stdlibStructs(t, f))
		if m := got.missing(); len(m) > 0 {
			t.Errorf("%v: the DWARF lacks %v", v, m)
		}
		all.WriteString(got.format(v))
		if want := tableFor(v); !*update && want.format(v) != got.format(v) {
			t.Errorf("%v: table says\n%s\nDWARF says\n%s", v, want.format(v), got.format(v))
		}
	}
	if *update {
		if err := os.WriteFile("offsets.txt", []byte(all.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// stdlibStructs reads structures by the standard library, so that the table is
// proved by other means than ours.
func stdlibStructs(t *testing.T, f *elf.File) structReader {
	d, err := f.DWARF()
	if err != nil {
		t.Fatal(err)
	}
	byName := map[string]dwarf.Offset{}
	for r := d.Reader(); ; {
		e, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		if e == nil {
			break
		}
		if e.Tag == dwarf.TagStructType {
			name, _ := e.Val(dwarf.AttrName).(string)
			byName[name] = e.Offset
		}
	}
	return func(name string) (int, map[string]int, bool) {
		off, ok := byName[name]
		if !ok {
			return 0, nil, false
		}
		typ, err := d.Type(off)
		if err != nil {
			t.Fatal(err)
		}
		st := typ.(*dwarf.StructType)
		fields := map[string]int{}
		for _, f := range st.Field {
			fields[f.Name] = int(f.ByteOffset)
		}
		return int(st.ByteSize), fields, true
	}
}
