// A library of Go for a C program (-buildmode=c-shared): a thread of C's calls
// in, and stays there.
package main

import "C"

import "fmt"

//export Stay
func Stay() {
	fmt.Println("ready")
	for spin := 0; ; spin++ {
		if spin < 0 {
			return
		}
	}
}

func main() {}
