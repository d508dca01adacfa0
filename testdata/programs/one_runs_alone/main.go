// A goroutine that counts on a thread of its own, and holds a lock until it has
// counted far enough; the main one does some steps, and then wants the lock.
package main

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
)

var (
	counted atomic.Int64
	until   atomic.Int64
	mu      sync.Mutex
)

func count(ready chan<- bool) {
	runtime.LockOSThread()
	mu.Lock()
	ready <- true
	for until.Load() == 0 || counted.Load() < until.Load() {
		counted.Add(1)
	}
	mu.Unlock()
}

func square(n int) int {
	return n * n
}

func main() {
	// Not on a thread of its own: when it is preempted, that takes another one.
	ready := make(chan bool)
	go count(ready)
	<-ready
	for counted.Load() < 1000 {
		runtime.Gosched()
	}
	sum := square(3)
	sum += square(4)
	until.Store(counted.Load() + 1000)
	mu.Lock()
	fmt.Println(sum)
}
