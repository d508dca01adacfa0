package target

import (
	"errors"
	"fmt"

	"github.com/tinydbg/tinydbg/internal/addr"
)

// MemoryError says which part of memory could not be accessed.
type MemoryError struct {
	Op   string // "read" or "write"
	Addr addr.Addr
	Len  int
	Err  error
}

func (e *MemoryError) Error() string {
	return fmt.Sprintf("%s %d bytes at %v: %v", e.Op, e.Len, e.Addr, e.Err)
}

func (e *MemoryError) Unwrap() error { return e.Err }

// ExitedError is returned by requests to a process that is no more.
type ExitedError struct {
	PID    int
	Status int // negative: killed by that signal
}

func (e *ExitedError) Error() string {
	return fmt.Sprintf("Process %d has exited with status %d", e.PID, e.Status)
}

// UnsupportedError names a power that a backend lacks and what would provide it.
type UnsupportedError struct {
	Feature string
	Needs   string
}

func (e *UnsupportedError) Error() string {
	if e.Needs == "" {
		return e.Feature + " is not supported here"
	}
	return e.Feature + " is not supported here: it needs " + e.Needs
}

// ErrThreadGone is returned by requests to a thread that has exited.
var ErrThreadGone = errors.New("thread has exited")

// ErrFrozen is returned by requests that need a thread to run a little, by a process
// whose threads a control group keeps from running.
var ErrFrozen = errors.New("the process is frozen by its control group")

// ErrDetached is returned by requests to a process that was let go.
var ErrDetached = errors.New("process was detached")

// What cannot be done to a core file. Clients look for these words.
var (
	ErrCoreRun        = errors.New("can not continue execution of core process")
	ErrCoreWrite      = errors.New("can not write to core process")
	ErrCoreBreakpoint = errors.New("cannot write a breakpoint to a core file")
)
