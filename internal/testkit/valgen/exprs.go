package valgen

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// ExprDecls are the variables, constants and types that the expressions of
// Exprs are about. They need no imports.
const ExprDecls = `
type Num int16
type Word string
type Inner struct { A int; S string }
type Outer struct { Inner; P *Inner; F float32 }
const (
	Few Num = iota + 3
	More
	Most Num = 32767
)
const (
	lots = 1 << 40
	tiny uint8 = 250
	seven = 7
)
var (
	i8, i8b int8 = -128, 77
	i16 int16 = -32768
	i32, i32b int32 = -2147483648, 70000
	i64, i64b int64 = -9223372036854775808, 12345678901234567
	i, j, k, zero int = 42, -7, 3, 0
	u8, u8b uint8 = 255, 3
	u16 uint16 = 65535
	u32 uint32 = 4294967295
	u64, u64b uint64 = 18446744073709551615, 9007199254740993
	u, ub uint = 64, 5
	up uintptr = 4096
	f32, f32b float32 = 16777216, 0.1
	f64, f64b, fz float64 = 0.1, -1e300, 0
	c64 complex64 = 1.5-2i
	c128, c128b complex128 = 3+4i, -1i
	s, t, empty string = "hello, wörld", "help", ""
	r rune = 'é'
	b, nb bool = true, false
	num Num = 9
	word Word = "wörd"
	arr, arrb = [3]int{1, 2, 3}, [3]int{1, 2, 4}
	sl, nilsl = []int{10, 20, 30, 40}, []int(nil)
	bs = []byte("bytes")
	rs = []rune("日本")
	in, inb = Inner{1, "one"}, Inner{1, "one"}
	out = Outer{Inner: in, P: &inb, F: 2.5}
	p, pb, nilp *int = &i, &j, nil
	po, nilo *Outer = &out, nil
	mi = map[int]string{1: "a", 42: "b"}
	ms = map[string]int{"x": 5, "help": 6}
	mk = map[Inner]float64{{1, "one"}: 1.25}
	e, es, en, enil any = 42, "help", Num(9), nil
	ein any = Inner{1, "one"}
)
`

// exprVars are the variables of ExprDecls by type, and expressions that are as good.
var exprVars = map[string][]string{
	"int8": {"i8", "i8b"}, "int16": {"i16"}, "int32": {"i32", "i32b", "r", "rs[1]"}, "int64": {"i64", "i64b"},
	"int":   {"i", "j", "k", "zero", "in.A", "out.A", "po.A", "out.P.A", "*p", "arr[1]", "sl[3]", "len(s)", "len(sl)", "cap(sl[1:])", `ms["x"]`, "e.(int)", "nilo.A", "*nilp", "sl[i]", "arr[j]", "nilsl[0]", "es.(int)"},
	"uint8": {"u8", "u8b", "s[1]", "bs[2]", "tiny"}, "uint16": {"u16"}, "uint32": {"u32"}, "uint64": {"u64", "u64b"}, "uint": {"u", "ub"}, "uintptr": {"up"},
	"float32": {"f32", "f32b", "out.F", "real(c64)"}, "float64": {"f64", "f64b", "fz", "imag(c128)", "mk[in]"},
	"complex64": {"c64"}, "complex128": {"c128", "c128b"},
	"string": {"s", "t", "empty", "in.S", "out.Inner.S", "mi[42]", "es.(string)", "e.(string)"}, "Word": {"word"}, "bool": {"b", "nb"}, "Num": {"num", "Few", "More", "Most", "en.(Num)"},
	"[3]int": {"arr", "arrb"}, "[]int": {"sl", "nilsl", "arr[:]"}, "Inner": {"in", "inb", "*out.P", "out.Inner", "ein.(Inner)"}, "any": {"e", "es", "en", "enil", "ein"},
	"*int": {"p", "pb", "nilp", "&i"},
}

var (
	exprInts    = []string{"int8", "int16", "int32", "int64", "int", "uint8", "uint16", "uint32", "uint64", "uint", "uintptr", "Num"}
	exprNumbers = append([]string{"float32", "float64", "complex64", "complex128"}, exprInts...)
	exprTypes   = append([]string{"string", "Word", "bool", "bool", "[3]int", "Inner"}, exprNumbers...)
	exprEqual   = append([]string{"any", "*int"}, exprTypes...)
	exprOrdered = append([]string{"string", "Word", "float32", "float64"}, exprInts...)
)

// Exprs are random expressions over ExprDecls, the same for the same seed. Most,
// not all, are such that Go's compiler takes them; some panic.
func Exprs(seed uint64, n int) []string {
	g := &exprGen{rand.New(rand.NewPCG(seed, 3))}
	list := make([]string, n)
	for i := range list {
		list[i] = g.of(g.pick(exprTypes), 1+g.IntN(3))
	}
	return list
}

type exprGen struct{ *rand.Rand }

func (g *exprGen) pick(list []string) string { return list[g.IntN(len(list))] }

