// Functions of all kinds of name: methods, generic ones with several instances,
// closures, and (when optimised) functions that exist only inlined.
package main

import (
	"fmt"
	"os"
	"runtime"
)

type plain struct{ n int }

func (p plain) Value() int { return p.n }

//go:noinline
func (p *plain) Pointer() int { return p.n + 1 }

type box[T any] struct{ v T }

//go:noinline
func (b *box[T]) Get() T { return b.v }

//go:noinline
func apply[T any](v T, f func(T) T) T {
	v = f(v)
	return f(v)
}

func tiny(n int) int {
	sum := 0
	for i := range n {
		sum += i * n
	}
	return sum
}

func outer() func() int {
	n := 1
	return func() int {
		n++
		return n
	}
}

func main() {
	p := &plain{tiny(len(os.Args) + 3)}
	b := box[string]{"s"}
	c := box[int]{3}
	var g interface{ Get() string } = &b
	f := outer()
	fmt.Println(p.Value(), p.Pointer(), b.Get(), c.Get(), tiny(len(b.v)), f())
	fmt.Println(apply(1, func(n int) int { return n + 1 }), apply("a", func(s string) string { return s + "b" }), apply(2.5, func(x float64) float64 { return x }))
	fmt.Println(g.Get())
	fmt.Println("READY")
	runtime.Breakpoint()
	fmt.Println(p, b, c)
}
