// Does what its argument says: panics, prints, reads, runs on, exits.
package main

import (
	"bufio"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

var counter int64

func tick(n int64) int64 {
	counter += n
	return counter
}

func recovered() {
	defer func() { fmt.Println("recovered:", recover()) }()
	panic(fmt.Errorf("caught"))
}

func spin() {
	for {
		tick(1)
		time.Sleep(time.Millisecond)
	}
}

func main() {
	deed := "print"
	if len(os.Args) > 1 {
		deed = os.Args[1]
	}
	switch deed {
	case "print":
		fmt.Println("to stdout", os.Getenv("DEED"), os.Args[1:])
		fmt.Fprintln(os.Stderr, "to stderr")
		dir, _ := os.Getwd()
		fmt.Println("in", dir)
	case "panic":
		recovered()
		panic("uncaught")
	case "deadlock":
		var mu sync.Mutex
		mu.Lock()
		mu.Lock()
	case "exit":
		os.Exit(3)
	case "spin":
		spin()
	case "read":
		line, err := bufio.NewReader(os.Stdin).ReadString('\n')
		fmt.Printf("read %q %v\n", line, err)
	case "term":
		ch := make(chan os.Signal, 1)
		signal.Notify(ch, syscall.SIGTERM)
		go spin()
		fmt.Println("got", <-ch)
		os.Exit(7)
	case "chatter":
		turns, _ := os.Create("turns")
		line := fmt.Sprintf("chatter %01000d\n", 0)
		for {
			for range 1000 {
				fmt.Print(line)
			}
			turns.WriteString(".")
			time.Sleep(time.Millisecond)
		}
	case "signal":
		ch := make(chan os.Signal, 1)
		signal.Notify(ch, syscall.SIGUSR1, syscall.SIGUSR2)
		for _, sig := range []syscall.Signal{syscall.SIGUSR1, syscall.SIGUSR2} {
			syscall.Kill(os.Getpid(), sig)
			fmt.Println("got", <-ch)
		}
	case "count":
		for i := range int64(10) {
			tick(i)
		}
		fmt.Println(counter)
	}
}
