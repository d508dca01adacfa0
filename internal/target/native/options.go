package native

import (
	"os"
	"time"
)

// Options say how to attach.
type Options struct {
	// StopTimeout is how long the threads may take to stop; 0 means 10 s. One
	// that waits for a disk or a network file system cannot stop.
	StopTimeout time.Duration
	// Running leaves the threads running, where that can be: none is in the
	// middle of something that cannot be stopped, and none can have been missed.
	// Otherwise all are stopped, as without it.
	Running bool
	// Ready, unless nil, is called when only the threads are left to be attached to:
	// before that, nothing is done that anybody could have to wait for.
	Ready func()
	// Then, unless nil, is called on the tracer as soon as every thread is
	// attached to, so that what must not wait needs no switch of threads.
	Then func(*Process)
}

func (o Options) stopTimeout() time.Duration {
	if o.StopTimeout > 0 {
		return o.StopTimeout
	}
	return 10 * time.Second
}

// Command says what Launch starts.
type Command struct {
	// Path of the program; it is not looked up in PATH.
	Path string
	// Args are all arguments, the program's name first; nil means Path alone.
	Args []string
	// Env is nil for the debugger's own environment.
	Env []string
	// Dir is "" for the debugger's own.
	Dir string
	// TTY is a terminal to be the program's, as controlling terminal if no
	// other session has it, and as those standard streams that are nil below.
	TTY string
	// Stdin, Stdout and Stderr are the debugger's own when nil.
	Stdin, Stdout, Stderr *os.File
	// NewGroup gives the program a process group of its own, so that a ^C at
	// the debugger's terminal does not reach it; see Process.GiveTerminal.
	NewGroup bool
	// DisableASLR makes the kernel load it at the same addresses each time.
	DisableASLR bool
	// KeepOnDeath lets the program live on when the debugger dies.
	KeepOnDeath bool
}
