package expr

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/testkit"
	"github.com/tinydbg/tinydbg/internal/testkit/trapped"
)

var wide = api.LoadConfig{FollowPointers: true, MaxVariableRecurse: 1, MaxStringLen: 1000, MaxArrayValues: 100, MaxStructFields: -1}

// text renders a variable as fmt's %v does.
func text(v api.Variable) string {
	if len(v.Children) > 0 && (v.Kind == reflect.Complex128 || v.Kind == reflect.Complex64) {
		var re, im float64
		fmt.Sscan(v.Children[0].Value, &re)
		fmt.Sscan(v.Children[1].Value, &im)
		return fmt.Sprint(complex(re, im))
	}
	if v.Value != "" || len(v.Children) == 0 && v.Kind.String() != "slice" {
		return v.Value
	}
	var parts []string
	for _, c := range v.Children {
		parts = append(parts, text(c))
	}
	s := strings.Join(parts, " ")
	if v.Kind.String() == "slice" || v.Kind.String() == "array" {
		return "[" + s + "]"
	}
	return s
}

// What a program printed of its own values is what evaluation has to give.
func TestProgramsOwnTruth(t *testing.T) {
	for _, version := range testkit.Versions() {
		t.Run(version, func(t *testing.T) {
			p := trapped.Run(t, testkit.Build(t, "expression_values", testkit.Options{Go: version}))
			sc := scopeIn(t, p, "main.work")
			if len(p.Lines) < 100 {
				t.Fatalf("the program printed %d lines", len(p.Lines))
			}
			for _, line := range p.Lines {
				part := strings.SplitN(line, "\t", 3)
				checkTruth(t, sc, part[0], part[1], part[2])
			}
		})
	}
}

// The same of expressions that are about what is rarely asked for.
func TestCornersOfTheLanguage(t *testing.T) {
	for _, version := range testkit.Versions() {
		t.Run(version, func(t *testing.T) {
			p := trapped.Run(t, testkit.Build(t, "expression_corners", testkit.Options{Go: version}))
			sc := scopeIn(t, p, "main.work")
			if len(p.Lines) < 260 {
				t.Fatalf("the program printed %d lines", len(p.Lines))
			}
			for _, line := range p.Lines {
				part := strings.SplitN(line, "\t", 3)
				checkTruth(t, sc, part[0], part[1], part[2])
			}
		})
	}
}

func checkTruth(t *testing.T, sc *Scope, src, typ, want string) {
	t.Helper()
	r, err := Eval(src, sc)
	if err != nil {
		t.Errorf("%s: %v; the program says %s", src, err, want)
		return
	}
	v := r.ToAPI(wide)
	got := text(v)
	if v.Kind.String() == "float32" || v.Kind.String() == "float64" {
		var f float64
		fmt.Sscan(got, &f)
		got = fmt.Sprint(f)
	}
	if i := strings.Index(got, " ("); i > 0 && v.Type != "string" { // the name of a constant
		got = strings.TrimSuffix(got[i+2:], ")")
	}
	got = strings.ReplaceAll(got, " + ", "+")
	if got != want || v.Unreadable != "" {
		t.Errorf("%s = %q (%s %v) %s; the program says %s", src, got, v.Type, v.Kind, v.Unreadable, want)
	}
	if v.Type != "" && v.Type != typ && typ != "uint8" {
		t.Errorf("%s is a %s; the program says %s", src, v.Type, typ)
	}
}

