// Generic functions whose parameters have shapes: the types they stand for are
// in the dictionary. Each stops at a trap.
package main

import (
	"fmt"
	"runtime"
)

type Item struct{ N int }

//go:noinline
func show[T any, S ~[]T](one T, many S, ptr *T) {
	var local T = one
	index := map[string]T{"k": one}
	fmt.Sprint(local, index)
	runtime.Breakpoint()
	fmt.Sprint(one, many, ptr, local, index)
}

type Items []Item

func main() {
	item := Item{7}
	show(item, Items{{1}, {2}}, &item)
	n := 5
	show(n, []int{1, 2}, &n)
	text := "s"
	show(text, []string{"x"}, &text)
}