// of is an expression of type t, or of another by mistake, of some depth.
func (g *exprGen) of(t string, depth int) string {
	if g.IntN(25) == 0 {
		t = g.pick(exprTypes)
	}
	if depth <= 0 {
		return g.leaf(t)
	}
	depth--
	switch t {
	case "bool":
		return g.truth(depth)
	case "string", "Word":
		return g.text(t, depth)
	case "[3]int":
		return g.pick([]string{"arr", "arrb", "[3]int{" + g.of("int", depth) + ", 2: 5}", "[...]int{1, 2, " + g.of("int", depth) + "}"})
	case "Inner":
		return g.pick([]string{g.leaf(t), "Inner{" + g.of("int", depth) + ", " + g.of("string", depth) + "}", "Inner{S: " + g.of("string", depth) + "}"})
	case "any", "*int", "[]int":
		return g.leaf(t)
	}
	return g.number(t, depth)
}

func (g *exprGen) leaf(t string) string {
	if g.IntN(3) > 0 || t == "any" || t == "*int" {
		return g.pick(exprVars[t])
	}
	switch t {
	case "bool":
		return g.pick([]string{"true", "false"})
	case "string", "Word":
		return g.pick([]string{`"a"`, `""`, "`help`", `"wörld"`})
	case "float32", "float64":
		return g.pick([]string{"0.5", "2", "1e10", "'a'", "0x1p-3", "16777217", "0.1", "seven", "1e400"})
	case "complex64", "complex128":
		return g.pick([]string{"2i", "1", "0.5+1i", "seven"})
	case "[3]int", "Inner", "[]int":
		return g.pick(exprVars[t])
	}
	return g.pick([]string{"0", "1", "2", "3", "7", "10", "100", "127", "-1", "255", "300", "1<<20", "lots", "seven", "'x'", "4.0", "2.5", "1<<63", "0x7f", "1_000"})
}

func (g *exprGen) truth(depth int) string {
	switch g.IntN(6) {
	case 0:
		return "(" + g.of("bool", depth) + g.pick([]string{" && ", " || ", " == ", " != "}) + g.of("bool", depth) + ")"
	case 1:
		return "!" + g.paren("bool", depth)
	case 2:
		t := g.pick(exprEqual)
		return g.of(t, depth) + g.pick([]string{" == ", " != "}) + g.of(t, depth)
	case 3:
		return g.pick([]string{"p", "nilp", "sl", "nilsl", "e", "enil", "mi", "nilo", "i"}) + g.pick([]string{" == ", " != "}) + "nil"
	default:
		t := g.pick(exprOrdered)
		return g.of(t, depth) + g.pick([]string{" < ", " <= ", " > ", " >= ", " == "}) + g.of(t, depth)
	}
}

func (g *exprGen) text(t string, depth int) string {
	switch g.IntN(6) {
	case 0, 1:
		return g.of(t, depth) + " + " + g.of(t, depth)
	case 2:
		return fmt.Sprintf("%s[%s:%s]", g.leaf(t), g.pick([]string{"", "1", "k", "0", "2"}), g.pick([]string{"", "3", "len(t)", "k", "i"}))
	case 3:
		return g.pick([]string{"string(bs)", "string(bs[1:3])", "string(rs)", "string(r)", "string(bs[:k])", "min(s, t)", `max(t, "z", "")`}) + g.pick([]string{"", " + \"!\""})
	case 4:
		return fmt.Sprintf("%s(%s)", t, g.of(g.pick([]string{"string", "Word", "int32"}), depth))
	default:
		return g.leaf(t)
	}
}

func (g *exprGen) paren(t string, depth int) string { return "(" + g.of(t, depth) + ")" }

func (g *exprGen) number(t string, depth int) string {
	integer := !strings.HasPrefix(t, "float") && !strings.HasPrefix(t, "complex")
	switch n := g.IntN(12); {
	case n < 4:
		return g.paren(t, depth) + g.pick([]string{" + ", " - ", "*", "/"}) + g.paren(t, depth)
	case n < 6 && integer:
		return g.paren(t, depth) + g.pick([]string{" % ", " & ", " | ", " ^ ", " &^ "}) + g.paren(t, depth)
	case n < 7 && integer:
		return g.paren(t, depth) + g.pick([]string{" << ", " >> "}) + g.paren(g.pick(exprInts), depth)
	case n < 8:
		return g.pick([]string{"-", "+", "^", "-"}) + g.paren(t, depth)
	case n < 10:
		return fmt.Sprintf("%s(%s)", t, g.of(g.pick(exprNumbers), depth))
	case n == 10 && !strings.HasPrefix(t, "complex"):
		return fmt.Sprintf("%s(%s, %s)", g.pick([]string{"min", "max"}), g.of(t, depth), g.of(t, depth))
	case n == 10:
		return fmt.Sprintf("complex(%s, %s)", g.of("float64", depth), g.of("float64", depth))
	default:
		return g.leaf(t)
	}
}
