// Step_lines has the shapes of code that stepping goes through: calls, loops,
// recursion, defers, panics, closures, methods by interface, generics.
package main

import "fmt"

type shape interface{ area() int }

type square struct{ side int }

func (s square) area() int {
	return s.side * s.side
}

func add(a, b int) int {
	c := a + b
	return c
}

func fact(n int) int {
	if n <= 1 {
		return 1
	}
	return n * fact(n-1)
}

func deferred() (n int) {
	defer func() {
		n++
	}()
	n = 1
	return n
}

func rescued() (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("%v", v)
		}
	}()
	panic("oh")
}

func double[T int | float64](v T) T {
	return v + v
}

func main() {
	sum := 0
	for i := 0; i < 2; i++ {
		sum = add(sum, i)
	}
	var s shape = &square{3}
	sum += s.area()
	sum += fact(3)
	sum += deferred()
	err := rescued()
	f := func(n int) int {
		return n + 1
	}
	sum = f(sum)
	sum += double(2)
	fmt.Println(sum, err)
}
