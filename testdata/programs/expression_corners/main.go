// Corners of the language, as its compiler and the program see them (expression, tab,
// type, tab, value), and a trap with all of them in scope.
package main

import (
	"errors"
	"fmt"
	"math"
	"os"
	"runtime"
	"time"
	"unsafe"
)

type (
	point    struct{ X, Y int }
	myInt    int
	myFloat  float64
	myString string
	mySlice  []int
	myMap    map[string]int
	myArr    [3]int8
	myPtr    *point
	outerKey struct {
		p point
		s string
	}
	outerVal struct{ Z int }
)

type node[K comparable, V any] struct {
	Left, Right *node[K, V]
	Val         V
}

type pair[K, V any] struct {
	Key K
	Val V
}

type list[T any] struct{ items []T }

type table[K comparable, V any] struct{ m map[K][]V }

type ax struct{ X, Y int }
type bx struct{ X, Z int }
type ambiguous struct {
	A ax
	B bx
	ax2
	bx2
}
type ax2 struct{ Y, W int }
type bx2 struct{ Z, W int }

type L1 struct {
	X    int
	Over string
}
type L2 struct{ *L1 }
type L3 struct{ L2 }
type L4 struct {
	L3
	Over int
}

type Base struct {
	Name string
	ID   int64
}
type withPtr struct {
	*Base
	Name []byte
}

type myErr struct{ code int }

func (e *myErr) Error() string { return fmt.Sprint(e.code) }

type chain struct {
	ptr *chain
	val int
}

type big struct {
	fn   func(int) int
	in   struct{ a struct{ b struct{ c int8 } } }
	arr  [2]point
	m    map[string]point
	ptr  *chain
	anon struct {
		x int
		y [1]string
	}
}

const bigC = 1<<62 - 1
const typedC uint8 = 7
const durC = 3 * time.Second

var pkgVar = point{11, 12}
var pkgMap = map[string]map[string]int{"a": {"b": 5}}
var pkgArr = [...][2]int8{2: {1, -1}}

func pkgFn() {}

type here struct{ A, B string }

var here2 here

func elsewhere() any {
	type here []int
	return here{1}
}

func show(e string, v any) { fmt.Printf("%s\t%T\t%v\n", e, v, v) }

