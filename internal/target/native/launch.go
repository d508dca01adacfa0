//go:build linux && amd64

package native

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/tinydbg/tinydbg/internal/target"
)

// Launch starts a program and stops it before its first instruction (that of
// the dynamic loader, if it has one). It dies with the debugger unless
// KeepOnDeath is set.
func Launch(ctx context.Context, c Command) (*Process, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	path, err := executable(c.Path, c.Dir)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", c.Path, err)
	}
	c.Path = path
	t, err := startTracer()
	if err != nil {
		return nil, err
	}
	var p *Process
	var failed error
	err = t.do(func() {
		if p, failed = start(t, c); failed != nil {
			t.end(failed)
		}
	})
	if err = errors.Join(err, failed); err != nil {
		t.gone()
		return nil, fmt.Errorf("start %s: %w", c.Path, err)
	}
	return p, nil
}

// executable checks what the kernel would refuse with less to say about it.
func executable(path, dir string) (string, error) {
	if !filepath.IsAbs(path) && dir != "" {
		abs, err := filepath.Abs(path)
		if err != nil {
			return "", err
		}
		path = abs
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return "", err
	case info.IsDir():
		return "", errors.New("it is a directory")
	case info.Mode()&0o111 == 0:
		return "", errors.New("it is not executable: its file has no x permission")
	case otherMachine(path):
		return "", errors.New("it is not an x86-64 program")
	}
	return path, nil
}

// start forks on the tracer's thread, which thereby becomes parent and tracer.
// Precondition: tracer.
func start(t *tracer, c Command) (*Process, error) {
	if c.DisableASLR {
		restore, err := disableASLR()
		if err != nil {
			return nil, err
		}
		defer restore()
	}
	streams, err := c.openStreams()
	if err != nil {
		return nil, err
	}
	defer streams.close()
	args := c.Args
	if args == nil {
		args = []string{c.Path}
	}
	env := c.Env
	if env == nil {
		env = os.Environ()
	}
	attr := &syscall.ProcAttr{Dir: c.Dir, Env: env, Files: streams.fds(), Sys: &syscall.SysProcAttr{Ptrace: true}}
	pid, err := streams.fork(c, args, attr)
	if err != nil {
		return nil, err
	}
	p := newProcess(pid, false, t)
	p.exitKill = !c.KeepOnDeath
	if err := p.seizeChild(); err != nil {
		unix.Kill(pid, unix.SIGKILL)
		wait4(pid, 0)
		return nil, err
	}
	return p, nil
}

// seizeChild turns a child that stopped after its exec because it asked to be
// traced, whom PTRACE_INTERRUPT cannot stop, into a seized one. It is let go
// with a SIGSTOP, which it takes before it runs any instruction; seized; and
// continued by a SIGCONT that it never sees.
// Precondition: tracer.
func (p *Process) seizeChild() error {
	if err := p.expect(0, unix.SIGTRAP); err != nil {
		return err
	}
	if err := ptrace(unix.PTRACE_DETACH, p.pid, 0, uintptr(unix.SIGSTOP)); err != nil {
		return fmt.Errorf("let it stop: %w", err)
	}
	if err := ptrace(unix.PTRACE_SEIZE, p.pid, 0, p.options()); err != nil {
		return diagnose(p.pid, p.pid, err)
	}
	if err := p.expect(ptraceEventStop, unix.SIGSTOP); err != nil {
		return err
	}
	return p.continueStopped()
}

// fatalAtExec is the error of a program that cannot be loaded, such as one whose
// file is too short: the kernel finds out when there is no way back to the
// program before, and ends it by a signal.
func (s status) fatalAtExec() error {
	if s.event != 0 || s.signal != unix.SIGSEGV && s.signal != unix.SIGBUS {
		return nil
	}
	return fmt.Errorf("the kernel cannot load it (%s): its file may be damaged or cut off", unix.SignalName(s.signal))
}

// continueStopped ends a group stop by a SIGCONT that the program never sees.
// Precondition: tracer.
func (p *Process) continueStopped() error {
	if err := unix.Kill(p.pid, unix.SIGCONT); err != nil {
		return fmt.Errorf("continue it: %w", err)
	}
	for {
		if err := ptrace(unix.PTRACE_CONT, p.pid, 0, 0); err != nil {
			return fmt.Errorf("continue it: %w", err)
		}
		s, err := p.next()
		if err != nil {
			return err
		}
		if s.event == 0 && s.signal == unix.SIGCONT {
			p.beginStopped()
			return nil
		}
		if err := s.fatalAtExec(); err != nil {
			return err
		}
	}
}

// beginStopped makes the main thread of a new process known, at a stop whose
// signal is not to be delivered.
func (p *Process) beginStopped() {
	main := p.add(p.pid)
	main.setState(target.Stopped)
	main.stop = stopEvent
}

// expect waits for one stop of the child.
func (p *Process) expect(event int, sig syscall.Signal) error {
	for {
		s, err := p.next()
		if err != nil {
			return err
		}
		if s.event == event && s.signal == sig {
			return nil
		}
		if err := s.fatalAtExec(); err != nil {
			return err
		}
		// Another signal came first. Nothing of the program has run that
		// could have a use for it.
		if err := ptrace(unix.PTRACE_CONT, p.pid, 0, 0); err != nil {
			return fmt.Errorf("continue it: %w", err)
		}
	}
}

func (p *Process) next() (status, error) {
	for {
		_, s, err := wait4(p.pid, 0)
		switch {
		case errors.Is(err, unix.EINTR):
		case err != nil:
			return s, fmt.Errorf("wait for it: %w", err)
		case !s.stopped:
			return s, fmt.Errorf("it ended before its first instruction, with status %d", s.code)
		default:
			return s, nil
		}
	}
}

const addrNoRandomize = 0x40000

// disableASLR sets the personality of this thread, which the child inherits.
func disableASLR() (restore func(), err error) {
	const query = 0xffffffff
	old, _, errno := unix.RawSyscall(unix.SYS_PERSONALITY, query, 0, 0)
	if errno == 0 {
		_, _, errno = unix.RawSyscall(unix.SYS_PERSONALITY, old|addrNoRandomize, 0, 0)
	}
	if errno != 0 {
		return nil, fmt.Errorf("switch off address space randomisation: %w", errno)
	}
	return func() { unix.RawSyscall(unix.SYS_PERSONALITY, old, 0, 0) }, nil
}