// Errors name the part that failed, in the words clients look for.
func TestErrors(t *testing.T) {
	p := trapped.Run(t, testkit.Build(t, "expression_values", testkit.Options{}))
	sc := scopeIn(t, p, "main.work")
	for src, want := range map[string]string{
		"nope":                 "could not find symbol value for nope",
		"n + nope":             `could not find symbol value for nope (at column 5 of "n + nope")`,
		"n + o.nope":           `o (type main.outer) has no member nope (at column 7 of "n + o.nope")`,
		"1 + n/zero":           `integer divide by zero (at column 6 of "1 + n/zero")`,
		"len(sl) + arr[9]":     `is not in [0, 5) (at column 15 of "len(sl) + arr[9]")`,
		"ratio":                "could not find symbol value for ratio: Go's compiler writes down no constants but integers that fit their type (main.go:",
		"main.hugeInt":         "could not find symbol value for main.hugeInt: Go's compiler writes down no constants but integers that fit their type (main.go:",
		"inFunction":           "could not find symbol value for inFunction: Go's compiler does not write down the constants of functions (main.go:",
		"unused":               "could not find symbol value for unused: nothing uses the variable, so it is not in the program (main.go:",
		"http.MethodGet":       `Go's compiler writes down no constants but integers that fit their type (method.go:`,
		"nopkg.x":              "could not find symbol value for nopkg.x",
		"main.nope":            "could not find symbol value for main.nope",
		"o.nope":               "o (type main.outer) has no member nope",
		"n.foo":                "n (type int) has no member foo",
		"ppo.A":                "ppo (type **main.outer) has no member A",
		"arr[9]":               "index out of bounds",
		"arr[-1]":              "index out of bounds",
		"sl[3:9]":              "out of range",
		"s[100]":               "index out of bounds",
		`m["none"]`:            "key not found",
		"m[1]":                 "can not convert 1 constant to string",
		"nilp.A":               "nilp is nil",
		"*nilp":                "nil pointer dereference",
		"*n":                   `expression "n" (int) can not be dereferenced`,
		"&5":                   `can not take address of "5"`,
		"e.(string)":           "interface conversion: interface {} is int, not string",
		"enil.(int)":           "interface conversion: interface {} is nil, not int",
		"n.(int)":              `expression "n" not an interface`,
		"double(3)":            "function calls not allowed without using 'call'",
		"fn(3)":                "function calls not allowed without using 'call'",
		"len(5)":               "invalid argument 5 (type int) for len",
		"cap(m)":               "invalid argument m (type map[string]int) for cap",
		"len()":                "wrong number of arguments to len: 0",
		"max()":                "not enough arguments to max",
		"n/zero":               "runtime error: integer divide by zero",
		"n%0":                  "runtime error: integer divide by zero",
		"1/0":                  "invalid operation: division by zero",
		"1%0":                  "invalid operation: division by zero",
		"1/0i":                 "invalid operation: division by zero",
		"uint8(300)":           "constant 300 overflows uint8",
		"uint8(-1)":            "constant -1 overflows uint8",
		"int(3.7)":             "can not convert 3.7 to int: it would be truncated",
		"float32(1e100)":       "constant 1e+100 overflows float32",
		"int8(100) + 100":      "constant 200 overflows int8",
		"int8(1) << 7":         "constant 128 overflows int8",
		"-int8(-128)":          "constant 128 overflows int8",
		"green - blue":         "constant -1 overflows main.color",
		"sl[1:2:9]":            "out of range",
		"s[1:2:3]":             "3-index slice of a string",
		"inner{1}":             "main.inner has 2 fields, the literal 1 values",
		"inner{C: 1}":          "main.inner has no field C",
		"inner{\"x\", 1}":      "can not convert \"x\" constant to int (at column 7",
		"inner{n, n}":          "cannot use a int as string",
		"inner{A: 1, A: 2}":    "duplicate field name A in the literal (at column 13",
		"[2]int{0: 1, 0: 2}":   "duplicate index 0 in the literal",
		"mif[sl]":              "runtime error: hash of unhashable type []int",
		"[2]int16{1, 2, 3}":    "there is no element 2",
		"[n]int{}":             "the length of an array has to be a constant integer",
		"[-1]int{}":            "the length of an array has to be a constant integer, and not negative",
		"*(*[1<<50]int)(nil)":  "no type [1125899906842624]int",
		"map[string]int{}":     "a literal of a map cannot be evaluated",
		"&inner{1, \"a\"}":     "would have to be allocated",
		"1.0/0":                "division by zero",
		"n + f64":              `mismatched types "int" and "float64"`,
		"n + 1.5":              "can not convert 1.5 constant to int",
		"u8 == 456":            "constant 456 overflows uint8",
		"-1 < u64":             "constant -1 overflows uint64",
		"n == 2.5":             "can not convert 2.5 constant to int",
		"u8 + len(sl) + 1000":  "constant 1000 overflows uint8",
		"len(s) + s":           `mismatched types "int" and "string"`,
		"1<<n + 2.5":           "shift of type float64",
		"u8 + 1000":            "constant 1000 overflows uint8",
		"s + 1":                "can not convert 1 constant to string",
		"n && b":               `expression "n" should be boolean not int`,
		"!n":                   "operator ! not defined on int",
		"n << -1":              "shift count must not be negative",
		"f64 << 1":             "shift of type float64",
		"sl == sl":             "can not compare slice variables",
		"n == nil":             "can not compare int to nil",
		"po < po":              "operator < not defined on",
		"in == o":              `mismatched types "main.inner" and "main.outer"`,
		"func() {}":            "function literals",
		"main.inner":           "main.inner is a type, not an expression",
		"int":                  "int is a type, not an expression",
		"x y":                  "1:3: expected 'EOF', found y",
		"1 +":                  `1:4: expected operand, found 'EOF' (at column 4 of "1 +")`,
		"(n":                   `1:3: expected ')', found 'EOF' (at column 3 of "(n")`,
		"":                     "expected operand, found 'EOF'",
		"<-ch":                 "a receive would change the channel",
		"shadow":               "could not find symbol value for shadow",
		"1 << 2000":            "too large",
		"[]outer{65535: {}}":   "bytes are too large for a literal",
		"[][]byte{{65535: 1}}": "more than 65536 elements",
		"(*nope.T)(0x10)":      "could not find symbol value for nope.T",
		`string(sl)`:           `can not convert "sl" to string`,
		"uintptr(f64) + nil":   "not defined on nil",
	} {
		r, err := Eval(src, sc)
		if err == nil {
			t.Errorf("%s: no error, but %v", src, r.ToAPI(wide))
		} else if !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %q; want %q", src, err, want)
		}
	}
	if _, err := Eval("inAnother", sc); err == nil || strings.Contains(err.Error(), "constants") {
		t.Errorf("a constant of a function that this is not: %v", err)
	}
}

