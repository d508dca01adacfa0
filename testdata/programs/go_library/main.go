// A library of Go for a C program (-buildmode=c-shared), loaded by dlopen_c
// while it runs. Where PANIC is in its environment it panics.
package main

import "C"

//export Twice
func Twice(n int) int {
	return double(n)
}

//go:noinline
func double(n int) int {
	sum := n + n
	complain(n)
	return sum
}

func main() {}
