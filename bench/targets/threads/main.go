// Threads has as many threads as its first argument says, all but one of which
// wait in the kernel. It calls stop for ever or, if there is a second argument,
// work that often, and prints what one call took, in nanoseconds.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"syscall"
	"time"
)

var sum int

//go:noinline
func work(i int) int {
	sum += i
	return sum
}

//go:noinline
func stop() {}

func waits(ready chan bool) {
	runtime.LockOSThread()
	ready <- true
	for {
		syscall.Nanosleep(&syscall.Timespec{Sec: 3600}, nil)
	}
}

func main() {
	threads, _ := strconv.Atoi(os.Args[1])
	ready := make(chan bool)
	for range threads - 1 {
		go waits(ready)
		<-ready
	}
	for len(os.Args) < 3 {
		stop()
	}
	n, _ := strconv.Atoi(os.Args[2])
	start := time.Now()
	for i := range n {
		work(i)
	}
	fmt.Printf("per call %d ns\n", time.Since(start).Nanoseconds()/int64(n))
}
