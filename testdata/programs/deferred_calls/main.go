// A goroutine with deferred calls of each sort that is in a panic, and has
// ancestors if GODEBUG=tracebackancestors is set. It blocks.
package main

import (
	"fmt"
	"time"
)

func first()     {}
func second()    {}
func looped(int) {}

func block() {
	fmt.Println("ready")
	for {
		time.Sleep(time.Hour)
	}
}

func panicking() {
	defer first()
	for i := 0; i < 2; i++ {
		defer looped(i)
	}
	defer second()
	defer block()
	panic(fmt.Sprint("trouble ", 42))
}

func child() { panicking() }

func main() {
	done := make(chan bool)
	go func() {
		go child()
		<-done
	}()
	<-done
}
