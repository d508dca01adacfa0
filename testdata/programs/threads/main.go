// Threads keeps the number of OS threads given as its first argument busy,
// each in its own locked goroutine, and starts another one that lives for a
// moment every few milliseconds.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync/atomic"
	"time"
)

var rounds atomic.Int64

func busy(id int) {
	runtime.LockOSThread()
	for {
		work(id)
		time.Sleep(time.Millisecond)
	}
}

//go:noinline
func work(id int) int64 {
	return rounds.Add(int64(id%2 + 1))
}

func main() {
	n := 4
	if len(os.Args) > 1 {
		n, _ = strconv.Atoi(os.Args[1])
	}
	for i := range n {
		go busy(i)
	}
	fmt.Println("ready", n)
	for {
		time.Sleep(5 * time.Millisecond)
		go func() {
			// A locked goroutine that ends takes its thread with it.
			runtime.LockOSThread()
			work(1)
		}()
	}
}
