// Goroutines parked deep down and in a system call, and one whose work
// allocates, grows its stack, defers and panics; with an argument it rests.
package main

import (
	"fmt"
	"os"
	"runtime"
	"time"
)

//go:noinline
func deep(n int, c chan int) int {
	if n == 0 {
		return <-c // parked
	}
	return deep(n-1, c) + 1
}

//go:noinline
func blocked(f *os.File) {
	var b [1]byte
	f.Read(b[:])
}

type node struct{ next *node }

//go:noinline
func grow(n int) (sum int) {
	var pad [512]byte
	pad[n%512] = 1
	if n > 0 {
		sum = grow(n - 1)
	}
	return sum + int(pad[n%512])
}

//go:noinline
func recovers(i int) (err error) {
	defer func() {
		if e := recover(); e != nil {
			err = fmt.Errorf("%v", e)
		}
	}()
	var m map[int]int
	m[i] = 1
	return nil
}

var sink any

//go:noinline
func work(i int) {
	m := map[int]string{i: fmt.Sprint(i)}
	sink = &node{}
	sink = append([]int(nil), make([]int, 100)...)
	recovers(len(m))
	done := make(chan int)
	go func() { done <- grow(10) }()
	<-done
}

func main() {
	c := make(chan int)
	go deep(20, c)
	r, w, _ := os.Pipe()
	go blocked(r)
	for i := 0; ; i++ {
		work(i)
		if i == 100 && len(os.Args) > 1 {
			runtime.GC() // so that none moves a stack later
			fmt.Println("ready")
			time.Sleep(time.Hour)
		}
		if i < 0 {
			w.Close()
		}
	}
}
