package main

import "syscall"

// blockingPipe is a pipe's end that blocks a thread in read.
func blockingPipe() int {
	var p [2]int
	if err := syscall.Pipe(p[:]); err != nil {
		panic(err)
	}
	return p[0]
}
