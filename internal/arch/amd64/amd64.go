// Package amd64 is the x86-64 processor, numbered as the System V psABI
// numbers its registers for DWARF and used as Go's ABIInternal uses them.
package amd64

import (
	"encoding/binary"
	"strings"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
)

// Arch is x86-64.
type Arch struct{}

var _ arch.Arch = Arch{}

// DWARF register numbers (System V psABI, figure 3.36).
const (
	rax, rdx, rcx, rbx, rsi, rdi, rbp, rsp = 0, 1, 2, 3, 4, 5, 6, 7

	r8, r14, r15 = 8, 14, 15
	rip          = 16
	xmm0         = 17
	st0          = 33
	mm0          = 41
	rflags       = 49
	es, cs, ss   = 50, 51, 52
	ds, fs, gs   = 53, 54, 55
	fsBase       = 58
	gsBase       = 59
	mxcsr        = 64
	fcw, fsw     = 65, 66
	xmm16        = 67
	k0           = 118
)

// Name is "amd64".
func (Arch) Name() string { return "amd64" }

// PtrSize is 8 bytes.
func (Arch) PtrSize() int { return 8 }

// ByteOrder is little endian.
func (Arch) ByteOrder() binary.ByteOrder { return binary.LittleEndian }

// Trap is int3.
func (Arch) Trap() []byte { return []byte{opInt3} }

// TrapAddr undoes the step over int3's one byte.
func (Arch) TrapAddr(pc addr.Addr) addr.Addr { return pc - 1 }

// MaxInstrLen is 15 bytes.
func (Arch) MaxInstrLen() int { return 15 }

// DWARFPC is the return address column, which stands for rip.
func (Arch) DWARFPC() int { return rip }

// DWARFSP is rsp.
func (Arch) DWARFSP() int { return rsp }

// DWARFFP is rbp.
func (Arch) DWARFFP() int { return rbp }

// GoABI lists the argument and result registers of ABIInternal
// (cmd/compile/abi-internal.md): nine integer ones, X0 to X14.
func (Arch) GoABI() (ints, floats []int) {
	ints = []int{rax, rbx, rcx, rdi, rsi, r8, r8 + 1, r8 + 2, r8 + 3}
	for i := range 15 {
		floats = append(floats, xmm0+i)
	}
	return ints, floats
}

// GoDebugCallReg is r12 (runtime/asm_amd64.s).
func (Arch) GoDebugCallReg() int { return 12 }

// GoContextReg is rdx, the closure context.
func (Arch) GoContextReg() int { return rdx }

// GoGReg is r14.
func (Arch) GoGReg() int { return r14 }

// RegName is a DWARF register's name.
func (Arch) RegName(dwarf int) string { return dwarfNames[dwarf] }

// RegNumber is a register's DWARF number; al, ax and eax count as rax, ymm0 and
// zmm0 as xmm0.
func (Arch) RegNumber(name string) (int, bool) {
	name = strings.ToLower(name)
	if part, ok := parts[name]; ok {
		return part.of, true
	}
	if n, _, ok := wideNumber(name); ok {
		return n, true
	}
	n, ok := dwarfNumbers[name]
	return n, ok
}

var dwarfNames, dwarfNumbers = nameDWARF()

func nameDWARF() (map[int]string, map[string]int) {
	names := map[int]string{
		rip: "Rip", rflags: "Rflags", es: "Es", cs: "Cs", ss: "Ss", ds: "Ds", fs: "Fs", gs: "Gs",
		fsBase: "Fs_base", gsBase: "Gs_base", mxcsr: "MXCSR", fcw: "CW", fsw: "SW",
	}
	for i, name := range []string{"Rax", "Rdx", "Rcx", "Rbx", "Rsi", "Rdi", "Rbp", "Rsp"} {
		names[i] = name
	}
	for i := range 8 {
		names[r8+i] = numbered("R", 8+i)
		names[st0+i] = numbered("ST", i)
		names[mm0+i] = numbered("MM", i)
		names[k0+i] = numbered("K", i)
	}
	for i := range 16 {
		names[xmm0+i] = numbered("XMM", i)
		names[xmm16+i] = numbered("XMM", 16+i)
	}
	numbers := map[string]int{"eflags": rflags, "pc": rip, "sp": rsp, "fp": rbp}
	for number, name := range names {
		numbers[strings.ToLower(name)] = number
	}
	return names, numbers
}
