// Parks goroutines in all the ways there are, 40 in each, half of them with a
// profiler label, and runs into a trap.
package main

import (
	"context"
	"fmt"
	"runtime"
	"runtime/pprof"
	"sync"
	"time"
)

const each = 40

var (
	receive = make(chan int)
	send    = make(chan int)
	never   chan int
	mutex   sync.Mutex
	group   sync.WaitGroup
)

func receives()       { <-receive }
func sends()          { send <- 1 }
func selects()        { waitAny(receive, send) }
func locks()          { mutex.Lock() }
func waits()          { group.Wait() }
func sleeps()         { time.Sleep(time.Hour) }
func blocks()         { <-never }
func deep(levels int) { recurse(levels) }

func recurse(n int) {
	if n > 0 {
		recurse(n - 1)
		return
	}
	<-receive
}

func waitAny(a, b chan int) {
	select {
	case <-a:
	case b <- 1:
	}
}

func main() {
	mutex.Lock()
	group.Add(1)
	ways := []func(){receives, sends, selects, locks, waits, sleeps, blocks, func() { deep(each) }}
	for i := range each {
		for _, f := range ways {
			if i%2 == 0 {
				go f()
				continue
			}
			pprof.Do(context.Background(), pprof.Labels("parity", "odd"), func(context.Context) { go f() })
		}
	}
	for runtime.NumGoroutine() < each*len(ways) {
		time.Sleep(time.Millisecond)
	}
	settle()
	fmt.Println("READY")
	runtime.Breakpoint()
}
