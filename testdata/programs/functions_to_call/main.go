// Functions and methods of all kinds, for a debugger to call.
package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

type Point struct{ X, Y int }

//go:noinline
func (p Point) Sum() int { return p.X + p.Y }

//go:noinline
func (p *Point) Move(dx, dy int) { p.X += dx; p.Y += dy }

//go:noinline
func (p Point) String() string { return fmt.Sprintf("(%d,%d)", p.X, p.Y) }

//go:noinline
func (p Point) Plus(q Point) Point { return Point{p.X + q.X, p.Y + q.Y} }

type Named struct {
	*Point
	Name string
}

type Stringer interface{ String() string }

type Loud struct{ Stringer }

type Box[T any] struct{ V T }

//go:noinline
func (b *Box[T]) Get() T { return b.V }

//go:noinline
func (b *Box[T]) Put(v T) T { old := b.V; b.V = v; return old }

//go:noinline
func Twice[T int | string](v T) T { return v + v }

type Wide struct {
	A [4]int
	S string
}

//go:noinline
func add(a, b int) int { return a + b }

//go:noinline
func double(x int) int { return 2 * x }

//go:noinline
func divmod(a, b int) (q, r int, err error) {
	if b == 0 {
		return 0, 0, errors.New("division by zero")
	}
	return a / b, a % b, nil
}

//go:noinline
func greet(name string) string { return "hello " + name }

//go:noinline
func join(sep string, parts ...string) string { return strings.Join(parts, sep) }

//go:noinline
func count(values ...any) string { return fmt.Sprint(len(values), values) }

//go:noinline
func mixed(a int8, f float32, s string, d float64, b bool, w Wide, u uint16) string {
	return fmt.Sprintf("%d %g %s %g %t %v %d", a, f, s, d, b, w, u)
}

//go:noinline
func wide(n int) Wide { return Wide{[4]int{n, n + 1, n + 2, n + 3}, "wide"} }

//go:noinline
func many(a, b, c, d, e, f, g, h, i, j, k int) int {
	return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + 8*h + 9*i + 10*j + 11*k
}

//go:noinline
func describe(s Stringer) string { return "<" + s.String() + ">" }

//go:noinline
func apply(f func(int) int, x int) int { return f(x) }

//go:noinline
func (p *Point) Times(n int) int { return n * (p.X + p.Y) }

//go:noinline
func (p Point) Scaled(n int) int { return n * (p.X + p.Y) }

//go:noinline
func total(list []Point) (sum int) {
	for _, p := range list {
		sum += p.Sum()
	}
	return sum
}

//go:noinline
func held(f func() string) string { return f() }

//go:noinline
func blank(_ int, s string) string { return s + "!" }

//go:noinline
func fail(text string) int { panic("failed: " + text) }

//go:noinline
func crash(p *int) int { return *p }

//go:noinline
func deep(n int) int {
	var pad [256]byte
	if n == 0 {
		return 0
	}
	pad[n%256] = 1
	return deep(n-1) + int(pad[n%256])
}

//go:noinline
func stopHere(n int) int {
	n *= 2
	return n + 1
}

//go:noinline
func forever() int {
	for {
		time.Sleep(time.Hour) // no channel: the runtime would find a deadlock
	}
}

//go:noinline
func exit(code int) { os.Exit(code) }

var (
	global  = "short"
	face    any
	stringy Stringer = &Point{5, 6}
	heap             = &Point{1, 2}
	named            = Named{&Point{3, 4}, "named"}
	loud             = Loud{Point{7, 8}}
	box              = &Box[int]{42}
	words            = []string{"x", "y"}
	letters          = []byte("abc")
	runes            = []rune("ä")
	calls            = []func(int) int{double, heap.Times, heap.Scaled}
	check            = func() int { return 0 }
)

func use() {
	if wide(1).A[0]+many(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)+apply(double, 1)+stopHere(1)+deep(3)+add(1, 2) < 0 {
		q, r, err := divmod(1, 2)
		fmt.Println(q, r, err, greet(""), join("", words...), count(1), mixed(1, 2, "", 3, true, Wide{}, 4), describe(heap), blank(1, ""))
		fmt.Println(total(nil), held(nil), calls, spell(nil))
		fmt.Println(fail(""), crash(nil), forever(), Twice(1), Twice(""), named, loud, global, face, stringy, letters, runes)
		exit(1)
	}
	heap.Move(0, 0)
	fmt.Fprint(os.Stderr, box.Get(), box.Put(42), heap.Plus(*heap).Sum(), heap.String(), check())
}

func main() {
	offset := 100
	closure := func(x int) int { offset++; return x + offset }
	method := heap.Sum
	use()
	onStack := Point{10, 20}
	for i := 0; i < 3; i++ {
		text := fmt.Sprint("local ", i)
		fmt.Fprintln(os.Stderr, text, closure(i), method(), onStack.Sum()) // the debugger stops here
		fmt.Fprintln(os.Stderr, global, face, *heap)
	}
	fmt.Println("done", *heap, offset, global, face)
}

//go:noinline
func spell(b []byte) string { return string(b) }
