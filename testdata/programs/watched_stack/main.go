// Watched_stack changes local variables on stacks that grow, and so move, and
// leaves the frame of one by a panic. It ends with 0 if its sums are right.
package main

import "os"

//go:noinline
func grow(n int) int {
	var room [512]byte
	if n == 0 {
		return int(room[0])
	}
	return grow(n-1) + int(room[n%512])
}

//go:noinline
func local() int {
	sum := 0
	for i := range 4 {
		sum += i + 1
		grow(20 << (2 * i))
	}
	return sum
}

//go:noinline
func leaves() {
	left := 1
	left++
	if left == 2 {
		panic("left")
	}
}

//go:noinline
func between() int {
	leaves()
	return 1
}

//go:noinline
func recovers() {
	defer func() { recover() }()
	between()
}

func main() {
	done := make(chan int)
	go func() { done <- local() }()
	sum := <-done
	go func() {
		recovers()
		grow(100)
		done <- local()
	}()
	if sum+<-done != 20 {
		os.Exit(1)
	}
}
