//go:build go1.23

// A loop over a function in whose body the stack grows, so that all that is on it
// is elsewhere then.
package main

import (
	"fmt"
	"runtime"
)

func once(yield func(int) bool) { yield(7) }

//go:noinline
func grow(depth int) int {
	var room [1024]byte
	if depth == 0 {
		return int(room[0])
	}
	room[depth%1024] = 1
	return grow(depth-1) + int(room[(depth+1)%1024])
}

//go:noinline
func work(n int) int {
	outside := n * 2
	for v := range once {
		v += grow(1000)
		runtime.Breakpoint()
		n += v
	}
	return n + outside
}

func main() {
	fmt.Println("READY")
	fmt.Println(work(21))
}
