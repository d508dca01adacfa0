// New_thread_writes prints the address of a variable. For each line of input
// a thread, made for the purpose, reads the variable and adds one to it.
package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
)

var counter int64

func main() {
	fmt.Printf("counter %#x\n", &counter)
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		done := make(chan int64)
		go func() {
			runtime.LockOSThread() // the thread ends with the goroutine
			counter++
			done <- counter
		}()
		fmt.Println("now", <-done)
	}
}
