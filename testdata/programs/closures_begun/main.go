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

func main() {
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