// What Go's syntax does not have, and values that the program does not print.
func TestExtras(t *testing.T) {
	p := trapped.Run(t, testkit.Build(t, "expression_values", testkit.Options{}))
	sc := scopeIn(t, p, "main.work")
	for src, want := range map[string]string{
		"runtime.curg.goid":                     "1",
		"runtime.curg.goid == 1":                "true",
		"runtime.threadid > 0":                  "true",
		"runtime.frameoff < 0":                  "true",
		"RIP > 0 && _RSP < 0x7fffffffffff":      "true",
		"ep.(data).A":                           "5",
		"ep.A":                                  "5",
		"ep.(*main.inner).B":                    "five",
		`"net/http".DefaultMaxHeaderBytes`:      "1048576",
		"http.DefaultClient == nil":             "false",
		"fn":                                    "main.double",
		"clo":                                   "main.work.func1",
		"double":                                "main.double",
		"main.double":                           "main.double",
		"main.color.String":                     "main.color.String",
		"col.String":                            "main.color.String",
		"col":                                   "green (1)",
		"color(2)":                              "blue (2)",
		"*(*int)(uintptr(&n))":                  "7",
		"*(*int)(unsafe.Pointer(&n))":           "7",
		"(*outer)(unsafe.Pointer(po)).A":        "5",
		"unsafe.Pointer(po) == po":              "true",
		"&o.A != unsafe.Pointer(&n)":            "true",
		"(*[11]uint8)(unsafe.Pointer(&n))[0]":   "7",
		"len([12]int16{3: 1})":                  "12",
		"(*(*outer)(uintptr(po))).Arr[1]":       "8",
		"uintptr(po) == uintptr(&o)":            "true",
		"main.pair[string,int](pr).Val":         "9",
		"in == inner{5, \"five\"}":              "true",
		"ms[inner{A: 5, B: \"five\"}]":          "true",
		"ms[inner{1, \"a\"}]":                   "false",
		"inner{A: 3}.A + inner{B: \"x\"}.A":     "3",
		"len([]int{1, 2, 3: 4})":                "4",
		"[...]int{1, 2, 3, 4, 5} == arr":        "true",
		"[5]int{4: n}[4]":                       "7",
		"e == 12 && es != inner{}":              "true",
		"o.I == inner{5, \"five\"}":             "true",
		"outer{inner: inner{9, \"in\"}}.A":      "9",
		"outer{P: nil}.P == nil":                "true",
		"[]inner{{1, \"a\"}, {2, \"b\"}}[1].B":  "b",
		"string([]byte{104, 105})":              "hi",
		"sl[1:2:3]":                             "[20]",
		"cap(sl[1:2:3])":                        "2",
		"int8(100) + 27":                        "127",
		"-int8(127)":                            "-127",
		"int8(n) + 127":                         "-122",
		"uint8(i16)":                            "44",
		"n == 7.0":                              "true",
		"int64(time.Second)":                    "1000000000",
		"dur == 90*time.Second":                 "true",
		"(chan int)(ch) == ch":                  "true",
		"len((map[string]int)(m))":              "2",
		"[]byte(s)[1]":                          "101",
		"string([]byte(s)[7:])":                 "世界",
		"string([]rune(s)[7:8])":                "世",
		"nilsl":                                 "[]",
		"err":                                   "",
		"1 << 70 >> 68":                         "4",
		"1 << (n * 10)":                         "0",
		"u8 == 1<<n":                            "false",
		"u8 + 1<<n":                             "72",
		"-1 << n + i64":                         "1099511627648",
		"uint8(1 << (n + 1))":                   "0",
		"len(s) / 2.0":                          "6",
		"po.Next == po && po.P == nil || false": "false",
	} {
		r, err := Eval(src, sc)
		if err != nil {
			t.Errorf("%s: %v", src, err)
			continue
		}
		v := r.ToAPI(wide)
		if got := text(v); got != want || v.Unreadable != "" {
			t.Errorf("%s = %q %s; want %q", src, got, v.Unreadable, want)
		}
	}
}

