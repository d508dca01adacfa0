package expr

import (
	"testing"

	"github.com/tinydbg/tinydbg/internal/testkit"
	"github.com/tinydbg/tinydbg/internal/testkit/trapped"
)

var seeds = []string{
	"1 + 2*3", `"net/http".DefaultClient.Timeout == 0`, "*(*int)(0xc000010000)", "x.(data).A[3:]", "1 << 1000 << 1000",
	`m["k"]`, "-(-128)", "f(x)(y)", "[]int{1,2}", "func() {}", "((((((x))))))", "a.b.c.d", "'x' + 1.5i", "len(s[1:2])",
	"*****x", "map[string][]*T(x)", "min(1, 2, x)", "complex(1, 2) * 2i", "RAX + _RIP", "runtime.curg.goid == 1", "x.(T)",
	"1/0", "1.0/0", "2i/0", "!true && false || n == 7", "string(65) + \"b\"", "uint8(300)", "^u8 &^ 3", "n % -1", "\"a\".b.c", "~x", "<-ch",
	`inner{1, "a"}.A`, `[]inner{{1, "a"}}[0].B`, "sl[1:2:3]", "[...]int{1, 2, 9: 3} == arr", "&inner{}", "outer{P: nil, inner: inner{}}.A",
	"[]int{65535: 1}", "[3]int{-1: 2}", "int8(100) + 100", "inner{inner{}}", "map[string]int{}", `color(2)`, "main.inner{B: s}.B[0]",
}

// Whatever the text, parsing gives a tree or an error.
func FuzzParse(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		e, err := Parse(src)
		if err != nil {
			if err.Error() == "" {
				t.Fatal("an error without text")
			}
			return
		}
		// Without a program only constants have a value.
		if p, err := e.Compile(Site{}); err == nil && p == nil {
			t.Fatal("neither a program nor an error")
		}
	})
}

// Whatever the expression, evaluation in a real frame ends with a value or an
// error.
func FuzzEval(f *testing.F) {
	for _, s := range seeds {
		f.Add(s, s)
	}
	for _, s := range []string{"o.Next.Arr[n-6]", "mif[col]", "by[:n]", "string(rs)", "clo", "e == es", "&arr[1]", "(*outer)(uintptr(po)).S"} {
		f.Add(s, "n")
	}
	p := trapped.Run(f, testkit.Build(f, "expression_values", testkit.Options{}))
	sc := scopeIn(f, p, "main.work")
	f.Fuzz(func(t *testing.T, lhs, src string) {
		if r, err := Eval(src, sc); err == nil {
			r.ToAPI(wide)
		}
		e, err := Parse(lhs)
		if err != nil {
			return
		}
		if prog, err := e.Compile(sc.Site); err == nil {
			prog.Bool(sc)
			prog.Address(sc)
		}
	})
}
