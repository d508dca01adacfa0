// Variables that hide others: of outer blocks, of the package, of predeclared
// names and of registers; closures that share variables; generic code.
package main

import (
	"fmt"
	"runtime"
)

var x = "package"
var RAX = 17

type number interface{ ~int | ~float64 }

type celsius float64

func generic[T number](v T, list []T) {
	doubled := v + v
	runtime.Breakpoint()
	fmt.Println(v, doubled, list)
}

func run(x int) {
	len := 3
	string := "text"
	if x > 0 {
		x := float64(x) + 0.5
		y := 1
		if y == 1 {
			x := "innermost"
			shared := 10
			add := func(n int) int {
				shared += n
				y := shared * 2
				generic(celsius(1.5), []celsius{1, 2})
				return y
			}
			fmt.Println(add(5), x, len, string)
		}
		fmt.Println(x)
	}
	later := x
	fmt.Println(later)
}

func main() {
	fmt.Println("READY")
	run(4)
	fmt.Println(x, RAX)
}
