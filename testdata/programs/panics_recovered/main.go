// Panics_recovered is what deferred functions can get into: a test knows what each
// line leads to from a run in which every instruction is watched.
package main

import (
	"errors"
	"sync"
)

var total int

//go:noinline
func deep(n int) int {
	if n == 0 {
		panic(errors.New("deep down"))
	}
	return deep(n-1) + n
}

func catch(f func(int) int, n int) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = v.(error)
		}
	}()
	total += f(n)
	return nil
}

// Each frame recovers from the one below, with the same function.
//
//go:noinline
func layers(n int) (r int) {
	defer func() {
		if recover() != nil {
			r = n
		}
	}()
	if n == 0 {
		panic("innermost")
	}
	r = layers(n - 1)
	if n == 2 {
		panic("in the middle")
	}
	return r
}

// What is deferred last is the runtime's own and a library's.
//
//go:noinline
func closing(n int) int {
	c, mu := make(chan int), &sync.Mutex{}
	mu.Lock()
	defer mu.Unlock()
	defer close(c)
	return deep(n)
}

//go:noinline
func again(n int) int {
	defer func() {
		total++
		if n > 0 {
			panic(errors.New("another"))
		}
	}()
	return deep(n)
}

type node struct {
	next  *node
	value int
}

//go:noinline
func fault(n int) int {
	var list *node
	for range n {
		list = &node{list, n}
	}
	return list.value + list.next.value
}

//go:noinline
func looped(n int) int {
	for i := range n {
		defer func() {
			total += i
		}()
	}
	return deep(n)
}

func main() {
	if catch(deep, 30) == nil {
		return
	}
	total += layers(3)
	_ = catch(closing, 2)
	_ = catch(again, 1)
	_ = catch(again, 0)
	_ = catch(fault, 1)
	_ = catch(fault, 0)
	_ = catch(looped, 2)
	println(total)
}
