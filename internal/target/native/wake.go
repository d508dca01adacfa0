//go:build linux && amd64

package native

import (
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// wakeSignal makes a blocked wait4 return. A realtime signal: Go handles it
// and does nothing when nobody asked for it.
const wakeSignal = syscall.Signal(62)

// wake interrupts the system call of one of our threads.
func wake(tid int) { unix.Tgkill(unix.Getpid(), tid, wakeSignal) }

// sigaction is the kernel's struct, as rt_sigaction(2) takes it.
type sigaction struct {
	handler, flags, restorer uintptr
	mask                     uint64
}

const (
	saRestart   = 0x10000000
	saNoCldStop = 1
)

// prepareWake takes SA_RESTART off the handler that Go installed: with it the
// kernel would go on with the wait4 that is to be interrupted.
var prepareWake = sync.OnceValue(func() error {
	act, err := changeAction(wakeSignal, nil)
	if err == nil && act.handler <= 1 { // default or ignore: Go left it alone
		signal.Notify(make(chan os.Signal, 1), wakeSignal)
		act, err = changeAction(wakeSignal, nil)
	}
	if err == nil {
		act.flags &^= saRestart
		_, err = changeAction(wakeSignal, &act)
	}
	if err != nil {
		return fmt.Errorf("prepare signal %d to wake the tracer: %w", int(wakeSignal), err)
	}
	muteStops()
	return nil
})

// muteStops has the kernel not send us SIGCHLD for each stop of a tracee, which
// wait4 tells of anyway: Go's handler would run for it, on another CPU, 1,000
// times when 1,000 threads are stopped. Of children that end it still tells.
func muteStops() {
	act, err := changeAction(unix.SIGCHLD, nil)
	if err != nil {
		return
	}
	act.flags |= saNoCldStop
	_, _ = changeAction(unix.SIGCHLD, &act)
}

// changeAction is rt_sigaction(2): what was done at a signal; to: what is to be
// done from now on, unless nil.
func changeAction(sig syscall.Signal, to *sigaction) (old sigaction, err error) {
	_, _, errno := unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(sig),
		uintptr(unsafe.Pointer(to)), uintptr(unsafe.Pointer(&old)), unsafe.Sizeof(old.mask), 0, 0)
	return old, failure(errno)
}
