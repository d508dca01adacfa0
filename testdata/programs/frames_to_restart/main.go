// Functions that a debugger sets back to their beginnings, and some that it
// must not.
package main

import (
	"fmt"
	"os"
)

type pair struct {
	name string
	n    int
}

type wide struct{ a [5]int }

var calls int

//go:noinline
func mixed(a int8, f float64, s string, p pair, w wide, _ int, list []int, b bool) string {
	calls++
	local := a * 2
	text := fmt.Sprint(local, f, s, p, w, list, b)
	leaf(len(text))
	return text
}

//go:noinline
func leaf(n int) int {
	calls++
	return n + calls
}

//go:noinline
func (p *pair) method(by int) int {
	p.n += by
	leaf(by)
	return p.n
}

//go:noinline
func deferring(n int) {
	defer leaf(n)
	leaf(n + 1)
}

//go:noinline
func generic[T any](v T) T {
	leaf(1)
	return v
}

//go:noinline
func sorted(n int) (m int) {
	func() {
		m += n
		leaf(n)
	}()
	return m
}

func main() {
	list := []int{1, 2, 3}
	p := pair{"pair", 7}
	fmt.Println(mixed(5, 1.5, "text", p, wide{[5]int{1, 2, 3, 4, 5}}, 9, list, true), calls)
	fmt.Println(p.method(3), p.n)
	deferring(1)
	fmt.Println(generic("x"), sorted(2))
	os.Exit(calls)
}
