// Prints expressions with the type and the value that Go gives them (expression,
// tab, type, tab, value) and runs into a trap with all of them in scope: what it
// printed is the truth a debugger has to tell.
package main

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"runtime"
	"time"
)

type inner struct {
	A int
	B string
}

type outer struct {
	inner
	P    *inner
	Next *outer
	Arr  [3]int16
	S    []string
	M    map[string]int
	F    func(int) int
	I    interface{}
	E    error
}

func (o *outer) Ptr() int { return o.A }
func (o inner) Val() int  { return o.A }

type color uint8

const (
	red color = iota
	green
	blue
)

const bigConst = 1 << 40

const (
	ratio   = 2.5
	hugeInt = 1 << 100
)

var unused [2]int

func (c color) String() string { return "color" }

type pair[K comparable, V any] struct {
	Key K
	Val V
}

func (p pair[K, V]) Both() (K, V) { return p.Key, p.Val }

type stringer interface{ String() string }

var global = 42
var globalPtr = &global
var globalStruct = outer{inner: inner{1, "one"}, S: []string{"x", "y"}}
var globalMap = map[string]int{"a": 1, "b": 2}
var globalErr = errors.New("boom")
var globalF = 2.5

func show(e string, v any) { fmt.Printf("%s\t%T\t%v\n", e, v, v) }

func double(x int) int { return 2 * x }

