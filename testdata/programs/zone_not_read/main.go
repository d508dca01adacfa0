// Has a time in its own zone before and after it has looked up what that is.
package main

import (
	"fmt"
	"runtime"
	"time"
)

var now = time.Now()
var text string

func main() {
	runtime.Breakpoint()
	text = fmt.Sprint(now)
	runtime.Breakpoint()
	fmt.Println(text)
}
