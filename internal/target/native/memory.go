//go:build linux && amd64

package native

import (
	"errors"
	"io"
	"os"
	"strconv"
	"sync"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/target"
)

// memory is the memory of a process. process_vm_readv reads most of it in one
// system call from any thread; /proc/PID/mem also reads pages without read
// permission and writes read-only ones.
type memory struct {
	// p is nil for the memory of a forked child.
	p   *Process
	pid int

	mu sync.Mutex
	// file is /proc/PID/mem. It belongs to the program that ran when it was
	// opened, and is opened at first use. Guarded by mu.
	file *os.File
	// closed: the process is gone. Guarded by mu.
	closed bool
}

var errUnmapped = errors.New("bad address")

// ReadMemory reads memory. See target.Memory.
func (p *Process) ReadMemory(buf []byte, a addr.Addr) (int, error) {
	return p.memory.ReadMemory(buf, a)
}

// WriteMemory writes memory, read-only pages too. See target.Memory.
func (p *Process) WriteMemory(a addr.Addr, data []byte) (int, error) {
	return p.memory.WriteMemory(a, data)
}

// ReadMemory implements target.Memory.
func (m *memory) ReadMemory(buf []byte, a addr.Addr) (int, error) {
	if err := m.ended(); err != nil {
		return 0, err
	}
	if len(buf) == 0 {
		return 0, nil
	}
	n := m.readv(buf, a)
	if n == len(buf) {
		return n, nil
	}
	more, err := m.transfer(buf[n:], a+addr.Addr(n), (*os.File).ReadAt)
	return m.result("read", buf, a, n+more, err)
}

// WriteMemory implements target.Memory. Kernels may be set to refuse writes
// to read-only pages by way of the file; ptrace is then asked, which needs a
// stopped thread.
func (m *memory) WriteMemory(a addr.Addr, data []byte) (int, error) {
	if err := m.ended(); err != nil {
		return 0, err
	}
	n, err := m.transfer(data, a, (*os.File).WriteAt)
	if n < len(data) && m.p != nil && m.readable(a+addr.Addr(n)) {
		n += m.p.poke(a+addr.Addr(n), data[n:])
	}
	return m.result("write", data, a, n, err)
}

func (m *memory) readable(a addr.Addr) bool {
	_, err := m.ReadMemory(make([]byte, 1), a)
	return err == nil
}

func (m *memory) result(op string, buf []byte, a addr.Addr, n int, err error) (int, error) {
	if n == len(buf) {
		return n, nil
	}
	if err := m.ended(); err != nil {
		return n, err
	}
	if err == nil || errors.Is(err, io.EOF) || errors.Is(err, unix.EIO) || errors.Is(err, unix.EFAULT) {
		err = errUnmapped
	}
	return n, &target.MemoryError{Op: op, Addr: a, Len: len(buf), Err: err}
}

func (m *memory) ended() error {
	if m.p == nil {
		return nil
	}
	return m.p.Ended()
}

func (m *memory) id() int {
	if m.p != nil {
		return m.p.pid
	}
	return m.pid
}

// readv returns how many bytes it got.
func (m *memory) readv(buf []byte, a addr.Addr) int {
	local := unix.Iovec{Base: &buf[0], Len: uint64(len(buf))}
	remote := unix.RemoteIovec{Base: uintptr(a), Len: len(buf)}
	r, _, errno := unix.Syscall6(unix.SYS_PROCESS_VM_READV, uintptr(m.id()),
		uintptr(unsafe.Pointer(&local)), 1, uintptr(unsafe.Pointer(&remote)), 1, 0)
	if errno != 0 {
		return 0
	}
	return int(r)
}

// transfer reads or writes by way of the file. The kernel goes page by page,
// and the count tells how much is good.
func (m *memory) transfer(buf []byte, a addr.Addr, op func(*os.File, []byte, int64) (int, error)) (int, error) {
	if int64(a) < 0 { // the kernel's half
		return 0, errUnmapped
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.open(); err != nil {
		return 0, err
	}
	return op(m.file, buf, int64(a))
}

// open opens the file at first use.
// Precondition: mu held.
func (m *memory) open() error {
	if m.closed {
		return errUnmapped
	}
	if m.file != nil {
		return nil
	}
	path := "/proc/" + strconv.Itoa(m.pid) + "/mem"
	if m.p != nil {
		path = m.p.proc("mem")
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	m.file = f
	return err
}

// reopen drops the file after an exec: it still means the old program.
func (m *memory) reopen() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.drop()
}

func (m *memory) close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.drop()
	m.closed = true
}

// Precondition: mu held.
func (m *memory) drop() {
	if m.file != nil {
		m.file.Close()
		m.file = nil
	}
}

// poke writes whole words by ptrace, from the tracer. It returns how many
// bytes it wrote.
func (p *Process) poke(a addr.Addr, data []byte) (n int) {
	if !p.tracer.here() {
		p.tracer.do(func() { n = p.poke(a, data) })
		return n
	}
	for _, t := range p.list() {
		if t.State() == target.Stopped {
			n, _ = unix.PtracePokeData(t.id, uintptr(a), data)
			return n
		}
	}
	return 0
}