func work(named int) (res string, err error) {
	defer func() { res += "!" }()
	anInt, four := 42, int8(4)
	one := 1
	tree := &node[string, pair[*int, string]]{Left: &node[string, pair[*int, string]]{Val: pair[*int, string]{&anInt, "l"}}}
	tree.Right = &node[string, pair[*int, string]]{Left: &node[string, pair[*int, string]]{Val: pair[*int, string]{nil, "rl"}}}
	nested := pair[[]int, pair[string, pair[int8, bool]]]{[]int{1, 2}, pair[string, pair[int8, bool]]{"in", pair[int8, bool]{3, true}}}
	lists := list[list[pair[int, string]]]{[]list[pair[int, string]]{{[]pair[int, string]{{1, "a"}, {2, "b"}, {3, "c"}}}, {[]pair[int, string]{{4, "d"}}}}}
	instance := table[string, pair[int, float32]]{map[string][]pair[int, float32]{"k": {{1, 1.5}, {2, 2.5}}}}
	amb := ambiguous{A: ax{1, 2}, B: bx{3, 4}, ax2: ax2{5, 6}, bx2: bx2{7, 8}}
	deep := L4{L3{L2{&L1{9, "hidden"}}}, 10}
	ptrEmbed := withPtr{&Base{"base", 77}, []byte("own")}
	byStruct := map[point]string{{1, 2}: "12", {3, 0}: "30"}
	byArray := map[[2]int]string{{1, 2}: "a12", {3, 4}: "a34"}
	byIface := map[any]string{1: "int", "one": "string", point{5, 6}: "point", myInt(1): "myInt", 1.5: "float", true: "bool", [2]int{9, 9}: "array", int8(1): "int8"}
	byBool := map[bool]int{true: 1, false: 0}
	byFloat := map[float64]string{1.5: "f", math.Inf(1): "inf"}
	byComplex := map[complex128]string{1 + 2i: "c"}
	byRune := map[rune]string{'x': "ex"}
	byPtr := map[*int]string{&anInt: "ptr"}
	byNaN := map[float64]int{math.NaN(): 1, math.NaN(): 2}
	byNested := map[outerKey]outerVal{{point{1, 2}, "z"}: {1}, {point{7, 8}, "y"}: {2}}
	var zeroArr [0]int
	var zeroStructs [5]struct{}
	var empty struct{}
	i8, u8, i16, i32, i64, u64 := int8(-100), uint8(200), int16(-32768), int32(-70000), int64(1)<<40, uint64(math.MaxUint64)
	u8s := uint8(3)
	f32, f64, zero64, nan, inf := float32(0.1), 2.75, 0.0, math.NaN(), math.Inf(1)
	r := 'ß'
	str := "hello, 世界"
	bs, rs := []byte("bytes"), []rune("a世")
	c128, c64, c64b := complex(1.5, -2), complex64(1+1i), complex(0.5, 1)
	weekday := time.Wednesday
	shadow := 1
	arr := [4]int{10, 20, 30, 40}
	arr2 := [2][3]int8{{1, 2, 3}, {4, 5, 6}}
	sl := arr[1:3]
	parr := &arr
	pp := &anInt
	ppp := &pp
	ps := &point{5, 6}
	ppstruct := ps
	pfield := &struct{ X int8 }{four}
	var nilMap map[string]int
	var nilSlice []int
	var nilFunc func()
	var nilIface any
	var typedNil any = (*int)(nil)
	var nilErr error
	var nilChan chan int
	ch := make(chan int, 3)
	ch <- 1
	var iface, ifaceP, ifaceS any = 5, &point{1, 2}, point{3, 4}
	var ifaceE any = errors.New("e")
	err = &myErr{404}
	var anyOf any = pair[string, int]{"gen", 8}
	fnv := pkgFn
	closure := func() int { return anInt + one }
	st := big{fn: func(i int) int { return i }, m: map[string]point{"x": {1, 9}}, ptr: &chain{ptr: &chain{ptr: &chain{val: 33}}}}
	st.in.a.b.c = -5
	st.arr[1].X = 6
	st.anon.x, st.anon.y[0] = 2, "anon"
	anon := struct {
		A int
		B struct{ C string }
	}{1, struct{ C string }{"c"}}
	cmpArr, cmpStruct, cmpNested := [3]int{1, 2, 3}, point{1, 2}, outerKey{point{1, 2}, "z"}
	bool1, bool2 := true, false
	myStr, mi, mf, ms, mm, marr := myString("my"), myInt(6), myFloat(1), mySlice{7, 8}, myMap{"a": 1}, myArr{1, 2, 3}
	var mp myPtr = &point{21, 22}
	st2 := struct{ time struct{ Kind int } }{}
	unsafeSize := unsafe.Sizeof(st)
	label := struct{ String string }{"s"}
	Δδ, _under, x٣ := 1, 2, 3
	matrix := [][]int{{1, 2}, {3, 4}, {5}}
	strs := []string{"ab", "cd"}
	structs := []struct{ in point }{{point{1, 1}}, {point{2, 2}}}
	ptrs := []*point{{1, 2}, {3, 4}}
	ifaces := []any{1, "two", 3.5, nil}
	maps := []map[string]int{nil, {"k": 4}}
	funcs := make([]func(), 2)
	type here struct{ Q int } // hides the package's
	hereValue := here{4}
	var inHere any = hereValue
	byAny := map[any]string{'a': "rune", 97: "int", 97.0: "float", -'a': "minus"}
	n0 := uint(0)
	var recvOnly <-chan int = ch
	var sendOnly chan<- int = ch
	chans := make([]chan int, 1)
	{
		shadow := "inner"
		_ = shadow
	}
	show(`tree.Left.Val.Val`, tree.Left.Val.Val)
	show(`tree.Right.Left.Val.Val`, tree.Right.Left.Val.Val)
	show(`*tree.Left.Val.Key`, *tree.Left.Val.Key)
	show(`nested.Val.Val.Key`, nested.Val.Val.Key)
	show(`nested.Val.Key`, nested.Val.Key)
	show(`nested.Key[1]`, nested.Key[1])
	show(`len(nested.Key)`, len(nested.Key))
	show(`lists.items[1].items[0].Val`, lists.items[1].items[0].Val)
	show(`lists.items[0].items[2].Key`, lists.items[0].items[2].Key)
	show(`instance.m["k"][1].Val`, instance.m["k"][1].Val)
	show(`instance.m["k"][0].Key`, instance.m["k"][0].Key)
	show(`amb.A.X`, amb.A.X)
	show(`amb.B.X`, amb.B.X)
	show(`amb.Y`, amb.Y)
	show(`amb.Z`, amb.Z)
	show(`deep.X`, deep.X)
	show(`deep.L3.L2.L1.X`, deep.L3.L2.L1.X)
	show(`deep.Over`, deep.Over)
	show(`ptrEmbed.Name`, ptrEmbed.Name)
	show(`ptrEmbed.Base.Name`, ptrEmbed.Base.Name)
	show(`ptrEmbed.ID`, ptrEmbed.ID)
	show(`byStruct[point{1, 2}]`, byStruct[point{1, 2}])
	show(`byStruct[point{X: 3}]`, byStruct[point{X: 3}])
	show(`byArray[[2]int{1, 2}]`, byArray[[2]int{1, 2}])
	show(`byArray[[2]int{3, 4}]`, byArray[[2]int{3, 4}])
	show(`byIface[1]`, byIface[1])
	show(`byIface["one"]`, byIface["one"])
	show(`byIface[point{5, 6}]`, byIface[point{5, 6}])
	show(`byIface[myInt(1)]`, byIface[myInt(1)])
	show(`byIface[1.5]`, byIface[1.5])
	show(`byIface[true]`, byIface[true])
	show(`byIface[[2]int{9, 9}]`, byIface[[2]int{9, 9}])
	show(`byIface[int8(1)]`, byIface[int8(1)])
	show(`byBool[true]`, byBool[true])
	show(`byFloat[1.5]`, byFloat[1.5])
	show(`byComplex[1+2i]`, byComplex[1+2i])
	show(`byRune['x']`, byRune['x'])
	show(`byPtr[&anInt]`, byPtr[&anInt])
	show(`len(byNaN)`, len(byNaN))
	show(`byNested[outerKey{point{1, 2}, "z"}].Z`, byNested[outerKey{point{1, 2}, "z"}].Z)
	show(`byNested[outerKey{p: point{7, 8}, s: "y"}].Z`, byNested[outerKey{p: point{7, 8}, s: "y"}].Z)
	show(`len(zeroArr)`, len(zeroArr))
	show(`cap(zeroArr)`, cap(zeroArr))
	show(`len(zeroStructs)`, len(zeroStructs))
	show(`i8 << 1`, i8<<1)
	show(`i8 << 7`, i8<<7)
	show(`i8 >> 1`, i8>>1)
	show(`i8 >> 100`, i8>>100)
	show(`u8 << 8`, u8<<8)
	show(`u8 >> 8`, u8>>8)
	show(`^u8`, ^u8)
	show(`-u8`, -u8)
	show(`u8 - 100`, u8-100)
	show(`i64 >> u8`, i64>>u8)
	show(`u64 << 63`, u64<<63)
	show(`u64 >> 63`, u64>>63)
	show(`1 << u8s`, 1<<u8s)
	show(`int64(1) << u8s`, int64(1)<<u8s)
	show(`uint32(1)<<31 + 5`, uint32(1)<<31+5)
	show(`i32 * i32`, i32*i32)
	show(`i16 / -1`, i16/-1)
	show(`i8 / -1`, i8/-1)
	show(`i8 % -1`, i8%-1)
	show(`-i8`, -i8)
	show(`u64 * u64`, u64*u64)
	show(`u64 - 1`, u64-1)
	show(`u64 &^ 0xff`, u64&^0xff)
	show(`i64 ^ -1`, i64^-1)
	show(`^i64`, ^i64)
	show(`i64 | 1<<40`, i64|1<<40)
	show(`7 / 2 * 2.0`, 7/2*2.0)
	show(`7.0 / 2`, 7.0/2)
	show(`-7 / 2`, -7/2)
	show(`-7 % 3`, -7%3)
	show(`7 % -3`, 7%-3)
	show(`f64 / zero64 > 1e308`, f64/zero64 > 1e308)
	show(`nan == nan`, nan == nan)
	show(`nan != nan`, nan != nan)
	show(`nan < 1`, nan < 1)
	show(`inf > f64`, inf > f64)
	show(`-inf`, -inf)
	show(`f32 * 3`, f32*3)
	show(`f32 + 0.1`, f32+0.1)
	show(`f64 + 0.1`, f64+0.1)
	show(`float32(f64)`, float32(f64))
	show(`int(f64)`, int(f64))
	show(`int(-f64)`, int(-f64))
	show(`uint8(i8)`, uint8(i8))
	show(`int8(u8)`, int8(u8))
	show(`uint16(i8)`, uint16(i8))
	show(`int64(u64)`, int64(u64))
	show(`uint64(i64)`, uint64(i64))
	show(`rune(u8)`, rune(u8))
	show(`string(rune(0x4e16))`, string(rune(0x4e16)))
	show(`string(r)`, string(r))
	show(`string([]byte{104, 105})`, string([]byte{104, 105}))
	show(`string([]rune{'a', 0x4e16})`, string([]rune{'a', 0x4e16}))
	show(`string(bs[1:3])`, string(bs[1:3]))
	show(`string(rs)`, string(rs))
	show(`str[1]`, str[1])
	show(`str[1:4]`, str[1:4])
	show(`str[len(str)-1]`, str[len(str)-1])
	show(`len(str)`, len(str))
	show(`str + "!"`, str+"!")
	show(`str < "i"`, str < "i")
	show(`str >= "hello"`, str >= "hello")
	show(`str == "hello" + ", 世界"`, str == "hello"+", 世界")
	show(`"a" + "b" == "ab"`, "a"+"b" == "ab")
	show(`[]byte(str)[1]`, []byte(str)[1])
	show(`[]rune(str)[7]`, []rune(str)[7])
	show(`len([]rune(str))`, len([]rune(str)))
	show(`c128 * c128`, c128*c128)
	show(`c128 / c64b`, c128/c64b)
	show(`real(c128)`, real(c128))
	show(`imag(c128)`, imag(c128))
	show(`c128 == complex(1.5, -2)`, c128 == complex(1.5, -2))
	show(`c64 + 1`, c64+1)
	show(`-c128`, -c128)
	show(`complex(f64, 1)`, complex(f64, 1))
	show(`real(c64)`, real(c64))
	show(`c128 + 2i`, c128+2i)
	show(`'a' + 1`, 'a'+1)
	show(`'a' * 2`, 'a'*2)
	show(`"abc"[1]`, "abc"[1])
	show(`0x1p-2`, 0x1p-2)
	show(`1_000_000`, 1_000_000)
	show(`0b101 | 0o17`, 0b101|0o17)
	show(`'\n'`, '\n')
	show(`'\x41'`, '\x41')
	show(`"\u00e9"`, "\u00e9")
	show("`raw\\n`", `raw\n`)
	show(`bigC >> 60`, bigC>>60)
	show(`bigC / (1 << 58)`, bigC/(1<<58))
	show(`typedC + 1`, typedC+1)
	show(`typedC << 2`, typedC<<2)
	show(`int64(durC)`, int64(durC))
	show(`int64(durC * 2)`, int64(durC*2))
	show(`int(weekday)`, int(weekday))
	show(`int(weekday + 1)`, int(weekday+1))
	show(`shadow`, shadow)
	show(`arr[1:3][1]`, arr[1:3][1])
	show(`arr2[1][2]`, arr2[1][2])
	show(`arr2[0]`, arr2[0])
	show(`len(arr2[0])`, len(arr2[0]))
	show(`cap(sl[1:2])`, cap(sl[1:2]))
	show(`cap(sl[1:2:3])`, cap(sl[1:2:3]))
	show(`len(sl[:0])`, len(sl[:0]))
	show(`sl[1:][0]`, sl[1:][0])
	show(`sl[len(sl)-1]`, sl[len(sl)-1])
	show(`(*parr)[1]`, (*parr)[1])
	show(`parr[1]`, parr[1])
	show(`len(parr)`, len(parr))
	show(`parr[1:][0]`, parr[1:][0])
	show(`*pp`, *pp)
	show(`**ppp`, **ppp)
	show(`(**ppp) + 1`, (**ppp)+1)
	show(`ppstruct.X`, ppstruct.X)
	show(`(*ppstruct).Y`, (*ppstruct).Y)
	show(`pfield.X`, pfield.X)
	show(`*&anInt`, *&anInt)
	show(`&anInt == pp`, &anInt == pp)
	show(`pp == nil`, pp == nil)
	show(`nilMap == nil`, nilMap == nil)
	show(`nilSlice == nil`, nilSlice == nil)
	show(`nilFunc == nil`, nilFunc == nil)
	show(`nilIface == nil`, nilIface == nil)
	show(`typedNil == nil`, typedNil == nil)
	show(`nilErr == nil`, nilErr == nil)
	show(`nilChan == nil`, nilChan == nil)
	show(`len(nilMap)`, len(nilMap))
	show(`len(nilSlice)`, len(nilSlice))
	show(`cap(nilChan)`, cap(nilChan))
	show(`len(ch)`, len(ch))
	show(`cap(ch)`, cap(ch))
	show(`iface == 5`, iface == 5)
	show(`iface == int8(5)`, iface == int8(5))
	show(`iface == "5"`, iface == "5")
	show(`iface.(int)`, iface.(int))
	show(`ifaceP.(*point).X`, ifaceP.(*point).X)
	show(`ifaceS.(point).Y`, ifaceS.(point).Y)
	show(`ifaceS == point{3, 4}`, ifaceS == point{3, 4})
	show(`ifaceS.(point) == point{3, 4}`, ifaceS.(point) == point{3, 4})
	show(`ifaceE.(error) != nil`, ifaceE.(error) != nil)
	show(`err.(*myErr).code`, err.(*myErr).code)
	show(`anyOf.(pair[string, int]).Key`, anyOf.(pair[string, int]).Key)
	show(`anyOf.(pair[string, int]).Val`, anyOf.(pair[string, int]).Val)
	show(`fnv == nil`, fnv == nil)
	show(`closure != nil`, closure != nil)
	show(`st.fn != nil`, st.fn != nil)
	show(`st.in.a.b.c`, st.in.a.b.c)
	show(`st.arr[1].X`, st.arr[1].X)
	show(`st.m["x"].Y`, st.m["x"].Y)
	show(`st.ptr.ptr.ptr.val`, st.ptr.ptr.ptr.val)
	show(`st.anon.x`, st.anon.x)
	show(`st.anon.y[0]`, st.anon.y[0])
	show(`anon.A`, anon.A)
	show(`anon.B.C`, anon.B.C)
	show(`cmpArr == [3]int{1, 2, 3}`, cmpArr == [3]int{1, 2, 3})
	show(`cmpArr != [3]int{1, 2, 4}`, cmpArr != [3]int{1, 2, 4})
	show(`cmpStruct == point{1, 2}`, cmpStruct == point{1, 2})
	show(`cmpNested == outerKey{point{1, 2}, "z"}`, cmpNested == outerKey{point{1, 2}, "z"})
	show(`min(i8, 5)`, min(i8, 5))
	show(`max(f64, 2, 3)`, max(f64, 2, 3))
	show(`min(str, "a", "zzz")`, min(str, "a", "zzz"))
	show(`max(1, 2.5, 3)`, max(1, 2.5, 3))
	show(`uintptr(7) + 1`, uintptr(7)+1)
	show(`bool1 && !bool2 || false`, bool1 && !bool2 || false)
	show(`bool1 == bool2`, bool1 == bool2)
	show(`bool1 != true`, bool1 != true)
	show(`(i8 + 1) * 2`, (i8+1)*2)
	show(`i64 == 1<<40`, i64 == 1<<40)
	show(`u64 == 1<<64-1`, u64 == 1<<64-1)
	show(`bs[0] == 'b'`, bs[0] == 'b')
	show(`bs[0] - 'a'`, bs[0]-'a')
	show(`rs[1] == '世'`, rs[1] == '世')
	show(`myStr == "my"`, myStr == "my")
	show(`myStr + "x"`, myStr+"x")
	show(`string(myStr)`, string(myStr))
	show(`myInt(5) + mi`, myInt(5)+mi)
	show(`mi * 2`, mi*2)
	show(`mf / 3`, mf/3)
	show(`float64(mf)`, float64(mf))
	show(`ms[1]`, ms[1])
	show(`len(ms)`, len(ms))
	show(`mm["a"]`, mm["a"])
	show(`marr[2]`, marr[2])
	show(`mp.X`, mp.X)
	show(`st2.time.Kind`, st2.time.Kind)
	show(`unsafeSize`, unsafeSize)
	show(`named`, named)
	show(`'世'`, '世')
	show(`label.String`, label.String)
	show(`Δδ`, Δδ)
	show(`_under`, _under)
	show(`x٣`, x٣)
	show(`pkgVar.X`, pkgVar.X)
	show(`pkgFn != nil`, pkgFn != nil)
	show(`pkgMap["a"]["b"]`, pkgMap["a"]["b"])
	show(`pkgArr[2][1]`, pkgArr[2][1])
	show(`matrix[1][1]`, matrix[1][1])
	show(`matrix[len(matrix)-1][0]`, matrix[len(matrix)-1][0])
	show(`strs[1][0]`, strs[1][0])
	show(`strs[1][1:]`, strs[1][1:])
	show(`structs[1].in.X`, structs[1].in.X)
	show(`ptrs[1].X`, ptrs[1].X)
	show(`(*ptrs[0]).Y`, (*ptrs[0]).Y)
	show(`ifaces[2].(float64)`, ifaces[2].(float64))
	show(`maps[1]["k"]`, maps[1]["k"])
	show(`funcs[0] == nil`, funcs[0] == nil)
	show(`len(funcs)`, len(funcs))
	show(`chans[0] == nil`, chans[0] == nil)
	show(`byte(300 - 100)`, byte(300-100))
	show(`int8(-128)`, int8(-128))
	show(`uint64(1<<64 - 1)`, uint64(1<<64-1))
	show(`-5 >> 1`, -5>>1)
	show(`-5 & 0xff`, -5&0xff)
	show(`i8 & -2`, i8&-2)
	show(`5 &^ 3`, 5&^3)
	show(`+i8`, +i8)
	show(`!bool1`, !bool1)
	show(`1.5e3`, 1.5e3)
	show(`1e3 == 1000`, 1e3 == 1000)
	show(`0.1 + 0.2`, 0.1+0.2)
	show(`float32(0.1)`, float32(0.1))
	show(`1/3.0`, 1/3.0)
	show(`i8 == -100`, i8 == -100)
	show(`u8 > 199`, u8 > 199)
	show(`i32 != 0 && i64/int64(i32) < 0`, i32 != 0 && i64/int64(i32) < 0)
	show(`inHere.(here).Q`, inHere.(here).Q)
	show(`(*here)(&hereValue).Q`, (*here)(&hereValue).Q)
	show(`here{4} == hereValue`, here{4} == hereValue)
	show(`here{5}.Q`, here{5}.Q)
	show(`len([]here{{1}, {2}})`, len([]here{{1}, {2}}))
	show(`byAny['a']`, byAny['a'])
	show(`byAny['a'-1+1]`, byAny['a'-1+1])
	show(`byAny[97]`, byAny[97])
	show(`byAny['a'*1.0]`, byAny['a'*1.0])
	show(`byAny['a'<<n0]`, byAny['a'<<n0])
	show(`byAny[-'a']`, byAny[-'a'])
	show(`ifaces[3] == 'x'`, ifaces[3] == 'x')
	show(`recvOnly == ch`, recvOnly == ch)
	show(`ch != sendOnly`, ch != sendOnly)
	show(`recvOnly == nilChan`, recvOnly == nilChan)
	show(`[...]int16{7, 8}[1]`, [...]int16{7, 8}[1])
	fmt.Println("READY")
	fmt.Fprintln(os.Stderr, elsewhere(), here2)
	runtime.Breakpoint()
	fmt.Fprintln(os.Stderr, closure(), tree, empty, zeroStructs, zeroArr, fnv == nil, ch, nilChan, pfield, mp, st.fn != nil, byNaN)
	return "done", err
}

func main() { work(len(os.Args) + 6) }