func work(arg int, name string) (res int, err error) {
	const inFunction = 7
	var i8 int8 = -100*(ratio-1.5) + hugeInt>>100 - inFunction + 6
	var i16 int16 = 300
	var i32 int32 = -70000
	var i64 int64 = 1 << 40
	var u8 uint8 = 200
	var u16 uint16 = 60000
	var u32 uint32 = 4000000000
	var u64 uint64 = 1<<64 - 1
	var up uintptr = 4096
	var f32 float32 = 1.5
	var f64 = 3.25
	var c64 complex64 = complex(1, 2)
	var c128 = complex(2.5, -1)
	var b, nb = true, false
	var n = 7
	var s = "hello, 世界"
	var empty = ""
	var r rune = '世'
	var by = []byte("bytes")
	var rs = []rune("日本")
	var arr = [5]int{1, 2, 3, 4, 5}
	var parr = &arr
	var sl = []int{10, 20, 30, 40}
	var nilsl []int
	var m = map[string]int{"one": 1, "two": 2}
	var mi = map[int]string{1: "uno", 2: "dos"}
	var ms = map[inner]bool{{5, "five"}: true, {1, "a"}: false}
	var mf = map[float64]int{1.5: 15}
	var mif = map[interface{}]int{"k": 1, 7: 2, green: 3}
	var nilm map[string]int
	var in = inner{5, "five"}
	var in2 = inner{5, "five"}
	var o = outer{inner: in, P: &in, Arr: [3]int16{7, 8, 9}, S: []string{"p", "q"}, M: m, I: in, E: globalErr}
	o.Next = &o
	var po = &o
	var ppo = &po
	var e interface{} = 12
	var es interface{} = "str"
	var ep interface{} = &in
	var enil interface{}
	var errv error = globalErr
	var st stringer = blue
	var fn = double
	var clo = func(x int) int { return x + n }
	var ch = make(chan int, 3)
	var col = green
	var pr = pair[string, int]{"k", 9}
	var nilp *inner
	var dur = 90 * time.Second
	var one, zero = 1, 0
	ch <- 5
	if n == 7 {
		n := "shadow"
		_ = n
		runtime.KeepAlive(n)
	}
	show("i8", i8)
	show("-i8", -i8)
	show("i8+i8", i8+i8)
	show("i16*i16", i16*i16)
	show("i32/7", i32/7)
	show("i32%7", i32%7)
	show("i64>>3", i64>>3)
	show("i64<<30", i64<<30)
	show("u8+100", u8+100)
	show("u8<<1", u8<<1)
	show("^u8", ^u8)
	show("^i32", ^i32)
	show("u16&^255", u16&^255)
	show("u32|1", u32|1)
	show("u32^0xff", u32^0xff)
	show("u64+1", u64+1)
	show("u64/3", u64/3)
	show("u64 > 5", u64 > 5)
	show("up+1", up+1)
	show("f32*2", f32*2)
	show("f64/3", f64/3)
	show("f64+1", f64+1)
	show("f64 < 4", f64 < 4)
	show("-f64", -f64)
	show("c64", c64)
	show("c128*c128", c128*c128)
	show("c128/c128", c128/c128)
	show("real(c128)", real(c128))
	show("imag(c64)", imag(c64))
	show("complex(f64, 1)", complex(f64, 1))
	show("c128 == c128", c128 == c128)
	show("b && nb", b && nb)
	show("b || nb", b || nb)
	show("!b", !b)
	show("nb && *nilp == in", nb && *nilp == in)
	show("b || nilp.A == 1", b || nilp.A == 1)
	show("n+1", n+1)
	show("n<<2", n<<2)
	show("1<<n", 1<<n)
	show("n == 7", n == 7)
	show("n != 7", n != 7)
	show("n*2.0", n*2.0)
	show("s", s)
	show("s+\"!\"", s+"!")
	show("s[1]", s[1])
	show("s[1:4]", s[1:4])
	show("s[:5]", s[:5])
	show("s[7:]", s[7:])
	show("len(s)", len(s))
	show("s == \"hello, 世界\"", s == "hello, 世界")
	show("s < \"i\"", s < "i")
	show("empty == \"\"", empty == "")
	show("r", r)
	show("r == '世'", r == '世')
	show("string(r)", string(r))
	show("string(by)", string(by))
	show("string(rs)", string(rs))
	show("[]byte(empty)", []byte(empty))
	show("len([]byte(s))", len([]byte(s)))
	show("len([]rune(s))", len([]rune(s)))
	show("[]byte(s)[0]", []byte(s)[0])
	show("arr[2]", arr[2])
	show("arr[n-4]", arr[n-4])
	show("parr[1]", parr[1])
	show("len(parr)", len(parr))
	show("arr[1:3][1]", arr[1:3][1])
	show("parr[1:3][1]", parr[1:3][1])
	show("len(arr)", len(arr))
	show("cap(arr)", cap(arr))
	show("sl[3]", sl[3])
	show("sl[1:3]", sl[1:3])
	show("sl[1:][0]", sl[1:][0])
	show("len(sl[1:2])", len(sl[1:2]))
	show("cap(sl[1:2])", cap(sl[1:2]))
	show("len(sl)", len(sl))
	show("nilsl == nil", nilsl == nil)
	show("sl != nil", sl != nil)
	show("len(nilsl)", len(nilsl))
	show("m[\"one\"]", m["one"])
	show("len(m)", len(m))
	show("mi[2]", mi[2])
	show("ms[in]", ms[in])
	show("mf[1.5]", mf[1.5])
	show("mif[\"k\"]", mif["k"])
	show("mif[7]", mif[7])
	show("mif[col]", mif[col])
	show("nilm == nil", nilm == nil)
	show("in == in2", in == in2)
	show("in.A", in.A)
	show("in.B[0]", in.B[0])
	show("o.A", o.A)
	show("o.inner.B", o.inner.B)
	show("o.P.A", o.P.A)
	show("(*o.P).B", (*o.P).B)
	show("o.Next.Next.A", o.Next.Next.A)
	show("o.Arr[2]", o.Arr[2])
	show("o.S[1]", o.S[1])
	show("o.M[\"two\"]", o.M["two"])
	show("po.A", po.A)
	show("(*ppo).A", (*ppo).A)
	show("(**ppo).A", (**ppo).A)
	show("o.P == &in", o.P == &in)
	show("po == &o", po == &o)
	show("*&n", *&n)
	show("e.(int)", e.(int))
	show("e == 12", e == 12)
	show("e != 12", e != 12)
	show("es.(string)", es.(string))
	show("es == \"str\"", es == "str")
	show("ep.(*inner).A", ep.(*inner).A)
	show("enil == nil", enil == nil)
	show("e == es", e == es)
	show("errv == globalErr", errv == globalErr)
	show("errv != nil", errv != nil)
	show("st.(color)", uint8(st.(color)))
	show("fn == nil", fn == nil)
	show("o.F == nil", o.F == nil)
	show("clo != nil", clo != nil)
	show("len(ch)", len(ch))
	show("cap(ch)", cap(ch))
	show("col == green", col == green)
	show("uint8(col)", uint8(col))
	show("int(col)+1", int(col)+1)
	show("pr.Key", pr.Key)
	show("pr.Val+1", pr.Val+1)
	show("nilp == nil", nilp == nil)
	show("int64(dur)", int64(dur))
	show("dur > 5", dur > 5)
	show("global", global)
	show("main.global", global)
	show("*globalPtr", *globalPtr)
	show("globalStruct.S[1]", globalStruct.S[1])
	show("globalMap[\"b\"]", globalMap["b"])
	show("bigConst", bigConst)
	show("arg", arg)
	show("name", name)
	show("res", res)
	show("err == nil", err == nil)
	show("max(n, 3)", max(n, 3))
	show("min(n, 3, 1)", min(n, 3, 1))
	show("max(f64, 1)", max(f64, 1))
	show("min(s, \"a\")", min(s, "a"))
	show("len(\"abc\")", len("abc"))
	show("1+2*3", 1+2*3)
	show("7/2", 7/2)
	show("7/2.0", 7/2.0)
	show("'a'", 'a')
	show("'a'+1", 'a'+1)
	show("\"a\"+\"b\"", "a"+"b")
	show("2.5", 2.5)
	show("2i*2i", 2i*2i)
	show("1<<10", 1<<10)
	show("int8(5)", int8(5))
	show("uint8(i16)", uint8(i16))
	show("int8(u8)", int8(u8))
	show("int(f64)", int(f64))
	show("float64(n)/2", float64(n)/2)
	show("float32(f64)", float32(f64))
	show("uint32(i32)", uint32(i32))
	show("int64(u64)", int64(u64))
	show("string(s[0])", string(s[0]))
	show("len(os.Args)", len(os.Args))
	show("\"net/http\".DefaultClient.Timeout == 0", http.DefaultClient.Timeout == 0)
	show("http.DefaultMaxHeaderBytes", http.DefaultMaxHeaderBytes)
	show("*parr == arr", *parr == arr)
	show("one << 63 >> 63", one<<63>>63)
	show("one << 64", one<<(64*one))
	show("u8 >> 9", u8>>(9*one))
	show("zero == 0 && one == 1", zero == 0 && one == 1)
	fmt.Println("READY")
	runtime.Breakpoint()
	runtime.KeepAlive([]any{i8, i16, i32, i64, u8, u16, u32, u64, up, f32, f64, c64, c128, b, nb, n, s, empty, r, by, rs, arr, parr, sl, nilsl, m, mi, ms, mf, mif, nilm, in, in2, o, po, ppo, e, es, ep, enil, errv, st, fn, clo, ch, col, pr, nilp, dur, one, zero})
	return arg, nil
}

func main() {
	const inAnother = 3
	r, err := work(inAnother, "joe")
	fmt.Println(r, err, red, globalF)
}
