// As many goroutines as the first argument says, all waiting on a channel.
package main

import (
	"fmt"
	"os"
	"strconv"
	"time"
)

func park(c chan bool) { <-c }

func main() {
	n, _ := strconv.Atoi(os.Args[1])
	c := make(chan bool)
	for i := 0; i < n; i++ {
		go park(c)
	}
	time.Sleep(100 * time.Millisecond)
	fmt.Println("ready")
	<-c
}
