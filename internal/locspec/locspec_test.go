package locspec

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/internal/testkit"
	"github.com/tinydbg/tinydbg/internal/testkit/trapped"
)

func TestMain(m *testing.M) { os.Exit(testkit.Main(m)) }

// describe names what a location resolved to.
func describe(t *testing.T, env Env, text string) string {
	t.Helper()
	s, err := Parse(text)
	if err != nil {
		return err.Error()
	}
	locs, err := s.Resolve(env)
	if err != nil {
		return err.Error()
	}
	var out []string
	for _, l := range locs {
		if !slices.IsSorted(l.PCs) || len(l.PCs) == 0 {
			t.Errorf("%s: PCs %v", text, l.PCs)
		}
		out = append(out, fmt.Sprintf("%s:%d*%d", l.Func, l.Line, len(l.PCs)))
	}
	return strings.Join(out, " ")
}

func lineOf(t *testing.T, fragment string) int {
	t.Helper()
	src, err := os.ReadFile(testkit.Root(t) + "/testdata/programs/function_names/main.go")
	if err != nil {
		t.Fatal(err)
	}
	for i, l := range strings.Split(string(src), "\n") {
		if strings.Contains(l, fragment) {
			return i + 1
		}
	}
	t.Fatalf("no line has %q", fragment)
	return 0
}

func TestResolve(t *testing.T) {
	for _, version := range testkit.Versions() {
		for _, optimized := range []bool{false, true} {
			o := testkit.Options{Go: version, Optimized: optimized}
			t.Run(o.String(), func(t *testing.T) {
				p := trapped.Run(t, testkit.Build(t, "function_names", o))
				testResolve(t, Env{Images: p.Images.All()}, optimized)
			})
		}
	}
}

func testResolve(t *testing.T, env Env, optimized bool) {
	tiny, apply := lineOf(t, "func tiny"), lineOf(t, "func apply")
	want := map[string]string{
		"main.main":             fmt.Sprintf("main.main:%d*1", lineOf(t, "func main()")),
		"plain.Pointer":         fmt.Sprintf("main.(*plain).Pointer:%d*1", lineOf(t, ") Pointer()")),
		"(*plain).Pointer":      fmt.Sprintf("main.(*plain).Pointer:%d*1", lineOf(t, ") Pointer()")),
		"main.(*plain).Pointer": fmt.Sprintf("main.(*plain).Pointer:%d*1", lineOf(t, ") Pointer()")),
		"plain.Pointer:0":       fmt.Sprintf("main.(*plain).Pointer:%d*1", lineOf(t, ") Pointer()")),
		"main.apply":            fmt.Sprintf("main.apply[go.shape.float64]:%d*3", apply),
		"apply:2":               fmt.Sprintf("main.apply[go.shape.float64]:%d*3", apply+2),
		"main.(*box[...]).Get":  fmt.Sprintf("main.(*box[go.shape.int]).Get:%d*2", lineOf(t, ") Get() T")),
		"box.Get":               fmt.Sprintf("main.(*box[go.shape.int]).Get:%d*2", lineOf(t, ") Get() T")),
		"box[int].Get":          fmt.Sprintf("main.(*box[go.shape.int]).Get:%d*1", lineOf(t, ") Get() T")),
		"box[string].Get":       fmt.Sprintf("main.(*box[go.shape.string]).Get:%d*1", lineOf(t, ") Get() T")),
		"apply[float64]":        fmt.Sprintf("main.apply[go.shape.float64]:%d*1", apply),
		"outer.func1":           fmt.Sprintf("main.outer.func1:%d*1", lineOf(t, "return func() int")),
		"nosuch.go:3":           `location "nosuch.go:3" not found: could not find file nosuch.go`,
		"main.go:1":             "could not find statement at ",
		"main.Tiny":             `location "main.Tiny" not found; did you mean main.tiny?`,
		"fmt.Println":           "fmt.Println:",
	}
	instances := 1
	if optimized {
		// Both calls were inlined, and nothing else calls it.
		instances = 2
		delete(want, "outer.func1")
		delete(want, "main.Tiny")
	}
	want["main.tiny"] = fmt.Sprintf("main.tiny:%d*%d", tiny, instances)
	for text, expect := range want {
		if got := describe(t, env, text); !strings.HasPrefix(got, expect) {
			t.Errorf("%s: %s; want %s", text, got, expect)
		}
	}
	file := fmt.Sprintf("main.go:%d", tiny+3)
	if got := describe(t, env, file); !strings.HasSuffix(got, fmt.Sprintf(":%d*%d", tiny+3, instances)) {
		t.Errorf("%s: %s", file, got)
	}
	getter := lineOf(t, ") Get() T")
	if got, want := describe(t, env, fmt.Sprintf("main.go:%d", getter)), fmt.Sprintf(":%d*2", getter); !strings.HasSuffix(got, want) {
		t.Errorf("the line of Get: %s; want %s", got, want)
	}
	if got := describe(t, env, `/\.Get$/`); strings.Contains(got, "box[string]") || !strings.Contains(got, "box[go.shape.string]") {
		t.Errorf("what ends in Get: %s", got)
	}
	all := describe(t, env, `/^main\.(apply|main)/`)
	if !strings.Contains(all, "main.apply[go.shape.int]") || !strings.Contains(all, "main.main:") {
		t.Error(all)
	}
	if got := describe(t, env, `/^main\.tiny$/`); got != want["main.tiny"] {
		t.Errorf("by a regular expression: %s; want %s", got, want["main.tiny"])
	}
	s, err := Parse("String")
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Resolve(env)
	var ambiguous *AmbiguousError
	if !errors.As(err, &ambiguous) || len(ambiguous.Candidates) < 2 || !strings.HasPrefix(err.Error(), `Location "String" ambiguous: `) {
		t.Error(err)
	}
}

