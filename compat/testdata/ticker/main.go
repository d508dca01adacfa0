// Ticker prints a number every few milliseconds, for ever: whether it runs can
// be seen from outside.
package main

import (
	"fmt"
	"time"
)

func tick(n int) int {
	fmt.Println("tick", n)
	return n + 1
}

func main() {
	for n := 0; ; {
		n = tick(n)
		time.Sleep(5 * time.Millisecond)
	}
}