// What can be set is read back from the process; what cannot says why.
func TestSet(t *testing.T) {
	p := trapped.Run(t, testkit.Build(t, "expression_values", testkit.Options{}))
	sc := scopeIn(t, p, "main.work")
	for _, c := range []struct{ lhs, rhs, read, want string }{
		{"n", "41 + 1", "n", "42"},
		{"i8", "-128", "i8", "-128"},
		{"s[0]", "'x'", "", "a string's bytes cannot be changed"},
		{"(o.inner.B)[1]", "120", "", "a string's bytes cannot be changed"},
		{"u64", "1<<64 - 1", "u64", "18446744073709551615"},
		{"f64", "1.25", "f64", "1.25"},
		{"f32", "n", "", "cannot use a int as float32"},
		{"u8", "256", "", "overflows"},
		{"c128", "2i", "imag(c128)", "2"},
		{"b", "!b", "b", "false"},
		{"arr[1]", "99", "arr[1]", "99"},
		{"sl[0]", "arr[1]", "sl[0]", "99"},
		{"o.P.A", "77", "in.A", "77"},
		{"nilp", "&in", "nilp.A", "77"},
		{"nilp", "nil", "nilp == nil", "true"},
		{"po", "uintptr(0)", "", "cannot use a uintptr"},
		{"m[\"one\"]", "11", "m[\"one\"]", "11"},
		{"s", "name", "s", "joe"},
		{"s", "\"\"", "len(s)", "0"},
		{"s", "\"new\"", "", "allocated"},
		{"sl", "sl[2:]", "sl[0]", "30"},
		{"in", "in2", "in.A", "5"},
		{"col", "blue", "col == blue", "true"},
		{"errv", "nil", "errv == nil", "true"},
		{"fn", "clo", "fn", "main.work.func1"},
		{"fn", "double", "", "function"},
		{"5", "6", "", "not a variable"},
		{"n + 1", "6", "", "not a variable"},
		{"nope", "6", "", "could not find symbol value for nope"},
	} {
		err := Set(sc, c.lhs, c.rhs)
		if c.read == "" {
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s = %s: error %v; want %q", c.lhs, c.rhs, err, c.want)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s = %s: %v", c.lhs, c.rhs, err)
			continue
		}
		r, err := Eval(c.read, sc)
		if err != nil {
			t.Errorf("%s after %s = %s: %v", c.read, c.lhs, c.rhs, err)
			continue
		}
		if got := text(r.ToAPI(wide)); got != c.want {
			t.Errorf("%s after %s = %s: %q; want %q", c.read, c.lhs, c.rhs, got, c.want)
		}
	}
}