// A user's name of a file leads to the program's by the rules.
func TestSubstitutePath(t *testing.T) {
	for _, c := range []struct {
		rules      Rules
		path, want string
	}{
		{Rules{{"/build", "/home/me"}}, "/build/x/main.go", "/home/me/x/main.go"},
		{Rules{{"/build/", "/home/me/"}}, "/build/x/main.go", "/home/me/x/main.go"},
		{Rules{{"/build", "/home/me"}}, "/builder/main.go", "/builder/main.go"},
		{Rules{{"/a", "/b"}, {"/a/c", "/d"}}, "/a/c/main.go", "/b/c/main.go"},
		{Rules{{"", "/src"}}, "example.com/m/main.go", "/src/example.com/m/main.go"},
		{Rules{{"/build", ""}}, "/build/x/main.go", "x/main.go"},
		{nil, "/x/main.go", "/x/main.go"},
	} {
		if got := c.rules.Local(c.path); got != c.want {
			t.Errorf("%v: %s becomes %s; want %s", c.rules, c.path, got, c.want)
		}
	}
	p := trapped.Run(t, testkit.Build(t, "function_names", testkit.Options{}))
	env := Env{Images: p.Images.All()}
	here := Env{Images: env.Images}
	var dir string
	for _, f := range p.Images.Main().File.Files() {
		if rest, ok := strings.CutSuffix(f, "/main.go"); ok && strings.Contains(f, "target") {
			dir = rest
		}
	}
	if dir == "" {
		for _, f := range p.Images.Main().File.Files() {
			if rest, ok := strings.CutSuffix(f, "/main.go"); ok {
				dir = rest
			}
		}
	}
	here.Rules = Rules{{dir, "/elsewhere"}}
	text := fmt.Sprintf("/elsewhere/main.go:%d", lineOf(t, "func tiny")+1)
	if got := describe(t, here, text); !strings.HasPrefix(got, "main.tiny:") {
		t.Errorf("%s with %v: %s", text, here.Rules, got)
	}
}

func TestParse(t *testing.T) {
	for text, want := range map[string]string{
		"":                 `Malformed breakpoint location "" at 0: empty string`,
		":":                `Malformed breakpoint location ":" at 1: line offset negative or not a number`,
		"main.go:x":        `Malformed breakpoint location "main.go:x" at 8: line offset negative or not a number`,
		"main.go:-1":       `Malformed breakpoint location "main.go:-1" at 8: line offset negative or not a number`,
		"+":                `Malformed breakpoint location "+" at 0: `,
		"+x":               `Malformed breakpoint location "+x" at 0: `,
		"*":                `Malformed breakpoint location "*" at 1: `,
		"3":                "{1 3  3 true}",
		"+3":               "{2 +3  3 true}",
		"-3":               "{2 -3  -3 true}",
		"/a:b/":            "{3 /a:b/ a:b 0 false}",
		"* x + 1":          "{4 * x + 1 x + 1 0 false}",
		"/a/main.go:7":     "{0 /a/main.go:7 /a/main.go 7 true}",
		`C:\a\main.go:7`:   `{0 C:\a\main.go:7 C:\a\main.go 7 true}`,
		"f:+2":             "{0 f:+2 f 2 true}",
		"f[a.B[c]].M:2":    "{0 f[a.B[c]].M:2 f[a.B[c]].M 2 true}",
		`"net/http".Get:1`: `{0 "net/http".Get:1 "net/http".Get 1 true}`,
	} {
		s, err := Parse(text)
		got := fmt.Sprintf("{%d %s %s %d %v}", s.Kind, s.Text, s.Name, s.Line, s.HasLine)
		if err != nil {
			got = err.Error()
		}
		if !strings.HasPrefix(got, want) {
			t.Errorf("%s: %s; want %s", text, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"main.go:1", "+1", "/re/", "*0x4a", "(*T).M:3", `"a/b".f`, "f[x:y]:2", ":", "/"} {
		f.Add(s, "net/http.(*Client).Do")
	}
	f.Fuzz(func(t *testing.T, text, symbol string) {
		if s, err := Parse(text); err == nil && s.Kind == Named {
			p := newPattern(s.Name)
			p.matches(p.key(symbol))
			if !fileMatches(symbol, symbol) && symbol != "" {
				t.Errorf("%q does not match itself", symbol)
			}
			Rules{{text, symbol}}.Local(symbol)
		}
	})
}

// TestPackagePaths names functions by package names that import paths hide.
func TestPackagePaths(t *testing.T) {
	for _, o := range []testkit.Options{{}, {Go: testkit.Versions()[0]}, {Flags: []string{"-ldflags=-s -w"}}} {
		p := trapped.Run(t, testkit.Build(t, "package_paths", o))
		env := Env{Images: p.Images.All()}
		for text, want := range map[string]string{
			"target.Run":           "target/v2.Run:9*1",
			"target/v2.Run":        "target/v2.Run:9*1",
			"target.Server.Start":  "target/v2.(*Server).Start:6*1",
			`"target/v2".Run`:      "target/v2.Run:9*1",
			"named.Do":             "target/go-named.Do:4*1",
			"go-named.Do":          "target/go-named.Do:4*1",
			"named.Dont":           `location "named.Dont" not found`,
			"(*Server).Start":      "target/v2.(*Server).Start:6*1",
			"target.(*Server).Sta": `location "target.(*Server).Sta" not found`,
		} {
			if len(o.Flags) > 0 && text == "named.Do" {
				want = `location "named.Do" not found` // only DWARF knows
			}
			if got := describe(t, env, text); got != want {
				t.Errorf("%v %s: %s, want %s", o, text, got, want)
			}
		}
	}
}
