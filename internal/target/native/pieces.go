//go:build linux && amd64

package native

import (
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/target"
)

// iovMax is UIO_MAXIOV of the kernel.
const iovMax = 1024

// ReadPieces reads many pieces with few system calls. The kernel stops at the
// first byte that it cannot read; that piece is finished by ReadMemory, and
// the call is made again for those after it.
func (p *Process) ReadPieces(pieces []target.Piece) {
	local := make([]unix.Iovec, 0, min(len(pieces), iovMax))
	remote := make([]unix.RemoteIovec, 0, min(len(pieces), iovMax))
	for len(pieces) > 0 {
		local, remote = local[:0], remote[:0]
		batch := pieces[:min(len(pieces), iovMax)]
		for i := range batch {
			batch[i].Err = nil
			if len(batch[i].Buf) > 0 {
				local = append(local, unix.Iovec{Base: &batch[i].Buf[0], Len: uint64(len(batch[i].Buf))})
				remote = append(remote, unix.RemoteIovec{Base: uintptr(batch[i].Addr), Len: len(batch[i].Buf)})
			}
		}
		pieces = pieces[p.finishPieces(batch, p.memory.readvAll(local, remote)):]
	}
}

func (m *memory) readvAll(local []unix.Iovec, remote []unix.RemoteIovec) int {
	if len(local) == 0 || m.ended() != nil {
		return 0
	}
	r, _, errno := unix.Syscall6(unix.SYS_PROCESS_VM_READV, uintptr(m.id()),
		uintptr(unsafe.Pointer(&local[0])), uintptr(len(local)),
		uintptr(unsafe.Pointer(&remote[0])), uintptr(len(remote)), 0)
	if errno != 0 {
		return 0
	}
	return int(r)
}

// finishPieces takes n read bytes into account and returns how many pieces are
// done with: all, or those up to the first that was not read whole, which it
// has finished.
func (p *Process) finishPieces(batch []target.Piece, n int) int {
	for i := range batch {
		piece := &batch[i]
		if n >= len(piece.Buf) {
			n -= len(piece.Buf)
			continue
		}
		_, piece.Err = p.ReadMemory(piece.Buf[n:], piece.Addr+addr.Addr(n))
		return i + 1
	}
	return len(batch)
}
