// Package stops is a program with many goroutines for an editor to stop in.
package stops

import "sync"

var wait = make(chan bool)

func park(ready *sync.WaitGroup) {
	ready.Done()
	<-wait
}

type order struct {
	Name  string
	Lines []int
	Price map[string]float64
}

var count int

// Hit is where the breakpoint is.
func Hit(o *order, text string) int {
	n := len(text) + len(o.Lines)
	count += n
	return count
}

// Run parks n goroutines and calls Hit for ever.
func Run(n int) {
	var ready sync.WaitGroup
	for range n {
		ready.Add(1)
		go park(&ready)
	}
	ready.Wait()
	o := &order{"an order", []int{1, 2, 3}, map[string]float64{"apple": 1.5, "pear": 2}}
	for {
		Hit(o, "some text")
	}
}
