//go:build linux && amd64

package native

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// streams are the standard streams of a program to be started.
type streams struct {
	files [3]*os.File
	tty   *os.File // to be closed
}

func (c Command) openStreams() (*streams, error) {
	s := &streams{files: [3]*os.File{c.Stdin, c.Stdout, c.Stderr}}
	own := [3]*os.File{os.Stdin, os.Stdout, os.Stderr}
	if c.TTY != "" {
		tty, err := os.OpenFile(c.TTY, os.O_RDWR|unix.O_NOCTTY, 0)
		if err != nil {
			return nil, fmt.Errorf("terminal: %w", err)
		}
		s.tty = tty
		if _, err := unix.IoctlGetTermios(int(tty.Fd()), unix.TCGETS); err != nil {
			tty.Close()
			return nil, fmt.Errorf("%s is not a terminal", c.TTY)
		}
		own = [3]*os.File{tty, tty, tty}
	}
	for i := range s.files {
		if s.files[i] == nil {
			s.files[i] = own[i]
		}
	}
	return s, nil
}

func (s *streams) fds() []uintptr {
	var fds []uintptr
	for _, f := range s.files {
		fds = append(fds, f.Fd())
	}
	return fds
}

func (s *streams) close() {
	if s.tty != nil {
		s.tty.Close()
	}
}

// fork starts the program, with a terminal of its own as leader of a session.
// If the terminal is another session's, as that of a shell is, the program can
// still read and write it; only its job control stays the other's.
func (s *streams) fork(c Command, args []string, attr *syscall.ProcAttr) (int, error) {
	if s.tty == nil {
		attr.Sys.Setpgid = c.NewGroup
		return syscall.ForkExec(c.Path, args, attr)
	}
	attr.Sys.Setsid = true
	attr.Sys.Ctty = slices.Index(s.files[:], s.tty)
	attr.Sys.Setctty = attr.Sys.Ctty >= 0
	pid, err := syscall.ForkExec(c.Path, args, attr)
	if errors.Is(err, unix.EPERM) {
		attr.Sys.Setctty = false
		pid, err = syscall.ForkExec(c.Path, args, attr)
	}
	return pid, err
}

// GiveTerminal makes the process the foreground job of the debugger's own
// terminal, so that it may read from there; TakeTerminal gets it back. Both do
// nothing if the process is in the debugger's process group (see
// Command.NewGroup), or if there is no such terminal, or it is another job's.
func (p *Process) GiveTerminal() error {
	group, err := unix.Getpgid(p.pid)
	if err != nil {
		return fmt.Errorf("give the terminal to process %d: %w", p.pid, err)
	}
	return passTerminal(unix.Getpgrp(), group)
}

// TakeTerminal makes the debugger the foreground job again.
func (p *Process) TakeTerminal() error {
	group, err := unix.Getpgid(p.pid)
	if err != nil {
		// It is gone, and its group perhaps, too: take it from whomever.
		return passTerminal(0, unix.Getpgrp())
	}
	return passTerminal(group, unix.Getpgrp())
}

// InForeground tells whether the debugger or the process is the foreground job of
// the debugger's own terminal.
func (p *Process) InForeground() bool {
	tty, now, err := foreground()
	if err != nil {
		return false
	}
	tty.Close()
	group, err := unix.Getpgid(p.pid)
	return now == unix.Getpgrp() || err == nil && now == group
}

// passTerminal changes the foreground group of the controlling terminal from
// one to another; from 0 is any.
func passTerminal(from, to int) error {
	if from == to {
		return nil
	}
	tty, now, err := foreground()
	if err != nil {
		return nil // no terminal
	}
	defer tty.Close()
	if from != 0 && now != from {
		return nil
	}
	if err := setForeground(tty, to); err != nil {
		return fmt.Errorf("pass the terminal to process group %d: %w", to, err)
	}
	return nil
}

// foreground is the controlling terminal, to be closed, and its foreground group.
func foreground() (tty *os.File, group int, err error) {
	tty, err = os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return nil, 0, err
	}
	if group, err = unix.IoctlGetInt(int(tty.Fd()), unix.TIOCGPGRP); err != nil {
		tty.Close()
		return nil, 0, err
	}
	return tty, group, nil
}

// setForeground may be called by a background job, which would be stopped with
// SIGTTOU if that signal were not blocked.
func setForeground(tty *os.File, group int) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	set := uint64(1) << (unix.SIGTTOU - 1)
	var old uint64
	if err := sigmask(unix.SIG_BLOCK, &set, &old); err != nil {
		return err
	}
	defer sigmask(unix.SIG_SETMASK, &old, nil)
	return unix.IoctlSetPointerInt(int(tty.Fd()), unix.TIOCSPGRP, group)
}

func sigmask(how int, set, old *uint64) error {
	_, _, errno := unix.RawSyscall6(unix.SYS_RT_SIGPROCMASK, uintptr(how), uintptr(unsafe.Pointer(set)),
		uintptr(unsafe.Pointer(old)), unsafe.Sizeof(*set), 0, 0)
	return failure(errno)
}
