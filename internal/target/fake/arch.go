package fake

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
)

// The toy instruction set. Addresses are absolute, eight bytes.
const (
	Nop    = 0x90
	Work   = 0x01 // r0++
	Trap   = 0xcc
	Ret    = 0xc3
	Push   = 0x68 // push imm64
	Call   = 0xe8 // call imm64
	Jmp    = 0xe9 // jmp imm64
	Loop   = 0x75 // if r1 > 0 { r1--; jmp imm64 }
	Set    = 0xb8 // r1 = imm64
	Clone  = 0x0f // new thread at imm64
	Split  = 0x0e // new thread at the next instruction
	Exit   = 0xf4 // this thread exits
	ExitP  = 0xf5 // the process exits with status r0
	Fault  = 0x06 // SIGSEGV
	Block  = 0x07 // waits until it is interrupted or signalled
	Fork   = 0x08 // EventFork
	NoCopy = 0x09 // a Nop that cannot be displaced
)

// long tells the instructions with an immediate.
func long(op byte) bool {
	switch op {
	case Push, Call, Jmp, Loop, Set, Clone:
		return true
	}
	return false
}

// Len is the length of the instruction that begins with op.
func Len(op byte) int {
	if long(op) {
		return 9
	}
	return 1
}

// Op encodes an instruction; imm is left out where op has none.
func Op(op byte, imm addr.Addr) []byte {
	if !long(op) {
		return []byte{op}
	}
	return binary.LittleEndian.AppendUint64([]byte{op}, uint64(imm))
}

// Arch is the toy processor.
type Arch struct{}

var _ arch.Arch = Arch{}

// Name implements arch.Arch.
func (Arch) Name() string { return "toy" }

// PtrSize implements arch.Arch.
func (Arch) PtrSize() int { return 8 }

// ByteOrder implements arch.Arch.
func (Arch) ByteOrder() binary.ByteOrder { return binary.LittleEndian }

// Trap implements arch.Arch.
func (Arch) Trap() []byte { return []byte{Trap} }

// TrapAddr implements arch.Arch.
func (Arch) TrapAddr(pc addr.Addr) addr.Addr { return pc - 1 }

// MaxInstrLen implements arch.Arch.
func (Arch) MaxInstrLen() int { return 9 }

// Displace implements arch.Arch. A call becomes a push and a jump, so that
// copies of more than one instruction occur.
func (Arch) Displace(code []byte, from, _ addr.Addr) (arch.Displaced, error) {
	if len(code) == 0 || len(code) < Len(code[0]) || code[0] == NoCopy {
		return arch.Displaced{}, &arch.DisplaceError{At: from, Reason: "toy"}
	}
	n := Len(code[0])
	next := from + addr.Addr(n)
	if code[0] == Call {
		to := addr.Addr(binary.LittleEndian.Uint64(code[1:]))
		c := append(Op(Push, next), Op(Nop, 0)...)
		c = append(c, Op(Jmp, to)...)
		return arch.Displaced{Code: c, Len: n, Done: n + 1, Then: to}, nil
	}
	c := append(append([]byte{}, code[:n]...), Op(Jmp, next)...)
	return arch.Displaced{Code: c, Len: n, Done: n, Then: next}, nil
}

// Decode implements arch.Arch.
func (Arch) Decode(code []byte, pc addr.Addr) (arch.Inst, error) {
	if len(code) == 0 || len(code) < Len(code[0]) {
		return arch.Inst{}, errors.New("fake: bad instruction")
	}
	in := arch.Inst{Addr: pc, Bytes: code[:Len(code[0])]}
	if long(code[0]) {
		in.Target = addr.Addr(binary.LittleEndian.Uint64(code[1:]))
	}
	switch code[0] {
	case Call:
		in.Kind, in.HasTarget = arch.InstCall, true
	case Jmp:
		in.Kind, in.HasTarget = arch.InstJump, true
	case Loop:
		in.Kind, in.HasTarget = arch.InstCondJump, true
	case Ret:
		in.Kind = arch.InstReturn
	case Block, Clone, Split:
		in.Kind = arch.InstSyscall
	case Trap:
		in.Kind = arch.InstTrap
	}
	return in, nil
}

// Format implements arch.Arch.
func (Arch) Format(inst arch.Inst, _ arch.Flavour, _ arch.NameFunc) string {
	return fmt.Sprintf("%#x", inst.Bytes)
}

// DWARFPC implements arch.Arch.
func (Arch) DWARFPC() int { return 0 }

// DWARFSP implements arch.Arch.
func (Arch) DWARFSP() int { return 1 }

// DWARFFP implements arch.Arch.
func (Arch) DWARFFP() int { return 2 }

// RegName implements arch.Arch.
func (Arch) RegName(int) string { return "" }

// RegNumber implements arch.Arch.
func (Arch) RegNumber(string) (int, bool) { return 0, false }

// GoABI implements arch.Arch.
func (Arch) GoABI() (ints, floats []int) { return nil, nil }

// GoDebugCallReg implements arch.Arch.
func (Arch) GoDebugCallReg() int { return 0 }

// GoContextReg implements arch.Arch.
func (Arch) GoContextReg() int { return 0 }

// GoGReg implements arch.Arch.
func (Arch) GoGReg() int { return 0 }

// Regs is a copy of a toy thread's registers.
type Regs struct{ Pc, Sp, R0, R1 addr.Addr }

// PC implements arch.Regs.
func (r *Regs) PC() addr.Addr { return r.Pc }

// SP implements arch.Regs.
func (r *Regs) SP() addr.Addr { return r.Sp }

// FP implements arch.Regs.
func (r *Regs) FP() addr.Addr { return 0 }

// TLS implements arch.Regs.
func (r *Regs) TLS() addr.Addr { return 0 }

// SetPC implements arch.Regs.
func (r *Regs) SetPC(a addr.Addr) { r.Pc = a }

// SetSP implements arch.Regs.
func (r *Regs) SetSP(a addr.Addr) { r.Sp = a }

// SetFP implements arch.Regs.
func (r *Regs) SetFP(addr.Addr) {}

// Uint implements arch.Regs: 0 is pc, 1 sp.
func (r *Regs) Uint(n int) (uint64, bool) {
	switch n {
	case 0:
		return uint64(r.Pc), true
	case 1:
		return uint64(r.Sp), true
	}
	return 0, false
}

// Bytes implements arch.Regs.
func (r *Regs) Bytes(n int) ([]byte, bool) {
	v, ok := r.Uint(n)
	return binary.LittleEndian.AppendUint64(nil, v), ok
}

// SetBytes implements arch.Regs.
func (r *Regs) SetBytes(int, []byte) error { return nil }

// ByName implements arch.Regs.
func (r *Regs) ByName(string) ([]byte, bool) { return nil, false }

// SetByName implements arch.Regs.
func (r *Regs) SetByName(string, []byte) error { return nil }

// InCall implements arch.Regs: there are no system calls.
func (r *Regs) InCall() bool { return false }

// List implements arch.Regs.
func (r *Regs) List() []arch.Reg { return nil }

// Clone implements arch.Regs.
func (r *Regs) Clone() arch.Regs { c := *r; return &c }

// Guard is empty: the toy processor has no signals.
func (Arch) Guard() arch.Guard { return arch.Guard{} }
