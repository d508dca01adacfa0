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
	telling := generate(t, valgen.Locals(seed, 6, true), testkit.Options{Go: version})
	out, err := exec.Command(telling).Output()
	if err != nil {
		t.Fatal(err)
	}
	tr := launch(t, generate(t, valgen.Locals(seed, 6, false), testkit.Options{Go: version, Optimized: true}))
	var seen tally
	for line := range strings.Lines(string(out)) {
		place, vars, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		if !ok {
			continue
		}
		values := tr.localsOf("main.f", tr.next())
		for _, pair := range strings.Split(vars, "\t") {
			name, want, _ := strings.Cut(pair, "=")
			seen.compare(t, place+" "+name, values[name], want)
		}
	}
	t.Logf("%d are right, %d say why they are not known, %d are out of scope", seen.right, seen.told, seen.absent)
	if seen.right < 20 {
		t.Error("too few are known")
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
type tally struct{ right, told, absent, wrong int }

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
		if n.wrong++; n.wrong < 20 {
			t.Errorf("%s is %s, the program says %s (%s)", where, clipText(got), clipText(want), v.locationExpr())
		}
	}
}
