package expr

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/testkit"
	"github.com/tinydbg/tinydbg/internal/testkit/trapped"
	"github.com/tinydbg/tinydbg/internal/testkit/valgen"
)

// Random expressions have the type and value here that they have in a program
// that Go's compiler made of them. What panics there is an error here, and so is what
// the compiler does not take.
func TestExpressionsAreGos(t *testing.T) {
	seeds := 1
	if s := os.Getenv("TINYDBG_VALGEN_SEEDS"); s != "" {
		seeds, _ = strconv.Atoi(s)
	}
	for seed := range seeds {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) { expressionsAreGos(t, valgen.Exprs(uint64(seed), 1000)) })
	}
}

func expressionsAreGos(t *testing.T, list []string) {
	why := compilerErrors(t, list)
	var good, bad []string
	for _, src := range list {
		if why[src] == "" {
			good = append(good, src)
		} else {
			bad = append(bad, src)
		}
	}
	p := trapped.Run(t, buildTruth(t, good))
	sc := scopeIn(t, p, "main.main")
	if len(p.Lines) != len(good) {
		t.Fatalf("the program printed %d lines of %d", len(p.Lines), len(good))
	}
	n := mistakes{t: t}
	for i, line := range p.Lines {
		typ, want, _ := strings.Cut(line, "\t")
		n.compare(sc, good[i], typ, want)
	}
	for _, src := range bad {
		if r, err := Eval(src, sc); err == nil && !lenient(src, why[src]) {
			n.say("%s is %s; the compiler says %s", src, shown(r.ToAPI(wide)), why[src])
		}
	}
	t.Logf("%d expressions, %d of them are none to the compiler: %d mistakes", len(good)+len(bad), len(bad), n.count)
}

// compilerErrors is what the compiler says of those expressions that it does not
// take as a value of an interface.
func compilerErrors(t *testing.T, list []string) map[string]string {
	t.Helper()
	head := "package main\n" + valgen.ExprDecls
	lines := strings.Count(head, "\n") + 1
	source := head
	for _, src := range list {
		source += "var _ any = " + src + "\n"
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "decls.go", source, 0)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	conf := types.Config{GoVersion: "go1.22", Error: func(err error) {
		e := err.(types.Error)
		if line := fset.Position(e.Pos).Line - lines; line >= 0 {
			found[list[line]] = e.Msg
		} else {
			t.Fatal(err)
		}
	}}
	conf.Check("main", fset, []*ast.File{file}, nil)
	return found
}

// buildTruth is a program that prints the expressions' types and values.
func buildTruth(t *testing.T, list []string) string {
	t.Helper()
	var b strings.Builder
	b.WriteString(`package main

import (
	"fmt"
	"runtime"
)

func truth(f func() any) {
	defer func() {
		if r := recover(); r != nil {
			fmt.Printf("panic\t%v\n", r)
		}
	}()
	v := f()
	if s, ok := v.(string); ok {
		v = fmt.Sprintf("%q", s)
		fmt.Printf("string\t%v\n", v)
		return
	}
	if s, ok := v.(Word); ok {
		fmt.Printf("main.Word\t%q\n", string(s))
		return
	}
	fmt.Printf("%T\t%v\n", v, v)
}

func main() {
`)
	for _, src := range list {
		fmt.Fprintf(&b, "\ttruth(func() any { return %s })\n", src)
	}
	b.WriteString("\tfmt.Println(\"READY\")\n\truntime.Breakpoint()\n}\n" + valgen.ExprDecls)
	dir := filepath.Join(t.TempDir(), "truth")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	return testkit.BuildDir(t, dir, testkit.Options{})
}

// mistakes counts them and shows the first ones.
type mistakes struct {
	t     *testing.T
	count int
}

func (n *mistakes) say(format string, args ...any) {
	n.t.Helper()
	if n.count++; n.count <= 40 {
		n.t.Errorf(format, args...)
	}
}

func (n *mistakes) compare(sc *Scope, src, typ, want string) {
	n.t.Helper()
	r, err := Eval(src, sc)
	switch {
	case typ == "panic" && err == nil:
		n.say("%s is %s; the program panics: %s", src, shown(r.ToAPI(wide)), want)
	case typ == "panic":
	case err != nil:
		n.say("%s: %v; the program says %s %s", src, err, typ, want)
	default:
		v := r.ToAPI(wide)
		if got := shown(v); got != want {
			n.say("%s is %s %s; the program says %s %s", src, v.Type, got, typ, want)
		} else if v.Type != "" && v.Type != typ {
			n.say("%s is a %s; the program says %s", src, v.Type, typ)
		}
	}
}

// shown is a variable as fmt's %v has it, strings quoted on their own.
func shown(v api.Variable) string {
	if v.Kind == reflect.String {
		return strconv.Quote(v.Value)
	}
	return inside(v)
}

func inside(v api.Variable) string {
	switch v.Kind {
	case reflect.Float32, reflect.Float64:
		bits := 64
		if v.Type == "float32" || v.Kind == reflect.Float32 {
			bits = 32
		}
		f, err := strconv.ParseFloat(v.Value, bits)
		if err != nil {
			return err.Error()
		}
		if bits == 32 {
			return fmt.Sprint(float32(f))
		}
		return fmt.Sprint(f)
	case reflect.Complex64, reflect.Complex128:
		bits := 64
		if v.Type == "complex64" {
			bits = 32
		}
		re, _ := strconv.ParseFloat(v.Children[0].Value, bits)
		im, _ := strconv.ParseFloat(v.Children[1].Value, bits)
		if bits == 32 {
			return fmt.Sprint(complex64(complex(re, im)))
		}
		return fmt.Sprint(complex(re, im))
	case reflect.Array, reflect.Slice, reflect.Struct:
		parts := make([]string, len(v.Children))
		for i := range parts {
			parts[i] = inside(v.Children[i])
		}
		if v.Kind == reflect.Struct {
			return "{" + strings.Join(parts, " ") + "}"
		}
		return "[" + strings.Join(parts, " ") + "]"
	case reflect.String:
		return v.Value
	}
	if i := strings.Index(v.Value, " ("); i > 0 { // the name of a constant
		return strings.TrimSuffix(v.Value[i+2:], ")")
	}
	return v.Value
}

// lenient tells what is meant to be taken here though the compiler does not: what
// only has to be shown, runes that are no 32 bits, shifts by more than anybody
// needs, lengths that meet other types, and the right side of && and || when the
// left one decides.
func lenient(src, why string) bool {
	switch {
	case strings.Contains(why, "invalid shift count"), strings.HasSuffix(why, "overflows rune"):
		return true
	case (strings.Contains(why, "mismatched types") || strings.HasSuffix(why, "truncated to int")) &&
		(strings.Contains(src, "len(") || strings.Contains(src, "cap(")):
		return true
	case strings.HasPrefix(why, "cannot use "):
		return strings.Contains(why, " constant ") && strings.HasSuffix(why, "in variable declaration (overflows)")
	}
	return strings.Contains(src, "&&") || strings.Contains(src, "||")
}
