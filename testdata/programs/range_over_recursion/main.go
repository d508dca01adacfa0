//go:build go1.23

// The iterator of a tree ranges over itself: in the body of its loop several of its
// frames are on the stack, and the nearest is not the one that the body stands in.
package main

import (
	"fmt"
	"runtime"
)

type tree struct {
	left *tree
	v    int
}

func (t *tree) all(depth int) func(func(int) bool) {
	return func(yield func(int) bool) {
		if t == nil {
			return
		}
		outside := fmt.Sprint("depth ", depth)
		for v := range t.left.all(depth + 1) {
			inside := v * 10
			for range 1 {
				runtime.Breakpoint()
			}
			if !yield(inside) {
				return
			}
		}
		yield(t.v)
		runtime.KeepAlive(outside)
	}
}

func main() {
	fmt.Println("READY")
	for v := range (&tree{&tree{&tree{nil, 1}, 2}, 3}).all(0) {
		fmt.Println(v)
	}
}
