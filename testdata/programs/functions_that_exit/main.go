// Functions that end the goroutine they run on, to be called by a debugger.
package main

import (
	"fmt"
	"runtime"
)

var deferred []string

func exit() { runtime.Goexit() }

// result would have one.
func result() int {
	defer note("result")
	exit()
	return 1
}

// panics first: that is over then, there is nothing to recover.
func panics() {
	defer func() { note(fmt.Sprint(recover())) }()
	defer exit()
	panic("before")
}

// grows the stack before it exits.
func grows(n int) int {
	var room [128]int
	if n == 0 {
		exit()
	}
	room[n%128] = grows(n - 1)
	return room[n%128]
}

//go:noinline
func add(a, b int) int { return a + b }

//go:noinline
func note(what string) { deferred = append(deferred, what) }

func use() {
	exit()
	result()
	panics()
	grows(10)
	add(1, 2)
}

func main() {
	if runtime.NumCPU() == 0 {
		use()
	}
	for i := 0; i < 3; i++ {
		runtime.GC() // the debugger stops here
	}
	fmt.Println("done", deferred)
}
