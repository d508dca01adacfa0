// Traps_itself runs trap instructions of its own as fast as it can.
package main

import (
	"fmt"
	"runtime"
)

func main() {
	runtime.LockOSThread()
	fmt.Println("ready")
	var line string
	fmt.Scanln(&line)
	for {
		runtime.Breakpoint()
	}
}
