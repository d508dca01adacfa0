// Takes a gigabyte of memory, bit by bit, when its input ends: more than it gets.
package main

import (
	"fmt"
	"io"
	"os"
)

var eaten [][]byte

func main() {
	fmt.Println("started")
	io.Copy(io.Discard, os.Stdin)
	for range [1024]int{} {
		eat()
	}
	fmt.Println("not killed")
}

func eat() {
	bite := make([]byte, 1<<20)
	for i := 0; i < len(bite); i += 4096 {
		bite[i] = 1
	}
	eaten = append(eaten, bite)
}
