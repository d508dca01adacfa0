// Watches_child starts a program and says what it is told of it, as a shell is
// told of its jobs.
package main

import (
	"fmt"
	"os"
	"syscall"
)

func main() {
	pid, err := syscall.ForkExec(os.Args[1], os.Args[1:], &syscall.ProcAttr{Files: []uintptr{0, 1, 2}})
	if err != nil {
		panic(err)
	}
	fmt.Println("child", pid)
	for {
		var status syscall.WaitStatus
		_, err := syscall.Wait4(pid, &status, syscall.WUNTRACED|syscall.WCONTINUED, nil)
		switch {
		case err == syscall.EINTR:
		case err != nil:
			panic(err)
		case status.Stopped():
			fmt.Println("stopped by", int(status.StopSignal()))
		case status.Continued():
			fmt.Println("continued")
		default:
			fmt.Println("ended")
			return
		}
	}
}
