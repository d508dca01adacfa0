//go:build linux && amd64

package native

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// ptrace makes a request whose data is a number. The calls are raw: none of
// them blocks, and telling the scheduler would cost more than most of them do.
// Precondition: tracer.
func ptrace(request, tid int, address, data uintptr) error {
	_, _, errno := unix.RawSyscall6(unix.SYS_PTRACE, uintptr(request), uintptr(tid), address, data, 0, 0)
	return failure(errno)
}

// ptraceData is ptrace for a request whose data is memory of ours.
// Precondition: tracer.
func ptraceData(request, tid int, address uintptr, data unsafe.Pointer) error {
	_, _, errno := unix.RawSyscall6(unix.SYS_PTRACE, uintptr(request), uintptr(tid), address, uintptr(data), 0, 0)
	return failure(errno)
}

func failure(errno syscall.Errno) error {
	if errno != 0 {
		return errno
	}
	return nil
}

// ptrace(2) numbers that x/sys does not have.
const (
	ptraceEventStop = unix.PTRACE_EVENT_STOP
	ntX86XState     = 0x202
)

// siginfo is the kernel's siginfo_t, of which the debugger looks at the head.
type siginfo struct {
	Signo, Errno, Code int32
	_                  [116]byte
}

func getSiginfo(tid int) (info siginfo, err error) {
	err = ptraceData(unix.PTRACE_GETSIGINFO, tid, 0, unsafe.Pointer(&info))
	return info, err
}

func setSiginfo(tid int, info *siginfo) error {
	return ptraceData(unix.PTRACE_SETSIGINFO, tid, 0, unsafe.Pointer(info))
}

// trapPending tells whether a SIGTRAP that the processor raised waits to be
// delivered to a stopped thread: its pc is then behind a trap instruction that
// nobody was told about.
// Precondition: tracer.
func trapPending(tid int) bool {
	const codeKernel = 0 // si_code of signals not sent by processes is above
	var infos [8]siginfo
	args := struct {
		offset uint64
		flags  uint32
		number int32
	}{number: int32(len(infos))}
	n, _, errno := unix.RawSyscall6(unix.SYS_PTRACE, unix.PTRACE_PEEKSIGINFO, uintptr(tid),
		uintptr(unsafe.Pointer(&args)), uintptr(unsafe.Pointer(&infos)), 0, 0)
	if errno != 0 {
		return false
	}
	for _, info := range infos[:min(int(n), len(infos))] {
		if info.Signo == int32(unix.SIGTRAP) && info.Code > codeKernel {
			return true
		}
	}
	return false
}

func getSigmask(tid int) (mask uint64, err error) {
	err = ptraceData(unix.PTRACE_GETSIGMASK, tid, unsafe.Sizeof(mask), unsafe.Pointer(&mask))
	return mask, err
}

func setSigmask(tid int, mask uint64) error {
	return ptraceData(unix.PTRACE_SETSIGMASK, tid, unsafe.Sizeof(mask), unsafe.Pointer(&mask))
}

func eventMessage(tid int) (message uint, err error) {
	err = ptraceData(unix.PTRACE_GETEVENTMSG, tid, 0, unsafe.Pointer(&message))
	return message, err
}

func getRegs(tid int, regs *unix.PtraceRegs) error {
	return ptraceData(unix.PTRACE_GETREGS, tid, 0, unsafe.Pointer(regs))
}

func setRegs(tid int, regs *unix.PtraceRegs) error {
	return ptraceData(unix.PTRACE_SETREGS, tid, 0, unsafe.Pointer(regs))
}

// peekAny looks at the next report of any tracee of this thread, and of no
// other thread's, without taking it; 0 when there is none.
// Precondition: tracer.
func peekAny(flags int) (tid int, s status, err error) {
	var info childInfo
	flags |= unix.WEXITED | unix.WSTOPPED | unix.WNOWAIT | unix.WALL | unix.WNOTHREAD
	call := unix.RawSyscall6
	if flags&unix.WNOHANG == 0 {
		call = unix.Syscall6
	}
	_, _, errno := call(unix.SYS_WAITID, unix.P_ALL, 0, uintptr(unsafe.Pointer(&info)), uintptr(flags), 0, 0)
	if errno != 0 || info.pid == 0 {
		return 0, status{}, failure(errno)
	}
	return int(info.pid), info.decode(), nil
}

// peekOne is peekAny for one tracee; it never waits.
// Precondition: tracer.
func peekOne(tid int) (s status, ok bool) {
	const flags = unix.WEXITED | unix.WSTOPPED | unix.WNOWAIT | unix.WNOHANG | unix.WALL | unix.WNOTHREAD
	var info childInfo
	_, _, errno := unix.RawSyscall6(unix.SYS_WAITID, unix.P_PID, uintptr(tid), uintptr(unsafe.Pointer(&info)), flags, 0, 0)
	if errno != 0 || info.pid == 0 {
		return status{}, false
	}
	return info.decode(), true
}

// takeStop takes the report of a stop of one thread, if it is there.
// Precondition: tracer.
func takeStop(tid int) {
	const flags = unix.WSTOPPED | unix.WNOHANG | unix.WALL | unix.WNOTHREAD
	var info childInfo
	unix.RawSyscall6(unix.SYS_WAITID, unix.P_PID, uintptr(tid), uintptr(unsafe.Pointer(&info)), flags, 0, 0)
}

// childInfo is the kernel's siginfo_t as waitid(2) fills it.
type childInfo struct {
	_      [2]int32
	code   int32
	_      int32
	pid    int32
	_      int32
	status int32
	_      [100]byte
}

func (c *childInfo) decode() status {
	const exited, killed, dumped = 1, 2, 3 // CLD_ of sigaction(2)
	switch c.code {
	case exited:
		return status{code: int(c.status)}
	case killed, dumped:
		return status{code: -int(c.status)}
	}
	return status{stopped: true, signal: syscall.Signal(c.status & 0xff), event: int(c.status >> 8)}
}

func wait4(pid, flags int) (int, status, error) {
	var raw int32
	var r uintptr
	var errno syscall.Errno
	flags |= unix.WALL | unix.WNOTHREAD
	if flags&unix.WNOHANG != 0 {
		r, _, errno = unix.RawSyscall6(unix.SYS_WAIT4, uintptr(pid), uintptr(unsafe.Pointer(&raw)), uintptr(flags), 0, 0, 0)
	} else {
		r, _, errno = unix.Syscall6(unix.SYS_WAIT4, uintptr(pid), uintptr(unsafe.Pointer(&raw)), uintptr(flags), 0, 0, 0)
	}
	if errno != 0 {
		return 0, status{}, errno
	}
	return int(r), statusOf(raw), nil
}

// status is a decoded wait status.
type status struct {
	// stopped, or ended with code (negative: killed by that signal).
	stopped bool
	code    int
	// signal of a stop, and its PTRACE_EVENT if it is one.
	signal syscall.Signal
	event  int
}

func statusOf(raw int32) status {
	ws := syscall.WaitStatus(raw)
	switch {
	case ws.Exited():
		return status{code: ws.ExitStatus()}
	case ws.Signaled():
		return status{code: -int(ws.Signal())}
	}
	return status{stopped: true, signal: syscall.Signal(raw >> 8 & 0xff), event: int(raw >> 16)}
}
