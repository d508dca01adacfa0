// Signals_and_faults sends itself signals and catches faults while it works, and
// says how many of each arrived.
package main

import (
	"fmt"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"
)

var caught atomic.Int64

//go:noinline
func work(i int) int {
	if i%10 == 0 {
		syscall.Kill(os.Getpid(), syscall.SIGUSR1)
		for caught.Load() <= int64(i/10) {
			time.Sleep(time.Microsecond)
		}
	}
	return i + 1
}

func fault(p *int) (n int) {
	defer func() {
		if recover() != nil {
			n = 1
		}
	}()
	return *p
}

func main() {
	c := make(chan os.Signal, 1000)
	signal.Notify(c, syscall.SIGUSR1)
	go func() {
		for range c {
			caught.Add(1)
		}
	}()
	faults := 0
	for i := range 100 {
		work(i)
		faults += fault(nil)
	}
	fmt.Println("signals", caught.Load(), "faults", faults)
	if caught.Load() != 10 || faults != 100 {
		os.Exit(1)
	}
}
