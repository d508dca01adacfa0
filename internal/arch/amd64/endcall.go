package amd64

import (
	"encoding/binary"

	"github.com/tinydbg/tinydbg/internal/arch"
)

// callRoom is how far below the caller's stack pointer the end of a call is at
// most: debugCallV2 needs 168 bytes. Two stacks of goroutines cannot be so close
// that a call on one is taken for a call on the other, for it is made only where
// there are 256 bytes left.
const callRoom = 256

const (
	endOtherwise = 0x80
	endFrames    = 0x1000
	endFrameSize = 0x2000
	endFrame     = 0x1000 // in a frame: what is before is the page of the word
	endFrameMost = 15
)

// endCall is (see arch.EndCall), in Intel's syntax:
//
//	    lea   rcx, [rip+frames]
//	    mov   edx, frameCount
//	1:  mov   rax, [rcx]
//	    sub   rax, rsp
//	    cmp   rax, callRoom
//	    ja    2f
//	    lea   rsp, [rcx+frame+8]
//	    mov   rdi, rcx
//	    mov   esi, frame
//	    mov   edx, 4 // MADV_DONTNEED: the page is zero
//	    mov   eax, 28
//	    syscall
//	    mov   eax, 15
//	    syscall
//	2:  add   rcx, frameSize
//	    dec   edx
//	    jnz   1b
//	    jmp   [rip+otherwise]
func endCall() arch.EndCall {
	le := binary.LittleEndian
	code := le.AppendUint32([]byte{0x48, 0x8d, 0x0d}, endFrames-7)
	code = le.AppendUint32(append(code, 0xba), endFrameMost)
	code = append(code, 0x48, 0x8b, 0x01, 0x48, 0x29, 0xe0, 0x48, 0x3d)
	code = le.AppendUint32(code, callRoom)
	code = append(code, 0x77, 0x22, 0x48, 0x8d, 0xa1)
	code = le.AppendUint32(code, endFrame+8)
	code = le.AppendUint32(append(code, 0x48, 0x89, 0xcf, 0xbe), endFrame)
	code = append(code, 0xba, 4, 0, 0, 0, 0xb8, 28, 0, 0, 0, 0x0f, 0x05)
	code = append(code, 0xb8, 15, 0, 0, 0, 0x0f, 0x05, 0x48, 0x81, 0xc1)
	code = le.AppendUint32(code, endFrameSize)
	code = append(code, 0xff, 0xca, 0x75, 0xc5, 0xff, 0x25)
	code = le.AppendUint32(code, uint32(endOtherwise-len(code)-4))
	return arch.EndCall{
		Code: code, Room: callRoom, Otherwise: endOtherwise,
		Frames: endFrames, FrameSize: endFrameSize, Frame: endFrame, FrameCount: endFrameMost,
	}
}
