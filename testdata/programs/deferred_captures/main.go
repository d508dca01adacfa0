// Runs into a trap with deferred calls waiting in two frames: a closure that
// has captured a variable, a call with arguments, and one in a loop.
package main

import (
	"fmt"
	"runtime"
)

func show(n int, s string) { fmt.Println(n, s) }

func inner(n int) {
	total := n * 10
	defer func() {
		total++
		fmt.Println("inner", total)
	}()
	runtime.Breakpoint()
}

func outer() {
	for i := range 2 {
		defer show(i, "loop")
	}
	inner(4)
}

func main() {
	fmt.Println("READY")
	outer()
}
