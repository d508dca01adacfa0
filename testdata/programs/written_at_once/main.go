// Written_at_once has threads that write to one variable at the same time.
package main

import (
	"runtime"
	"sync"
)

var (
	shared int64
	start  = make(chan bool)
)

func write(n int64, all *sync.WaitGroup) {
	defer all.Done()
	runtime.LockOSThread()
	<-start
	for i := range int64(10) {
		shared = 100*n + i
	}
}

func main() {
	var all sync.WaitGroup
	for n := range int64(4) {
		all.Add(1)
		go write(n+1, &all)
	}
	close(start)
	all.Wait()
}
