package amd64

import (
	"strings"

	"github.com/tinydbg/tinydbg/internal/arch"
)

// listed is the order people expect of the integer registers.
var listed = []int{
	rip, rsp, rax, rbx, rcx, rdx, rdi, rsi, rbp,
	8, 9, 10, 11, 12, 13, 14, 15,
	rflags, es, cs, ss, ds, fs, gs, fsBase, gsBase,
}

// List is every register of the copy. Vector registers are listed under their
// xmm names, as debuggers of Go do, with the 256 bits that AVX gives them; what
// AVX-512 adds to them, and its own, are listed when any of it is in use.
func (r *Regs) List() []arch.Reg {
	var list []arch.Reg
	for _, number := range listed {
		value, _ := r.Bytes(number)
		reg := arch.Reg{Name: dwarfNames[number], Value: value, DWARF: number}
		if number == rflags {
			reg.Note = flagNames(r.GP.Eflags)
		}
		list = append(list, reg)
	}
	if r.XSave == nil {
		return list
	}
	for _, number := range []int{fcw, fsw, mxcsr} {
		value, _ := r.Bytes(number)
		list = append(list, arch.Reg{Name: dwarfNames[number], Value: value, DWARF: number, Vector: true})
	}
	for i := range 8 {
		value, _ := r.Bytes(st0 + i)
		list = append(list, arch.Reg{Name: dwarfNames[st0+i], Value: value, DWARF: st0 + i, Vector: true})
	}
	for i := range 32 {
		number := xmm0 + i
		if i >= 16 {
			number = xmm16 + i - 16
		}
		if value := r.fullVector(i); value != nil {
			list = append(list, arch.Reg{Name: dwarfNames[number], Value: value, DWARF: number, Vector: true})
		}
	}
	if _, ok := r.component(componentMask); !ok || r.initial(componentMask) {
		return list
	}
	for i := range 8 {
		value, _ := r.Bytes(k0 + i)
		list = append(list, arch.Reg{Name: dwarfNames[k0+i], Value: value, DWARF: k0 + i, Vector: true})
	}
	return list
}

// Bits of rflags (Intel SDM volume 1, 3.4.3).
var flagBits = []struct {
	bit  uint
	name string
}{
	{0, "CF"}, {2, "PF"}, {4, "AF"}, {6, "ZF"}, {7, "SF"}, {8, "TF"}, {9, "IF"},
	{10, "DF"}, {11, "OF"}, {14, "NT"}, {16, "RF"}, {17, "VM"}, {18, "AC"}, {21, "ID"},
}

func flagNames(flags uint64) string {
	var set []string
	for _, f := range flagBits {
		if flags>>f.bit&1 != 0 {
			set = append(set, f.name)
		}
	}
	return "[" + strings.Join(set, " ") + "]"
}
