// Hotloop calls work as often as its argument says and prints what one call
// took, in nanoseconds.
package main

import (
	"fmt"
	"os"
	"strconv"
	"time"
)

var sum int

//go:noinline
func work(i int) int {
	sum += i
	return sum
}

func main() {
	n := 2000
	if len(os.Args) > 1 {
		n, _ = strconv.Atoi(os.Args[1])
	}
	start := time.Now()
	for i := range n {
		work(i)
	}
	fmt.Printf("per call %d ns\n", time.Since(start).Nanoseconds()/int64(n))
}
