// A library of Go for a C program (-buildmode=c-shared): a thread of C's calls
// in, and stays there.
package main

import "C"

import (
	"fmt"
	"runtime"
	"sync/atomic"
)

var spins atomic.Int64

//export Stay
func Stay() {
	go func() {
		for spins.Load() < 1000 {
			runtime.Gosched()
		}
		fmt.Println("ready")
	}()
	for spins.Add(1) > 0 {
	}
}

func main() {}
