// Hit_counter calls main.work a number of times on each of several goroutines
// at once, so that it is known how often a breakpoint in it is hit.
// Arguments: goroutines, calls on each.
package main

import (
	"fmt"
	"os"
	"strconv"
	"sync"
)

var total [64]int

//go:noinline
func work(g, i int) int {
	x := i * 3
	if x%2 == 0 {
		x++
	}
	total[g] += x & 1
	return total[g]
}

func main() {
	n, _ := strconv.Atoi(os.Args[1])
	m, _ := strconv.Atoi(os.Args[2])
	fmt.Println("started")
	var wg sync.WaitGroup
	for g := range n {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range m {
				work(g, i)
			}
		}()
	}
	wg.Wait()
	fmt.Println("calls", n*m)
}
