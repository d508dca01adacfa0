// Three ways to fault: calling a nil function value, calling a function value
// whose code is at address 0, reading through a nil pointer.
package main

import (
	"os"
	"unsafe"
)

type box struct{ f func(int) int }

//go:noinline
func callNil(b box) int { return b.f(1) }

//go:noinline
func readNil(p *int) int { return *p }

func main() {
	switch os.Args[1] {
	case "nil":
		callNil(box{})
	case "zero":
		code := new(uintptr)
		callNil(box{*(*func(int) int)(unsafe.Pointer(&code))})
	case "read":
		readNil(nil)
	}
}
