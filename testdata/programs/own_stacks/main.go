// Goroutines in every way of waiting, and one that panics. The program prints
// what the runtime says of their stacks, and traps at once.
package main

import (
	"fmt"
	"os"
	"runtime"
	"sync"
	"time"

	"target/asm"
)

var (
	never   = make(chan int)
	locked  sync.Mutex
	waiting sync.WaitGroup
	cond    = sync.NewCond(&sync.Mutex{})
)

type shape interface{ wait(c chan int) int }

type square struct{ side int }

func (s square) wait(c chan int) int { return <-c + s.side }

type embedded struct{ *square }

//go:noinline
func generic[T any](v T, c chan T) T { return <-c }

func small(c chan int) int { return smaller(c) + 1 }

func smaller(c chan int) int { return <-c }

//go:noinline
func deferred() {
	defer func() {
		defer func() { <-never }()
	}()
}

// panicking waits while two panics are under way.
//
//go:noinline
func panicking() {
	defer func() {
		defer func() { <-never }()
		panic("second")
	}()
	var p *square
	p.side = 1 // by a signal
}

//go:noinline
func recovered() (err any) {
	defer func() {
		err = recover()
		<-never
	}()
	panic("recovered")
}

//go:noinline
func grows(n int) int {
	var pad [1000]byte
	if n == 0 {
		return <-never
	}
	pad[n] = byte(n)
	return grows(n-1) + int(pad[n])
}

//go:noinline
func reads(f *os.File) {
	var b [1]byte
	f.Read(b[:])
}

func waits() {
	r, w, _ := os.Pipe()
	blocking := os.NewFile(r.Fd(), "blocking")
	go reads(blocking) // in a system call
	go func() { <-never; w.Close() }()
	r2, _, _ := os.Pipe()
	go reads(r2) // in the poller
	go locked.Lock()
	go waiting.Wait()
	go func() { cond.L.Lock(); cond.Wait() }()
	go func() { time.Sleep(time.Hour) }()
	go func() {
		select {
		case <-make(chan int):
		case make(chan string) <- "":
		}
	}()
	go func() { select {} }()
	go func() { runtime.LockOSThread(); <-never }()
	go func(n int, s string) { <-never; fmt.Println(n, s) }(1, "")
	time.AfterFunc(0, func() { <-never })
	var nilMap chan int
	go func() { nilMap <- 1 }()
}

func calls() {
	var s shape = square{1}
	go s.wait(never)
	go embedded{&square{2}}.wait(never)
	f := square{3}.wait
	go f(never)
	go generic(1, never)
	go generic("", make(chan string))
	go small(never)
	go deferred()
	go panicking()
	go recovered()
	go grows(20)
	go asm.Call(func() { <-never })
	go asm.Frameless(func() { <-never })
	go func() {
		for range 3 {
			func() { small(never) }()
		}
	}()
	go inC()
}

//go:noinline
func report() {
	buf := make([]byte, 1<<20)
	buf = buf[:runtime.Stack(buf, true)]
	os.Stdout.Write(buf)
	fmt.Println("READY")
	runtime.Breakpoint()
}

func main() {
	locked.Lock()
	waiting.Add(1)
	runtime.LockOSThread()
	waits()
	calls()
	waitInC()
	settle() // for all to have come to where they wait
	defer func() {
		recover()
		defer report()
		var m map[string]int
		m["nil"] = 1
	}()
	var p *square
	p.side++
}
