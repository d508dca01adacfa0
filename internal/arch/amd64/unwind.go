package amd64

import (
	"bytes"

	"github.com/tinydbg/tinydbg/internal/arch"
)

var _ arch.Unwinder = Arch{}

// CalleeSaved is rbx, rbp and r12 to r15 (System V psABI, figure 3.4).
func (Arch) CalleeSaved() []int { return []int{rbx, rbp, 12, 13, 14, 15} }

// sigreturns are the codes of rt_sigreturn's callers: C libraries and Go load
// eax or rax.
var sigreturns = [][]byte{
	{0x48, 0xc7, 0xc0, 0x0f, 0, 0, 0, 0x0f, 0x05}, // mov $15, %rax; syscall
	{0xb8, 0x0f, 0, 0, 0, 0x0f, 0x05},             // mov $15, %eax; syscall
}

// ucontext is where a ucontext_t has the registers (uc_mcontext, at 40, in
// asm/sigcontext.h's order). It begins where SP is when the handler has returned.
var ucontext = func() []arch.SavedReg {
	order := []int{8, 9, 10, 11, 12, 13, 14, 15, rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip}
	var list []arch.SavedReg
	for i, reg := range order {
		list = append(list, arch.SavedReg{DWARF: reg, Offset: 40 + 8*int64(i)})
	}
	return list
}()

// SignalReturn knows the calls of rt_sigreturn.
func (Arch) SignalReturn(code []byte) ([]arch.SavedReg, bool) {
	for _, s := range sigreturns {
		if bytes.HasPrefix(code, s) {
			return ucontext, true
		}
	}
	return nil, false
}

// SignalReturnLen is the length of the longest.
func (Arch) SignalReturnLen() int { return len(sigreturns[0]) }
