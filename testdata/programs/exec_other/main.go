// Exec_other starts a child, and then becomes the program of its arguments.
package main

import (
	"os"
	"os/exec"
	"syscall"
)

func main() {
	if err := exec.Command("/bin/true").Run(); err != nil {
		panic(err)
	}
	panic(syscall.Exec(os.Args[1], os.Args[1:], os.Environ()))
}
