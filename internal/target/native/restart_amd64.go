//go:build linux

package native

import (
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// eRestartNoHand is the kernel's own result of a system call that a signal
// broke off: at the return to user space it becomes EINTR if a handler runs,
// and otherwise the call starts again.
const eRestartNoHand = syscall.Errno(514)

// mendSyscall makes a stop invisible to a system call that the kernel would
// not start again by itself. Every stop breaks off what the thread waits for.
// Most calls then ask for a restart, but those of signal(7)'s list "never
// restarted after being interrupted" return EINTR at once, even though no
// handler runs, and few programs expect that. The stop is still inside the
// kernel, before it decides what the call's end is, so the result can be
// replaced by the one that means "EINTR only if a handler runs".
// Precondition: tracer; thread at a stop before its return to user space.
func (t *Thread) mendSyscall() {
	if t.readRegs() != nil || t.regs.Rax != errno(unix.EINTR) || !mendable[t.regs.Orig_rax] {
		return
	}
	regs := *t.regs
	regs.Rax = errno(eRestartNoHand)
	if t.writeRegs(regs) == nil {
		t.mended = time.Now()
	}
}

// expire ends a wait that was mended and whose time has passed since: started
// again, it would last its whole time once more, however long the stop was.
// Precondition: tracer; thread stopped where mendSyscall may be called.
func (t *Thread) expire() {
	if t.mended.IsZero() || t.readRegs() != nil || t.regs.Rax != errno(eRestartNoHand) {
		return
	}
	switch t.regs.Orig_rax {
	case unix.SYS_EPOLL_WAIT, unix.SYS_EPOLL_PWAIT:
	default:
		return
	}
	limit := time.Duration(int32(t.regs.R10)) * time.Millisecond // negative: none
	if limit < 0 || time.Since(t.mended) < limit {
		return
	}
	regs := *t.regs
	regs.Rax = 0 // nothing has happened
	t.writeRegs(regs)
}

// mendable are system calls that have had no effect when they fail with
// EINTR. For those on sockets this is so when a timeout is set.
var mendable = map[uint64]bool{
	unix.SYS_EPOLL_WAIT: true, unix.SYS_EPOLL_PWAIT: true, unix.SYS_EPOLL_PWAIT2: true,
	unix.SYS_RT_SIGTIMEDWAIT: true,
	unix.SYS_SEMOP:           true, unix.SYS_SEMTIMEDOP: true,
	unix.SYS_IO_GETEVENTS: true, unix.SYS_IO_PGETEVENTS: true, unix.SYS_IO_URING_ENTER: true,
	unix.SYS_READ: true, unix.SYS_READV: true, unix.SYS_WRITE: true, unix.SYS_WRITEV: true,
	unix.SYS_RECVFROM: true, unix.SYS_RECVMSG: true, unix.SYS_RECVMMSG: true,
	unix.SYS_SENDTO: true, unix.SYS_SENDMSG: true, unix.SYS_SENDMMSG: true,
	unix.SYS_ACCEPT: true, unix.SYS_ACCEPT4: true, unix.SYS_CONNECT: true,
}

// errno is a system call's result in rax for a failure.
func errno(e syscall.Errno) uint64 { return uint64(-int64(e)) }
