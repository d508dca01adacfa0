// Goroutines on which a debugger calls functions at the same time, which return when
// they are let. Each checks its answers. A line of input opens all gates, the end of
// input ends it.
package main

import (
	"bufio"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

const walkers = 3

var (
	gates [walkers]int32
	stop  atomic.Bool
	bad   atomic.Int64
)

// slow returns when its gate is open.
//
//go:noinline
func slow(n int) int {
	for atomic.LoadInt32(&gates[n]) == 0 {
		time.Sleep(time.Millisecond)
	}
	return 100 + n
}

//go:noinline
func visit(n int) int { return 3*n + 1 }

func walk() {
	for n := 0; !stop.Load(); n++ {
		if visit(n) != 3*n+1 {
			bad.Add(1)
		}
		time.Sleep(time.Millisecond)
	}
}

func main() {
	if len(os.Args) > 1 {
		slow(0) // or it would not be in the program
	}
	var all sync.WaitGroup
	for range walkers {
		all.Add(1)
		go func() { defer all.Done(); walk() }()
	}
	fmt.Println("started")
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		for n := range gates {
			atomic.StoreInt32(&gates[n], 1)
		}
	}
	stop.Store(true)
	all.Wait()
	fmt.Println("bad", bad.Load(), "of all")
}