// A condition is compiled once and then costs microseconds.
func BenchmarkCondition(b *testing.B) {
	p := trapped.Run(b, testkit.Build(b, "expression_values", testkit.Options{}))
	sc := scopeIn(b, p, "main.work")
	for _, src := range []string{"n == 1000", "len(s) == 1000", "n == 1000 && s == \"x\"", "po.Next.A == 3", "m[\"one\"] == 7"} {
		b.Run(src, func(b *testing.B) {
			e, err := Parse(src)
			if err != nil {
				b.Fatal(err)
			}
			prog, err := e.Compile(sc.Site)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for range b.N {
				if ok, err := prog.Bool(sc); ok || err != nil {
					b.Fatal(ok, err)
				}
			}
		})
	}
}

// TestPackagePaths: a package is called by its name or, quoted, by its import
// path, which need not end alike.
func TestPackagePaths(t *testing.T) {
	p := trapped.Run(t, testkit.Build(t, "package_paths", testkit.Options{}))
	sc := scopeIn(t, p, "main.main")
	for src, want := range map[string]string{
		"lib.Count":                  "3",
		`"target/lib.v3".Count`:      "3",
		"target.Run":                 "target/v2.Run",
		"named.Do":                   "target/go-named.Do",
		`(*"target/lib.v3".Node)(0)`: "0",
		"(*lib.Node)(0) == nil":      "true",
		"lib.Root.Next == nil":       "true",
		"(*target.Server)(0) == nil": "true",
		"lib.Nothing":                "could not find symbol value for lib.Nothing",
		`"target/lib.v3".Nothing`:    "could not find symbol value for target/lib.v3.Nothing",
	} {
		got := said(src, sc)
		if !strings.Contains(got, want) {
			t.Errorf("%s is %s, want %s", src, got, want)
		}
	}
}

// What two embedded fields promote from the same depth is ambiguous, a shallower
// one is meant.
func TestAmbiguousMethods(t *testing.T) {
	p := trapped.Run(t, testkit.Build(t, "ambiguous_methods", testkit.Options{}))
	sc := scopeIn(t, p, "main.main")
	for src, want := range map[string]string{
		"both.Name": "ambiguous selector Name of main.twice", "both.named": "ambiguous selector named of main.twice",
	} {
		if r, err := Eval(src, sc); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, %v; want %s", src, r.Value, err, want)
		}
	}
	for src, want := range map[string]string{
		"once.Name": "main.named.Name", "above.Name": "main.named.Name", "both.left.Name": "main.named.Name", "pointer.Name": "main.named.Name",
	} {
		r, err := Eval(src, sc)
		if err != nil {
			t.Errorf("%s: %v", src, err)
		} else if v := r.ToAPI(wide); v.Value != want {
			t.Errorf("%s is %s, want %s", src, v.Value, want)
		}
	}
}

// said is what an expression is, the name of a function or an error, as text.
func said(src string, sc *Scope) string {
	r, err := Eval(src, sc)
	switch {
	case err != nil:
		return err.Error()
	case r.Func != nil:
		return r.Func.Name
	}
	return text(r.ToAPI(wide))
}
