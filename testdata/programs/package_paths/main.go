// Packages whose names are not the last elements of their import paths.
package main

import (
	"fmt"
	"runtime"

	named "target/go-named"
	lib "target/lib.v3"
	target "target/v2"
)

func main() {
	fmt.Println("READY")
	runtime.Breakpoint()
	println(target.Run(lib.Count), named.Do(2), lib.Root.Next)
}
