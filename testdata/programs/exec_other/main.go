// Exec_other starts a child, and then becomes the program of its arguments; by a
// thread that is not its first if ELSEWHERE is set.
package main

import (
	"os"
	"os/exec"
	"runtime"
	"syscall"
)

func init() {
	if os.Getenv("ELSEWHERE") != "" {
		runtime.LockOSThread()
	}
}

func main() {
	if err := exec.Command("/bin/true").Run(); err != nil {
		panic(err)
	}
	if os.Getenv("ELSEWHERE") != "" {
		go become()
		select {}
	}
	become()
}

func become() { panic(syscall.Exec(os.Args[1], os.Args[1:], os.Environ())) }
