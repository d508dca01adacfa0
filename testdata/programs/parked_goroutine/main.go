// Parked_goroutine has a goroutine that waits on a channel, while others run
// the same code.
package main

func wait(c chan int) int {
	v := <-c
	v++
	return v
}

func busy(n int) int {
	x := 0
	for i := 0; i < n; i++ {
		x = step(x, i)
	}
	return x
}

func step(x, i int) int {
	x += i
	x++
	return x
}

func main() {
	c, out := make(chan int), make(chan int)
	go func() {
		out <- wait(c)
	}()
	for range 4 {
		go func() { out <- busy(300) }()
	}
	sum := busy(20)
	for range 4 {
		sum += <-out
	}
	c <- 1
	println(sum + <-out)
}
