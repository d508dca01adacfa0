// Own_breakpoint stops itself by runtime.Breakpoint, then panics.
package main

import "runtime"

func stop(n int) int {
	runtime.Breakpoint()
	n++
	return n
}

func main() {
	println(stop(1))
	panic("done")
}
