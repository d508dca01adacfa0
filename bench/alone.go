package main

import (
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"runtime"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// alone is how long a program needs by itself to come to a function, in
// milliseconds: under a tracer that sets a trap there, passes signals on, has
// the threads traced, as the trap would kill the program otherwise, and does
// nothing else. No debugger can be faster.
func alone(bin, function string) func() ([]float64, error) {
	return func() ([]float64, error) {
		at, err := entryOf(bin, function)
		if err != nil {
			return nil, err
		}
		type outcome struct {
			took time.Duration
			err  error
		}
		done := make(chan outcome)
		go func() {
			runtime.LockOSThread() // it ends with the goroutine, and the program with it
			took, err := runTo(bin, at)
			done <- outcome{took, err}
		}()
		o := <-done
		return []float64{ms(o.took)}, o.err
	}
}

func entryOf(bin, function string) (uintptr, error) {
	f, err := elf.Open(bin)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	if f.Type != elf.ET_EXEC {
		return 0, fmt.Errorf("%s is loaded where the kernel likes", bin)
	}
	symbols, err := f.Symbols()
	if err != nil {
		return 0, err
	}
	for _, s := range symbols {
		if s.Name == function {
			return uintptr(s.Value), nil
		}
	}
	return 0, fmt.Errorf("%s has no %s", bin, function)
}

// runTo starts a program, times it until a thread is at an address, and kills it.
// Precondition: the goroutine is locked to its thread.
func runTo(bin string, at uintptr) (took time.Duration, err error) {
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return 0, err
	}
	defer null.Close()
	fd := null.Fd()
	start := time.Now()
	pid, err := syscall.ForkExec(bin, []string{bin}, &syscall.ProcAttr{
		Env: os.Environ(), Files: []uintptr{fd, fd, fd}, Sys: &syscall.SysProcAttr{Ptrace: true},
	})
	if err != nil {
		return 0, err
	}
	defer end(pid)
	var status unix.WaitStatus
	if _, err := wait(pid, &status); err != nil {
		return 0, err
	}
	if err := unix.PtraceSetOptions(pid, unix.PTRACE_O_TRACECLONE|unix.PTRACE_O_EXITKILL); err != nil {
		return 0, err
	}
	const trap = 0xcc
	if _, err := unix.PtracePokeText(pid, at, []byte{trap}); err != nil {
		return 0, err
	}
	if err := unix.PtraceCont(pid, 0); err != nil {
		return 0, err
	}
	err = passOn(at)
	return time.Since(start), err
}

// end kills a program, and sees all its threads end.
func end(pid int) {
	unix.Kill(pid, unix.SIGKILL)
	for {
		if _, err := wait(-1, nil); err != nil && !errors.Is(err, unix.EINTR) {
			return
		}
	}
}

// passOn lets threads go on until one has run into the trap.
func passOn(at uintptr) error {
	for {
		var status unix.WaitStatus
		tid, err := wait(-1, &status)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return fmt.Errorf("the program has not come to %#x: %w", at, err)
		}
		if !status.Stopped() {
			continue
		}
		signal := status.StopSignal()
		switch {
		case signal == unix.SIGTRAP && status.TrapCause() == 0:
			var regs unix.PtraceRegs
			if err := unix.PtraceGetRegs(tid, &regs); err != nil {
				return err
			}
			if uintptr(regs.Rip) == at+1 {
				return nil
			}
		case signal == unix.SIGTRAP, signal == unix.SIGSTOP: // a thread has begun another, and that is there
			signal = 0
		}
		if err := unix.PtraceCont(tid, int(signal)); err != nil && !errors.Is(err, unix.ESRCH) {
			return err
		}
	}
}

// wait waits for a child of this thread.
func wait(pid int, status *unix.WaitStatus) (int, error) {
	return unix.Wait4(pid, status, unix.WALL|unix.WNOTHREAD, nil)
}
