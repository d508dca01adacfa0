// Parked starts as many goroutines as its argument says, which wait for ever.
package main

import (
	"os"
	"strconv"
	"sync"
)

var ready sync.WaitGroup

func wait(c chan int) {
	ready.Done()
	<-c
}

func stop() {
	println("all parked")
}

func main() {
	n := 100_000
	if len(os.Args) > 1 {
		n, _ = strconv.Atoi(os.Args[1])
	}
	c := make(chan int)
	ready.Add(n)
	for range n {
		go wait(c)
	}
	ready.Wait()
	stop()
}
