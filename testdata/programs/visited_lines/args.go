package main

import (
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"
	"unsafe"
)

func busyArgs() []string {
	if len(os.Args) == 2 && os.Args[1] == "signals" {
		busySignals()
		return nil
	}
	return os.Args
}

func busyPrint(int, string, error) {}

// busySignals has signals arrive all the time: those of a profile, of a
// goroutine that asks for them, and by which the garbage collector has others
// make room for it.
func busySignals() {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGUSR1)
	go func() {
		for range c {
		}
	}()
	millisecond := syscall.Timeval{Usec: 1000}
	timer := [2]syscall.Timeval{millisecond, millisecond}
	const ofProcessorTime = 2
	syscall.Syscall(syscall.SYS_SETITIMER, ofProcessorTime, uintptr(unsafe.Pointer(&timer)), 0)
	go func() {
		for ; ; time.Sleep(500 * time.Microsecond) {
			syscall.Kill(os.Getpid(), syscall.SIGUSR1)
			runtime.GC()
		}
	}()
}
