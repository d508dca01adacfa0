// Function_kinds has functions of every kind that debuggers name and stop in:
// methods, generic ones, closures, leaves, deferring ones, with large frames.
package main

import (
	"fmt"
	"os"
	"strings"
)

type T struct{ a int }

func (t T) Val(x int) int { return t.a + x }

func (t *T) Ptr(x int) int {
	t.a += x
	return t.a
}

type I interface{ Val(int) int }

func Map[A, B any](xs []A, f func(A) B) []B {
	var out []B
	for _, x := range xs {
		out = append(out, f(x))
	}
	return out
}

type List[E any] struct{ xs []E }

func (l *List[E]) Push(e E) {
	l.xs = append(l.xs, e)
}

func leaf(a int) int { return a + 1 }

func leaf2(a int) int {
	b := a * 2
	return b
}

func empty() {}

func inlined(a int) int {
	if a > 3 {
		return inner(a)
	}
	return a * 3
}

func inner(a int) int {
	return len(os.Args)*a + 7
}

func big() (s string) {
	var buf [100000]byte
	for i := range buf {
		buf[i] = 'a'
	}
	return string(buf[:10])
}

func withDefer() {
	defer fmt.Println("done")
	fmt.Println("x")
}

func closure() func() int {
	n := 0
	return func() int {
		n++
		return n
	}
}

func loop() int {
	for {
		if len(os.Args) > 100 {
			return 3
		}
		fmt.Println(strings.Repeat("x", 3))
		return 1
	}
}

func noargs() int {
	return 7
}

func main() {
	t := T{1}
	var i I = t
	fmt.Println(i.Val(3), t.Ptr(4))
	fmt.Println(Map([]int{1, 2}, func(i int) string { return fmt.Sprint(i) }))
	fmt.Println(Map([]string{"a"}, func(s string) int { return len(s) }))
	var l List[int]
	l.Push(3)
	var l2 List[string]
	l2.Push("x")
	fmt.Println(leaf(1), leaf2(2), inlined(len(os.Args)), big())
	empty()
	withDefer()
	fmt.Println(closure()(), loop(), noargs())
	go leaf(2)
}
