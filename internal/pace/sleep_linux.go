package pace

import (
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// sleep sleeps without Go's scheduler hearing of it, which would have another
// thread go on with other work meanwhile.
func sleep(d time.Duration) {
	t := unix.NsecToTimespec(int64(d))
	_, _, _ = unix.RawSyscall(unix.SYS_NANOSLEEP, uintptr(unsafe.Pointer(&t)), 0, 0)
}

func threadID() int { return unix.Gettid() }
