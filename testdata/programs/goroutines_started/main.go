// Goroutines_started has go statements of every sort.
package main

import (
	"runtime"
	"sync"
)

var all sync.WaitGroup

type thing struct{ n int }

type worker interface{ work(n int) }

//go:noinline
func (t *thing) work(n int) { all.Done() }

//go:noinline
func plain() { all.Done() }

//go:noinline
func named(n int) { all.Done() }

//go:noinline
func generic[T any](v T) { all.Done() }

func small(n int) { all.Done() }

func empty() {}

func main() {
	f, t := plain, &thing{}
	var w worker = t
	all.Add(1)
	go plain()
	wait()
	go named(1)
	wait()
	go f()
	wait()
	go t.work(1)
	wait()
	go w.work(1)
	wait()
	go generic("x")
	wait()
	go func() { all.Done() }()
	wait()
	go small(2)
	wait()
	go empty()
	for runtime.NumGoroutine() > 1 {
		runtime.Gosched()
	}
	all.Add(2)
	for n := range 3 {
		go named(n)
	}
	all.Wait()
}

// wait waits for the goroutine that was started, and expects another one.
func wait() {
	all.Wait()
	all.Add(1)
}
