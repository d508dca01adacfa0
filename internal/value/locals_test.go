package value

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/internal/testkit"
	"github.com/tinydbg/tinydbg/internal/testkit/valgen"
)

// The local variables of an optimised program are what the program says they
// are when it is built to tell, or they say why they cannot be known.
func TestOptimizedLocals(t *testing.T) {
	seeds := 1
	if s := os.Getenv("TINYDBG_VALGEN_SEEDS"); s != "" {
		seeds, _ = strconv.Atoi(s)
	}
	for _, version := range testkit.Versions() {
		for seed := range seeds {
			t.Run(testkit.Options{Go: version}.String()+" seed "+strconv.Itoa(seed), func(t *testing.T) {
				optimizedLocals(t, uint64(seed), version)
			})
		}
	}
}

func optimizedLocals(t *testing.T, seed uint64, version string) {
	out := told(t, valgen.Locals(seed, 6, true), version)
	bin := generate(t, valgen.Locals(seed, 6, false), testkit.Options{Go: version, Optimized: true})
	seen := tally{}
	seen.compareAll(t, out, bin)
	t.Logf("%d are right, %d say why they are not known, %d are out of scope", seen.right, seen.told, seen.absent)
	if seen.right < 20 {
		t.Error("too few are known")
	}
}

// Variables that are assigned to many times, changed by closures, and hidden by
// others, are at each stop what the program says. Not so in optimised programs,
// where nothing tells a value that the compiler has not kept (docs/values.md): how many
// of those there are is logged.
func TestVaryingLocals(t *testing.T) {
	seeds := 1
	if s := os.Getenv("TINYDBG_VALGEN_SEEDS"); s != "" {
		seeds, _ = strconv.Atoi(s)
	}
	for _, version := range testkit.Versions() {
		for seed := range seeds {
			t.Run(testkit.Options{Go: version}.String()+" seed "+strconv.Itoa(seed), func(t *testing.T) {
				varyingLocals(t, uint64(seed+1), version)
			})
		}
	}
}

func varyingLocals(t *testing.T, seed uint64, version string) {
	out := told(t, valgen.Varying(seed, 5, true), version)
	source := valgen.Varying(seed, 5, false)
	plain := tally{}
	plain.compareAll(t, out, generate(t, source, testkit.Options{Go: version}))
	if plain.right < 100 || plain.told+plain.absent > 0 {
		t.Errorf("without optimisation %d are right, %d say why they are not known, %d are out of scope", plain.right, plain.told, plain.absent)
	}
	if version != "" {
		return
	}
	optimized := tally{lenient: true}
	optimized.compareAll(t, out, generate(t, source, testkit.Options{Go: version, Optimized: true}))
	t.Logf("optimised %d are right, %d say why they are not known, %d are out of scope, %d are as they were",
		optimized.right, optimized.told, optimized.absent, optimized.wrong)
}

// told is what a program that tells its variables prints.
func told(t *testing.T, source, version string) string {
	t.Helper()
	out, err := exec.Command(generate(t, source, testkit.Options{Go: version})).Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// compareAll runs a program from stop to stop and compares its variables.
func (n *tally) compareAll(t *testing.T, told, bin string) {
	t.Helper()
	tr := launch(t, bin)
	for line := range strings.Lines(told) {
		place, vars, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		if !ok {
			continue
		}
		values := tr.localsOf("main.f", tr.next())
		for _, pair := range strings.Split(vars, "\t") {
			name, want, _ := strings.Cut(pair, "=")
			n.compare(t, place+" "+name, values[name], want)
		}
	}
}

func generate(t *testing.T, source string, o testkit.Options) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "locals")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
	return testkit.BuildDir(t, dir, o)
}

// tally counts what was seen of variables.
type tally struct {
	right, told, absent, wrong int
	// lenient counts what is wrong and does not complain.
	lenient bool
}

func (n *tally) compare(t *testing.T, where string, v *Value, want string) {
	t.Helper()
	if v == nil {
		n.absent++
		return
	}
	tree := v.ToAPI(everything)
	got := canonical(&tree)
	if _, dynamic, ok := strings.Cut(got, "("); ok && v.TypeName() == "interface {}" {
		got = strings.TrimSuffix(dynamic, ")") // the program tells what it holds only
	}
	switch {
	case strings.Contains(got, "unreadable: "):
		if n.told++; strings.Contains(got, "unreadable:  ") || strings.HasSuffix(got, "unreadable: ") {
			t.Errorf("%s does not say why: %s", where, got)
		}
	case got == want:
		n.right++
	default:
		if n.wrong++; n.wrong < 20 && !n.lenient {
			t.Errorf("%s is %s, the program says %s (%s)", where, clipText(got), clipText(want), v.locationExpr())
		}
	}
}
