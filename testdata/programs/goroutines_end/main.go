// Goroutines_end has goroutines that end by runtime.Goexit, with what they have
// deferred, and by returning. The program ends when they have.
package main

import (
	"runtime"
	"time"
)

var total int

func leave(n int) {
	defer func() {
		total++
	}()
	if n > 0 {
		leave(n - 1)
		return
	}
	runtime.Goexit()
}

func worker(done chan int) {
	defer close(done)
	defer func() {
		total--
	}()
	leave(2)
	println("never")
}

func returns(done chan int) {
	total++
	done <- total
}

func main() {
	done, sum := make(chan int), make(chan int, 1)
	go worker(done)
	<-done
	go returns(sum)
	for runtime.NumGoroutine() > 1 {
		time.Sleep(time.Millisecond)
	}
	println(<-sum)
}
