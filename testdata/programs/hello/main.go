// Hello says so and waits for the end of its input: the smallest program to
// attach to.
package main

import (
	"fmt"
	"io"
	"os"
	"runtime"
)

func main() {
	fmt.Println("hello, " + runtime.Version())
	io.Copy(io.Discard, os.Stdin)
}
