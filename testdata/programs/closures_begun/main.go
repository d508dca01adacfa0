// Closures that say what they have captured before they are called, for a debugger
// that stops where they begin.
package main

import "fmt"

type pair struct {
	n    int
	text string
}

var truth string

//go:noinline
func keep[T any](v T) func() T {
	calls := 0
	return func() T {
		calls++
		return v
	}
}

//go:noinline
func use(f func(int) int, d int) int { return f(d) }

var kept []func() int

// boxed has a result that is on the heap, because a closure has it.
//
//go:noinline
func boxed(n int) (r pair, err error) {
	kept = append(kept, func() int { r.n++; return n })
	r.n = n
	return r, nil
}

// dirty leaves something on the stack for others to find.
//
//go:noinline
func dirty(n int) int {
	var a [200]int
	for i := range a {
		a[i] = i + n
	}
	return a[n]
}

func main() {
	fmt.Println(dirty(1 << 6))
	fmt.Println(boxed(3))
	total, step, name, list, p := 100, 7, "captured", []int{1, 2}, pair{3, "x"}
	var face any = p
	add := func(d int) int {
		total += step*d + len(name) + len(list) + p.n
		if face == nil {
			list = nil
		}
		return total
	}
	for d := range 3 {
		truth = fmt.Sprintf("total=%d step=%d name=%s len(list)=%d p.n=%d face.(pair).n=%d", total, step, name, len(list), p.n, face.(pair).n)
		use(add, d)
		step, name = step+1, name+"!"
	}
	word, number := keep("word"), keep(pair{42, "y"})
	truth = "calls=0 v=word"
	word()
	truth = "calls=1 v=word"
	word()
	truth = "calls=0 v.n=42"
	number()
	fmt.Println(total, truth)
}
