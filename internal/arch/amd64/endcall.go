package amd64

import (
	"encoding/binary"

	"github.com/tinydbg/tinydbg/internal/addr"
)

// endCall is, in Intel's syntax:
//
//	mov   rax, sp
//	sub   rax, rsp
//	cmp   rax, callRoom
//	ja    otherwise
//	mov   rsp, frame+8
//	mov   eax, 15
//	syscall
func endCall(sp, frame, otherwise, at addr.Addr) []byte {
	le := binary.LittleEndian
	code := le.AppendUint64([]byte{0x48, 0xb8}, uint64(sp))
	code = append(code, 0x48, 0x29, 0xe0, 0x48, 0x3d)
	code = le.AppendUint32(code, callRoom)
	code = append(code, 0x0f, 0x87)
	code = le.AppendUint32(code, uint32(otherwise-(at+addr.Addr(len(code)+4))))
	code = le.AppendUint64(append(code, 0x48, 0xbc), uint64(frame)+8)
	return append(code, 0xb8, 15, 0, 0, 0, 0x0f, 0x05)
}

// callRoom is how far below the caller's stack pointer a call's end may be.
const callRoom = 512
