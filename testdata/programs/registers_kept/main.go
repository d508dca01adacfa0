// A loop that keeps all it knows in registers, integer and floating point, while functions
// are called from it by a debugger; and says at the end whether it came out right.
package main

import (
	"bufio"
	"fmt"
	"os"
)

var input = bufio.NewReader(os.Stdin)

func main() {
	if len(os.Args) > 1 {
		slow() // or it would not be in the program
	}
	want := work(1000, false)
	fmt.Println("started")
	wait()
	if got := work(1000, true); got != want {
		fmt.Println("wrong:", got, "instead of", want)
	} else {
		fmt.Println("right")
	}
	wait()
}

type sums struct{ a, b, c, d, e, f float64 }

//go:noinline
func work(n int, again bool) sums {
	a, b, c, d, e, f := 1.0, 2.0, 3.0, 4.0, 5.0, 6.0
	for i := 0; i < n; i++ {
		a += b * 0.25
		b += c * 0.125
		c += d * 0.5
		d += e * 0.75
		if again && i == n/2 {
			touched++
		}
		e += f * 0.0625
		f += a * 0.03125
		a, b, c = a*0.5, b*0.5, c*0.5
		d, e, f = d*0.5, e*0.5, f*0.5
	}
	return sums{a, b, c, d, e, f}
}

var touched int

// slow ends when it is allowed to, and uses what registers there are.
//
//go:noinline
func slow() float64 {
	fmt.Println("in the call")
	wait()
	return work(10, false).a
}

func wait() { input.ReadString('\n') }
