package dap

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

// DrainOutput is the hidden command by which the output of a program goes on
// being read that outlives its debugging: a pipe that nobody reads would end the
// program by SIGPIPE, or make it wait for ever.
const DrainOutput = "drain-output"

// handOver leaves the pipes to a process that reads them until the program, and
// all it has started, have closed them.
func (o *output) handOver() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	self, err := os.Executable()
	if err != nil {
		return err
	}
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer null.Close()
	// The pipes must stay as they are: os/exec would have reads of ours block.
	files := []uintptr{null.Fd(), null.Fd(), null.Fd()}
	for _, r := range o.ends {
		conn, err := r.SyscallConn()
		if err != nil {
			return err
		}
		// One that has ended is closed by now.
		_ = conn.Control(func(fd uintptr) { files = append(files, fd) })
	}
	if len(files) == 3 {
		return nil
	}
	return forkDrain(self, startDrain, files)
}

// startDrain and readDrain are what the command is to do with how many pipes.
// To start is to start itself anew and end at once: then it is nobody's child,
// and is waited for by nobody.
const (
	startDrain = "start"
	readDrain  = "read"
)

func forkDrain(self, word string, files []uintptr) error {
	pid, err := syscall.ForkExec(self, []string{self, DrainOutput, word + strconv.Itoa(len(files)-3)}, &syscall.ProcAttr{
		Dir: "/", Env: os.Environ(), Files: files, Sys: &syscall.SysProcAttr{Setsid: true},
	})
	if err != nil || word != startDrain {
		return err
	}
	var status syscall.WaitStatus
	for {
		_, err = syscall.Wait4(pid, &status, 0, nil)
		if err != syscall.EINTR {
			break
		}
	}
	if err == nil && status.ExitStatus() != 0 {
		err = fmt.Errorf("%s %s ended with status %d", self, DrainOutput, status.ExitStatus())
	}
	return err
}

// Drain is what the hidden command does; word is its argument. The pipes are the
// descriptors from 3 on.
func Drain(word string) error {
	count, start := strings.CutPrefix(word, startDrain)
	n, err := strconv.Atoi(strings.TrimPrefix(count, readDrain))
	if err != nil || n < 1 || n > 2 {
		return fmt.Errorf("%q is not for people to use", DrainOutput)
	}
	if start {
		self, err := os.Executable()
		if err != nil {
			return err
		}
		return forkDrain(self, readDrain, []uintptr{0, 1, 2, 3, 4}[:3+n])
	}
	var all sync.WaitGroup
	for fd := 3; fd < 3+n; fd++ {
		f := os.NewFile(uintptr(fd), "output")
		all.Go(func() { _, _ = io.Copy(io.Discard, f) })
	}
	all.Wait()
	return nil
}
