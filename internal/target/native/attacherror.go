package native

import "fmt"

// AttachError says why a process cannot be traced. Its text is: what was
// tried, on what, what the kernel said, why it said so here, what to do.
type AttachError struct {
	PID  int
	Name string // of the process, "" when it is not known
	// Err is what the kernel answered or would have.
	Err error
	// Reason is why. The fields below belong to some reasons.
	Reason Reason
	// Other is the process that traces it (AlreadyTraced), that PID is a
	// thread of (NotAProcess), or its parent (Zombie); OtherName its name.
	Other     int
	OtherName string
	// User is whom the process runs as (OtherUser).
	User string
	// Scope is the value of kernel.yama.ptrace_scope (PtraceScope).
	Scope int
}

// Reason is why a process cannot be traced.
type Reason int

// Reasons.
const (
	Refused           Reason = iota // for no reason that could be found out
	BadPID                          // not a process id
	NoSuchProcess                   // there is none
	NotAProcess                     // it is the id of a thread
	Zombie                          // it has exited already
	KernelThread                    // it is a part of the kernel
	Self                            // it is the debugger
	AlreadyTraced                   // a process can have one tracer
	OtherUser                       // it runs as somebody else
	PtraceScope                     // kernel.yama.ptrace_scope forbids it
	MissingCapability               // it may do, or hide, what we may not: CAP_SYS_PTRACE
	Seccomp                         // a filter forbids ptrace to the debugger
	OtherNamespace                  // it lives in another user namespace
	OtherMachine                    // it is not a 64-bit program of this machine
	Exited                          // it exited while it was attached to
	Execed                          // it began another program at that moment
	Stuck                           // a thread did not stop
	Frozen                          // its control group keeps it from running, and so from stopping
	Interrupted                     // the attempt was given up
)

func (e *AttachError) Error() string {
	what := fmt.Sprintf("attach to %d", e.PID)
	if e.Name != "" {
		what += " (" + e.Name + ")"
	}
	if e.Reason == NoSuchProcess {
		return fmt.Sprintf("%s: %v", what, e.Err)
	}
	text := fmt.Sprintf("%s: %v", what, e.Err)
	if why := e.Why(); why != "" {
		text += ": " + why
	}
	if advice := e.Advice(); advice != "" {
		text += "; " + advice
	}
	return text
}

func (e *AttachError) Unwrap() error { return e.Err }

// Why is the reason in words.
func (e *AttachError) Why() string {
	switch e.Reason {
	case BadPID:
		return "a process id is greater than 0"
	case NoSuchProcess:
		return fmt.Sprintf("there is no process %d", e.PID)
	case NotAProcess:
		return fmt.Sprintf("this is a thread of process %d", e.Other)
	case Zombie:
		return fmt.Sprintf("it has exited and waits for its parent %s to notice", e.other())
	case KernelThread:
		return "it is a thread of the kernel"
	case Self:
		return "this is the debugger itself"
	case AlreadyTraced:
		return "already traced by pid " + e.other()
	case OtherUser:
		return "it runs as user " + e.User
	case PtraceScope:
		return fmt.Sprintf("kernel.yama.ptrace_scope is %d: %s", e.Scope, scopeMeaning(e.Scope))
	case MissingCapability:
		return "it is protected (it has more privileges than the debugger, or is not dumpable) and CAP_SYS_PTRACE is missing"
	case Seccomp:
		return "a seccomp filter on the debugger, such as that of a container, forbids ptrace"
	case OtherNamespace:
		return "it lives in another user namespace, as in a container"
	case OtherMachine:
		return "it is not an x86-64 program"
	case Exited:
		return "it exited while it was attached to"
	case Execed:
		return "it began another program while it was attached to"
	case Frozen:
		return "none of its threads can stop before it runs again"
	case Refused:
		return "the kernel gives no reason; a security module (AppArmor, SELinux) may forbid it"
	}
	return "" // Err says it
}

// Advice is what to do about it, "" when there is nothing.
func (e *AttachError) Advice() string {
	switch e.Reason {
	case NotAProcess:
		return fmt.Sprintf("attach to %d", e.Other)
	case Self:
		return "debug it from another debugger"
	case AlreadyTraced:
		return "a process has one tracer at a time: let that one detach first"
	case OtherUser:
		return "run the debugger as that user or as root (sudo)"
	case PtraceScope:
		return scopeAdvice(e.Scope)
	case MissingCapability:
		return "run the debugger as root, or give it CAP_SYS_PTRACE (docker: --cap-add=SYS_PTRACE)"
	case Seccomp:
		return "run the container with --cap-add=SYS_PTRACE or --security-opt seccomp=unconfined"
	case OtherNamespace:
		return "run the debugger in that container, or as root outside of it"
	case Execed, Interrupted:
		return "try again"
	case Stuck:
		return "try again when it is done"
	case Frozen:
		return "thaw it first (freezer.state of its control group)"
	case Refused:
		return "look into the kernel's log (dmesg)"
	}
	return ""
}

func (e *AttachError) other() string {
	if e.OtherName == "" {
		return fmt.Sprint(e.Other)
	}
	return fmt.Sprintf("%d (%s)", e.Other, e.OtherName)
}

// scopeMeaning and scopeAdvice follow Documentation/admin-guide/LSM/Yama.rst.
func scopeMeaning(scope int) string {
	switch scope {
	case 1:
		return "only a program's own ancestors may trace it"
	case 2:
		return "only root (CAP_SYS_PTRACE) may trace"
	}
	return "nobody may attach"
}

func scopeAdvice(scope int) string {
	switch scope {
	case 1:
		return "run the debugger as root (sudo), start the program under it, or: " + scopeCommand
	case 2:
		return "run the debugger as root (sudo)"
	}
	return "this holds until the next boot"
}

const scopeCommand = "sudo sysctl kernel.yama.ptrace_scope=0"
