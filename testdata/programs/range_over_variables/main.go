//go:build go1.23

// The bodies of loops over functions are functions, too: what is declared around
// them, and not mentioned in them, is in the frames that they are called from.
package main

import (
	"fmt"
	"os"
	"runtime"
)

var hidden = "package"

func each(n int) func(func(int) bool) {
	return func(yield func(int) bool) {
		unseen := n
		for i := 0; i < n; i++ {
			if !yield(i) {
				break
			}
		}
		runtime.KeepAlive(unseen)
	}
}

func walk(depth int, name string) (sum int) {
	hidden, os := "walk's", len(os.Args)
	caught := 10 * depth
	twice := "outer"
	if depth > 0 {
		sum += walk(depth-1, name+"!")
	}
	for v := range each(1) {
		twice := "body " + twice
		between := fmt.Sprint(v, "between")
		for w := range each(2) {
			caught++
			deepest := w + v
			if w == 1 && depth == 1 {
				runtime.Breakpoint()
			}
			sum += deepest
		}
		later := len(between)
		runtime.KeepAlive(later)
		runtime.KeepAlive(twice)
	}
	runtime.KeepAlive(hidden)
	return sum + os
}

func main() {
	fmt.Println("READY")
	fmt.Println(walk(1, "n"), hidden)
}
