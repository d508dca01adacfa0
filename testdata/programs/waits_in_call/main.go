// One thread waits in a system call for what another writes, which first sees
// to it that the other one waits.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"syscall"
	"unsafe"
)

var waiter = make(chan int)

func read(fd int) {
	runtime.LockOSThread()
	waiter <- syscall.Gettid()
	var b [1]byte
	syscall.RawSyscall(syscall.SYS_READ, uintptr(fd), uintptr(unsafe.Pointer(&b)), 1)
	fmt.Println("read", b[0])
	waiter <- 0
}

func waiting(tid int) bool {
	call, _ := os.ReadFile(fmt.Sprintf("/proc/self/task/%d/syscall", tid))
	return strings.HasPrefix(string(call), "0 ")
}

func blocked(tid int) {}

func main() {
	runtime.LockOSThread()
	var fds [2]int
	if err := syscall.Pipe(fds[:]); err != nil {
		panic(err)
	}
	go read(fds[0])
	tid := <-waiter
	for !waiting(tid) {
	}
	blocked(tid)
	syscall.Write(fds[1], []byte{7})
	<-waiter
}
