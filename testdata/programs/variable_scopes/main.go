// Variables in nested blocks, shadowed, escaped, captured, inlined and generic.
package main

import (
	"errors"
	"fmt"
	"os"
)

const Limit = 42

const (
	Red Colour = iota + 1
	Green
)

type Colour uint8

var Counter int
var table = map[string][]int{"a": {1}}

type Pair[K comparable, V any] struct {
	Key K
	Val V
}

//go:noinline
func (p *Pair[K, V]) Swap(k K, v V) (old V) {
	old = p.Val
	p.Key, p.Val = k, v
	return old
}

//go:noinline
func unnamed(a int, b string) (int, error) {
	if a > 1 {
		return a, nil
	}
	return len(b), errors.New(b)
}

//go:noinline
func shadow(x int) (total int, err error) {
	y := x * 2
	{
		x := "inner"
		z := len(x)
		total += z // in block
		use(x, z)
	}
	for i, v := range []int{y, x} {
		w := i + v
		total += w // in loop
		use(i, v, w)
	}
	return total, err // at end
}

//go:noinline
func escape() *int {
	n := 7
	use(n)
	p := &n
	f := func(add int) int {
		n += add // in closure
		return n
	}
	use(f(1))
	return p
}

func small(q int) int {
	r := q + Counter
	return r * r
}

//go:noinline
func caller(a int) int {
	b := small(a) // inlined when optimised
	return b + 1
}

//go:noinline
func seq(yield func(int) bool) {
	for i := 0; i < 3; i++ {
		if !yield(i) {
			return
		}
	}
}

//go:noinline
func use(args ...any) { fmt.Fprintln(os.Stderr, args...) }

func main() {
	p := Pair[string, int]{"k", 1}
	use(p.Swap("l", 2))
	q := Pair[int, []string]{1, nil}
	use(q.Swap(2, []string{"s"}))
	use(unnamed(1, "b"))
	use(shadow(3))
	use(*escape(), caller(4), table, Red, Green, Limit)
	seq(func(i int) bool { use(i); return true })
}
