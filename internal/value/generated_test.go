package value

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/testkit"
	"github.com/tinydbg/tinydbg/internal/testkit/valgen"
)

// everything is a LoadConfig that cuts nothing off.
var everything = LoadConfig{
	FollowPointers: true, MaxVariableRecurse: 60, MaxStringLen: 1 << 16, MaxArrayValues: 1 << 16, MaxStructFields: -1,
}

// A generated program prints its variables; we must read the same.
func TestGenerated(t *testing.T) {
	seeds := 3
	if s := os.Getenv("TINYDBG_VALGEN_SEEDS"); s != "" {
		seeds, _ = strconv.Atoi(s)
	}
	for _, version := range testkit.Versions() {
		for seed := range seeds {
			for _, optimized := range []bool{false, true} {
				o := testkit.Options{Go: version, Optimized: optimized}
				t.Run(fmt.Sprintf("%v seed %d", o, seed), func(t *testing.T) { generated(t, uint64(seed), o) })
			}
		}
	}
}

func generated(t *testing.T, seed uint64, o testkit.Options) {
	dir := filepath.Join(t.TempDir(), "generated")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	source := valgen.Program(seed, 40)
	if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
	bin := testkit.BuildDir(t, dir, o)
	proc := testkit.Start(t, bin)
	out := proc.WaitOutput(t, "\nready\n")
	w := open(t, bin, proc.PID)
	wrong := 0
	for line := range strings.Lines(out) {
		name, want, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " = ")
		if !ok {
			continue
		}
		v := w.global(t, "main."+name)
		tree := v.ToAPI(everything)
		if got := canonical(&tree); got != want {
			t.Errorf("%s %s\n got %s\nwant %s", name, v.TypeName(), clipText(got), clipText(want))
			if wrong++; wrong > 5 {
				t.FailNow()
			}
		}
	}
}

func clipText(s string) string { return s[:min(len(s), 1500)] }

var numberInParens = regexp.MustCompile(`^[-.\w|µ]+ \((-?\d+)\)$`)

// canonical is the text that package valgen describes.
func canonical(v *api.Variable) string {
	if v.Unreadable != "" {
		return "unreadable: " + v.Unreadable
	}
	if v.OnlyAddr {
		return "not loaded"
	}
	switch v.Kind {
	case reflect.String:
		return strconv.Quote(v.Value)
	case reflect.Array:
		return "{" + list(v.Children) + "}"
	case reflect.Slice:
		if v.Base == 0 {
			return "nil"
		}
		return fmt.Sprintf("[%d/%d]{%s}", v.Len, v.Cap, list(v.Children))
	case reflect.Struct:
		var parts []string
		for i := range v.Children {
			parts = append(parts, v.Children[i].Name+":"+canonical(&v.Children[i]))
		}
		return "{" + strings.Join(parts, " ") + "}"
	case reflect.Pointer:
		if v.Value == "0" {
			return "nil"
		}
		return "&" + canonical(&v.Children[0])
	case reflect.Map:
		return canonicalMap(v)
	case reflect.Chan:
		return canonicalChan(v)
	case reflect.Func:
		if v.Base == 0 {
			return "nil"
		}
		return v.Value
	case reflect.Interface:
		c := &v.Children[0]
		if c.Kind == reflect.Invalid && c.Unreadable == "" {
			return "nil"
		}
		return c.Type + "(" + canonical(c) + ")"
	}
	if m := numberInParens.FindStringSubmatch(v.Value); m != nil {
		return m[1]
	}
	return v.Value
}

func list(children []api.Variable) string {
	parts := make([]string, len(children))
	for i := range children {
		parts[i] = canonical(&children[i])
	}
	return strings.Join(parts, " ")
}

func canonicalMap(v *api.Variable) string {
	if v.Base == 0 {
		return "nil"
	}
	var parts []string
	for i := 0; i+1 < len(v.Children); i += 2 {
		parts = append(parts, canonical(&v.Children[i])+":"+canonical(&v.Children[i+1]))
	}
	sort.Strings(parts)
	return fmt.Sprintf("map[%d]{%s}", v.Len, strings.Join(parts, " "))
}

// canonicalChan takes the buffer apart as the runtime does.
func canonicalChan(v *api.Variable) string {
	if v.Base == 0 {
		return "nil"
	}
	fields := map[string]*api.Variable{}
	for i := range v.Children {
		fields[v.Children[i].Name] = &v.Children[i]
	}
	count, _ := strconv.Atoi(fields["qcount"].Value)
	size, _ := strconv.Atoi(fields["dataqsiz"].Value)
	first, _ := strconv.Atoi(fields["recvx"].Value)
	buf := fields["buf"].Children[0]
	var parts []string
	for i := range count {
		parts = append(parts, canonical(&buf.Children[(first+i)%size]))
	}
	return fmt.Sprintf("chan[%d/%d]{%s}", count, size, strings.Join(parts, " "))
}
