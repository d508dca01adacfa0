package amd64

import (
	"fmt"
	"strings"

	"golang.org/x/arch/x86/x86asm"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
)

// Decode reads one instruction. What it is about is found from the encoding,
// so that instructions which Format cannot spell have length and kind too.
func (Arch) Decode(code []byte, pc addr.Addr) (arch.Inst, error) {
	in, err := parse(code)
	if err != nil {
		return arch.Inst{Addr: pc, Kind: arch.InstBad}, fmt.Errorf("at %v: %w", pc, err)
	}
	inst := arch.Inst{Addr: pc, Bytes: code[:in.len:in.len], Kind: in.kind()}
	m := mover{in: in, orig: inst.Bytes, next: pc + addr.Addr(in.len)}
	switch {
	case in.relative():
		inst.Target, inst.HasTarget = m.next+addr.Addr(m.immediate()), true
	case in.ripRel && !in.addr32:
		inst.Target, inst.HasTarget = m.next+addr.Addr(m.displacement()), true
	}
	return inst, nil
}

// relative tells direct jumps and calls.
func (in insn) relative() bool {
	op := in.opcode
	switch in.opMap {
	case mapOne:
		return !in.vex && (op >= 0x70 && op <= 0x7f || op >= 0xe0 && op <= 0xe3 ||
			op == opCallRel || op == opJmpRel || op == opJmpShort)
	case map0F:
		return !in.vex && op >= 0x80 && op <= 0x8f
	}
	return false
}

func (in insn) kind() arch.InstKind {
	switch {
	case in.vex:
		return arch.InstOther
	case in.opMap == mapOne:
		return in.kindOne()
	case in.opMap != map0F:
		return arch.InstOther
	}
	switch op := in.opcode; {
	case op >= 0x80 && op <= 0x8f:
		return arch.InstCondJump
	case op == 0x05:
		return arch.InstSyscall
	case op == 0x0b: // ud2
		return arch.InstTrap
	}
	return arch.InstOther
}

func (in insn) kindOne() arch.InstKind {
	switch op := in.opcode; op {
	case opCallRel:
		return arch.InstCall
	case opJmpRel, opJmpShort:
		return arch.InstJump
	case 0xc2, 0xc3, 0xca, 0xcb, 0xcf:
		return arch.InstReturn
	case opInt3, 0xcd, 0xf1:
		return arch.InstTrap
	case opGroup5:
		switch in.modrm >> 3 & 7 {
		case 2, 3:
			return arch.InstCall
		case 4, 5:
			return arch.InstJump
		}
	default:
		if op >= 0x70 && op <= 0x7f || op >= 0xe0 && op <= 0xe3 {
			return arch.InstCondJump
		}
	}
	return arch.InstOther
}

// Format spells an instruction. One that the assembler's tables lack is given
// as its bytes.
func (Arch) Format(inst arch.Inst, flavour arch.Flavour, name arch.NameFunc) string {
	if inst.Kind == arch.InstBad {
		return "?"
	}
	decoded, err := x86asm.Decode(inst.Bytes, 64)
	if err != nil || decoded.Len != len(inst.Bytes) || strings.HasPrefix(decoded.String(), "Prefix(") {
		return rawBytes(inst.Bytes)
	}
	var lookup x86asm.SymLookup
	if name != nil {
		lookup = func(a uint64) (string, uint64) {
			s, base := name(addr.Addr(a))
			return s, uint64(base)
		}
	}
	switch flavour {
	case arch.Intel:
		return x86asm.IntelSyntax(decoded, uint64(inst.Addr), lookup)
	case arch.Go:
		return x86asm.GoSyntax(decoded, uint64(inst.Addr), lookup)
	}
	return x86asm.GNUSyntax(decoded, uint64(inst.Addr), lookup)
}

func rawBytes(code []byte) string {
	hex := make([]string, len(code))
	for i, b := range code {
		hex[i] = fmt.Sprintf("%#02x", b)
	}
	return ".byte " + strings.Join(hex, ", ")
}
