// Starts_programs starts itself as often as its first argument says, in the
// manner of the second: "one" after the other, "all" at once, or through a
// "shell"; with "wait" the program started lives until its input ends. It exits
// with 1 if one of them failed.
package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"sync"
)

var calls int

func inChild(n int) {
	calls += n
}

func child(name string) {
	for i := range 3 {
		inChild(i)
	}
	fmt.Println("child", name, calls)
	if name == "wait" {
		bufio.NewReader(os.Stdin).ReadString('\n')
	}
}

func start(name string, shell bool) error {
	c := exec.Command(os.Args[0], "child", name)
	if shell {
		c = exec.Command("/bin/sh", "-c", os.Args[0]+" child "+name+"; exit $?")
	}
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	return c.Run()
}

func main() {
	if os.Args[1] == "child" {
		child(os.Args[2])
		return
	}
	n, _ := strconv.Atoi(os.Args[1])
	how, failed := os.Args[2], 0
	var all sync.WaitGroup
	for i := range n {
		name := "number-" + strconv.Itoa(i)
		if how == "wait" {
			name = how
		}
		all.Add(1)
		one := func() {
			defer all.Done()
			if err := start(name, how == "shell"); err != nil {
				fmt.Println(name, err)
				failed = 1
			}
		}
		if how == "all" {
			go one()
		} else {
			one()
		}
	}
	all.Wait()
	fmt.Println("done", n-failed)
	os.Exit(failed)
}
