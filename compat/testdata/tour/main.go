// Tour has something to look at for every method of the interface: arguments
// and results, locals of many kinds, goroutines with labels, package variables
// to watch, a function to call, and an exit status.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/pprof"
	"sync"
)

type point struct {
	X, Y int
	Next *point
}

type shape interface{ area() float64 }

type square struct{ side float64 }

func (s square) area() float64 { return s.side * s.side }

var (
	total   int
	version = "tour 1"
	names   = map[string]int{"one": 1, "two": 2}
)

func work(n int, label string) (sum int, err error) {
	p := &point{X: n, Y: n * 2}
	list := []int{n, n + 1, n + 2}
	var s shape = square{float64(n)}
	for _, v := range list {
		sum += v
	}
	if n < 0 {
		err = errors.New("negative")
	}
	total += sum
	fmt.Println(label, p.X, s.area())
	return sum, err
}

func double(x int) int { return x * 2 }

func park(ready *sync.WaitGroup, quit chan struct{}) {
	ready.Done()
	<-quit
}

func main() {
	quit := make(chan struct{})
	var ready sync.WaitGroup
	for range 3 {
		ready.Add(1)
		go pprof.Do(context.Background(), pprof.Labels("job", "park"), func(context.Context) { park(&ready, quit) })
	}
	ready.Wait()
	for i := 1; i <= 5; i++ {
		if _, err := work(i, "turn"); err != nil {
			panic(err)
		}
	}
	close(quit)
	fmt.Println(version, total, double(total), len(names))
	os.Exit(3)
}
