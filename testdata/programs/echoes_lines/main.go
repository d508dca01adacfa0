// Echoes_lines reads lines from its terminal and says what it has read, and all
// the time that it is there.
package main

import (
	"bufio"
	"fmt"
	"os"
	"time"
)

func line(text string) {
	fmt.Println("got", text)
}

func main() {
	go func() {
		for {
			fmt.Println("waiting")
			time.Sleep(100 * time.Millisecond)
		}
	}()
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		line(in.Text())
	}
}
