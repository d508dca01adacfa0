package valgen

import (
	_ "embed"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// localsText is the part that is the same in all programs of Locals; the rest of
// runtimeText prints values.
//
//go:embed locals.go.txt
var localsText string

// Locals is the source of a program of functions with local variables of many
// types, the same for the same seed. It stops at numbered places: with tell it
// prints there what its variables are, one line "number name=value<tab>...";
// without it runs into a trap, and does nothing else that would keep its
// variables alive. Both go the same way. Each variable is assigned to once: of
// others, debug information of optimised code has it that they still are what
// they were when the compiler keeps the new value nowhere.
func Locals(seed uint64, functions int, tell bool) string {
	return locals(&localGen{rand: rand.New(rand.NewPCG(seed, 2)), tell: tell}, functions)
}

// Varying is Locals with variables that are assigned to again and again, in
// closures too, and hidden by others of the same name.
func Varying(seed uint64, functions int, tell bool) string {
	return locals(&localGen{rand: rand.New(rand.NewPCG(seed, 4)), tell: tell, varying: true}, functions)
}

func locals(g *localGen, functions int) string {
	for i := range functions {
		g.function(i)
	}
	_, printing, _ := strings.Cut(runtimeText, "func floatText(")
	printing, _, _ = strings.Cut(printing, "// uses makes sure")
	return localsText + "\nfunc floatText(" + printing + g.text.String() + g.mainFunc(functions)
}

// localGen is the state of one generation.
type localGen struct {
	rand    *rand.Rand
	tell    bool
	varying bool
	text    strings.Builder
	vars    []local // in scope, or hidden by a later one of the same name
	count   int     // names and stops
	stops   int
	depth   int
}

// local is a variable in scope.
type local struct{ name, typ string }

var localTypes = []string{"int", "int", "int8", "uint32", "string", "float64", "bool", "Point", "*Point", "[]int", "[3]int", "any", "func(int) int"}

func (g *localGen) printf(format string, args ...any) {
	g.text.WriteString(strings.Repeat("\t", g.depth+1))
	fmt.Fprintf(&g.text, format+"\n", args...)
}

func (g *localGen) name() string {
	g.count++
	return fmt.Sprintf("v%d", g.count)
}

func (g *localGen) function(i int) {
	g.vars, g.depth = []local{{"a", "int"}, {"b", "string"}, {"c", "Point"}, {"d", "[]int"}, {"e", "float64"}, {"r", "int"}, {"s", "string"}}, 0
	fmt.Fprintf(&g.text, "//go:noinline\nfunc f%d(a int, b string, c Point, d []int, e float64) (r int, s string) {\n", i)
	for range 12 {
		g.statement()
	}
	g.stop()
	g.printf("return %s, %s", g.expr("int"), g.expr("string"))
	g.text.WriteString("}\n\n")
}

func (g *localGen) mainFunc(functions int) string {
	var b strings.Builder
	b.WriteString("func main() {\n\tn := len(os.Args)\n")
	for i := range functions {
		fmt.Fprintf(&b, "\tuse(f%d(n+%d, os.Args[0][:1], Point{n, \"p\"}, []int{n, %d, 3}, float64(n)/4))\n", i, i, i)
	}
	return b.String() + "\tfmt.Println(\"done\")\n}\n"
}

// visible are the variables that names mean.
func (g *localGen) visible() (list []local) {
	for i, v := range g.vars {
		if !slices.ContainsFunc(g.vars[i+1:], func(w local) bool { return w.name == v.name }) {
			list = append(list, v)
		}
	}
	return list
}

// vary is a statement that changes a variable, or hides it.
func (g *localGen) vary() {
	list := g.visible()
	v := list[g.rand.IntN(len(list))]
	switch n := g.rand.IntN(8); {
	case n < 4:
		g.printf("%s = %s", v.name, g.expr(v.typ))
	case n == 4 && v.typ == "int":
		g.printf("%s++", v.name)
	case n == 5:
		g.printf("func() { %s = %s }()", v.name, g.expr(v.typ))
	case g.depth > 0 && strings.HasPrefix(v.name, "v"):
		t := localTypes[g.rand.IntN(len(localTypes))]
		g.printf("{")
		outer := len(g.vars)
		g.depth++
		g.printf("var %s %s = %s", v.name, t, g.expr(t))
		g.printf("_ = %s", v.name)
		g.vars = append(g.vars, local{v.name, t})
		g.stop()
		g.statement()
		g.stop()
		g.depth--
		g.vars = g.vars[:outer]
		g.printf("}")
	default:
		g.printf("%s = %s", v.name, g.expr(v.typ))
		g.stop()
	}
}

func (g *localGen) statement() {
	if g.varying && g.rand.IntN(2) == 0 {
		g.vary()
		return
	}
	kind := g.rand.IntN(10)
	switch {
	case kind < 5:
		t := localTypes[g.rand.IntN(len(localTypes))]
		e, name := g.expr(t), g.name()
		g.printf("var %s %s = %s", name, t, e)
		g.printf("_ = %s", name)
		g.vars = append(g.vars, local{name, t})
	case kind == 5:
		g.printf("use(%s)", g.vars[g.rand.IntN(len(g.vars))].name)
	case kind == 6 && g.depth < 2:
		g.printf("if %s {", g.expr("bool"))
		g.block()
		g.printf("} else {")
		g.block()
		g.printf("}")
	case kind == 7 && g.depth < 2:
		i := g.name()
		g.printf("for %s := 0; %s < %d; %s++ {", i, i, 1+g.rand.IntN(3), i)
		g.block()
		g.printf("}")
	default:
		g.stop()
	}
}

func (g *localGen) block() {
	outer := len(g.vars)
	g.depth++
	for range 1 + g.rand.IntN(4) {
		g.statement()
	}
	g.depth--
	g.vars = g.vars[:outer]
}

// stop is a place to look at the variables: in the function itself or, from the
// one that it calls, in the caller's frame.
func (g *localGen) stop() {
	g.stops++
	call := []string{"runtime.Breakpoint()", "stop()"}[g.rand.IntN(2)]
	if !g.tell {
		g.printf("%s", call)
		return
	}
	args := []string{fmt.Sprint(g.stops)}
	for _, v := range g.visible() {
		args = append(args, fmt.Sprintf("%q, %s", v.name, v.name))
	}
	g.printf("truth(%s)", strings.Join(args, ", "))
}

// of is a variable in scope of a type, "" if there is none.
func (g *localGen) of(t string) string {
	var fit []string
	for _, v := range g.visible() {
		if v.typ == t {
			fit = append(fit, v.name)
		}
	}
	if len(fit) == 0 {
		return ""
	}
	return fit[g.rand.IntN(len(fit))]
}

// expr is an expression of a type that cannot panic.
func (g *localGen) expr(t string) string {
	v := g.of(t)
	if v == "" || g.rand.IntN(3) == 0 {
		return g.fresh(t)
	}
	w := g.of(t)
	switch t {
	case "int":
		return []string{v + "+" + w, v + "*3", v + "-" + w, "helper(" + v + ")", "inlined(" + v + ", " + w + ")", v}[g.rand.IntN(6)]
	case "int8", "uint32":
		return []string{v + "+1", v + "^" + w, v}[g.rand.IntN(3)]
	case "string":
		return []string{v + `+"x"`, w + "+" + v, v}[g.rand.IntN(3)]
	case "float64":
		return []string{v + "*0.5", v + "+" + w, v}[g.rand.IntN(3)]
	case "bool":
		return []string{"!" + v, v + " != " + w, v}[g.rand.IntN(3)]
	case "Point":
		return []string{"Point{" + v + ".X+1, " + w + ".S}", "moved(" + v + ")", v}[g.rand.IntN(3)]
	case "[3]int":
		return []string{"[3]int{" + v + "[1], 5, " + w + "[0]}", v}[g.rand.IntN(2)]
	case "[]int":
		return []string{v + "[:1]", "append([]int(nil), " + v + "...)", v}[g.rand.IntN(3)]
	}
	return v
}

// fresh is an expression that needs no variable of its type.
func (g *localGen) fresh(t string) string {
	n, i := g.rand.IntN(50), g.of("int")
	switch t {
	case "int":
		return []string{fmt.Sprint(n), "len(b)+" + i, "c.X", "len(d)"}[g.rand.IntN(4)]
	case "int8", "uint32":
		return t + "(" + i + ")"
	case "string":
		return []string{fmt.Sprintf("\"text%d\"", n), "strconv.Itoa(" + i + ")", "c.S"}[g.rand.IntN(3)] + `+"."`
	case "float64":
		return fmt.Sprintf("float64(%s)+%d.25", i, n)
	case "bool":
		return fmt.Sprintf("%s > %d", i, n)
	case "Point":
		return fmt.Sprintf("Point{%s, b}", i)
	case "*Point":
		return fmt.Sprintf("&Point{%d, b}", n)
	case "[3]int":
		return fmt.Sprintf("[3]int{%s, %d}", i, n)
	case "[]int":
		return fmt.Sprintf("[]int{%s, %d}", i, n)
	case "any":
		return []string{i, fmt.Sprintf("Point{%s, \"any\"}", i), fmt.Sprintf("%q", "held")}[g.rand.IntN(3)]
	}
	return fmt.Sprintf("adder(%s)", i)
}
