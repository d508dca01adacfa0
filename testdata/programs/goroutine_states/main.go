// Goroutines in every state a debugger tells apart: waiting on channels, locks,
// timers and system calls, running, and parked for ever. It prints its truth
// and blocks.
package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
	"sync"
	"time"
)

var (
	global   = map[string]int{"a": 1}
	big      = map[[200]byte][200]byte{}
	buffered = make(chan int, 4)
	mu       sync.Mutex
	stopped  bool
)

func onSend(c chan int)    { c <- 1 }
func onReceive(c chan int) { <-c }
func onSelect(a, b chan int) {
	select {
	case <-a:
	case b <- 1:
	}
}
func onLock()  { mu.Lock() }
func onSleep() { time.Sleep(time.Hour) }
func onSyscall() {
	var buf [1]byte
	os.NewFile(uintptr(pipeFD), "pipe").Read(buf[:])
}
func onSpin() {
	for !stopped {
	}
}
func labelled(c chan int) { <-c }

var pipeFD int

func main() {
	unbuffered, other := make(chan int), make(chan int)
	mu.Lock()
	for len(global) < 3 {
		global[fmt.Sprint(len(global))] = 2
	}
	big[[200]byte{1}] = [200]byte{2}
	pipeFD = blockingPipe()
	go onSend(unbuffered)
	go onReceive(other)
	go onSelect(make(chan int), make(chan int))
	go onLock()
	go onSleep()
	go onSyscall()
	go onSpin()
	pprof.Do(context.Background(), pprof.Labels("tier", "gold", "shard", "7"), func(ctx context.Context) {
		go labelled(make(chan int))
	})
	buffered <- 11
	buffered <- 12
	for runtime.NumGoroutine() < 9 {
		runtime.Gosched()
	}
	time.Sleep(20 * time.Millisecond)
	fmt.Println("goroutines", runtime.NumGoroutine(), "pid", os.Getpid())
	select {}
}
