// Hot_loop calls main.work as often as its second argument says, in a process
// with as many threads as the first says, of which the others wait.
package main

import (
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

func waits(ready chan bool) {
	runtime.LockOSThread()
	ready <- true
	for {
		syscall.Nanosleep(&syscall.Timespec{Sec: 3600}, nil)
	}
}

//go:noinline
func loop(n int) time.Duration {
	start := time.Now()
	for i := range n {
		work(i)
	}
	return time.Since(start)
}

func main() {
	threads, _ := strconv.Atoi(os.Args[1])
	n, _ := strconv.Atoi(os.Args[2])
	ready := make(chan bool)
	for range threads - 1 {
		go waits(ready)
		<-ready
	}
	took := loop(n)
	println("per call", int(took)/max(n, 1), "ns")
}
