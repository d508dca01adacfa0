package inspect

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/unwind"
)

// ListRegisters lists the registers of a thread, or those of a frame as far as
// they could be recovered.
func (w *World) ListRegisters(in api.ListRegistersIn) (api.Registers, error) {
	if in.Scope == nil {
		id := in.ThreadID
		if id == 0 {
			id = w.Thread
		}
		return w.threadRegisters(id, in.IncludeFp)
	}
	c, f, err := w.frame(*in.Scope)
	if err != nil {
		return nil, err
	}
	if in.Scope.Frame == 0 && in.Scope.DeferredCall == 0 && c.thread != 0 {
		return w.threadRegisters(c.thread, in.IncludeFp)
	}
	return w.frameRegisters(f), nil
}

func (w *World) threadRegisters(id int, vector bool) (api.Registers, error) {
	regs, err := w.Regs(id, vector)
	if err != nil {
		return nil, fmt.Errorf("registers of thread %d: %w", id, err)
	}
	var out api.Registers
	for _, r := range regs.List() {
		if !r.Vector || vector {
			out = append(out, api.Register{Name: registerName(r.Name), Value: registerText(r), DwarfNumber: r.DWARF})
		}
	}
	return out, nil
}

// frameRegisters are what is known of a caller's registers.
func (w *World) frameRegisters(f *unwind.Frame) api.Registers {
	var out api.Registers
	for _, n := range frameOrder(w.Arch) {
		b, ok := f.Regs.Bytes(n)
		if !ok {
			continue
		}
		r := arch.Reg{Name: w.Arch.RegName(n), Value: b, DWARF: n}
		out = append(out, api.Register{Name: registerName(r.Name), Value: registerText(r), DwarfNumber: n})
	}
	return out
}

// maxFrameReg bounds the DWARF numbers of registers that unwinding recovers.
const maxFrameReg = 64

// frameOrder lists register numbers, pc, sp and fp first.
func frameOrder(a arch.Arch) []int {
	first := []int{a.DWARFPC(), a.DWARFSP(), a.DWARFFP()}
	list := first
	for n := range maxFrameReg {
		if n != first[0] && n != first[1] && n != first[2] && a.RegName(n) != "" {
			list = append(list, n)
		}
	}
	return list
}

// registerName is a register's name as clients know it: "Rip", "R8", "XMM0".
func registerName(name string) string {
	lower := strings.ToLower(name)
	for _, wide := range []string{"xmm", "ymm", "zmm", "st("} {
		if strings.HasPrefix(lower, wide) {
			return strings.ToUpper(name)
		}
	}
	if lower == "" {
		return ""
	}
	return strings.ToUpper(lower[:1]) + lower[1:]
}

// registerText is a register's value: hexadecimal, and for vectors also the
// numbers that may be in it.
func registerText(r arch.Reg) string {
	var b strings.Builder
	b.WriteString("0x")
	for i := len(r.Value) - 1; i >= 0; i-- {
		fmt.Fprintf(&b, "%02x", r.Value[i])
	}
	if r.Note != "" {
		b.WriteString("\t" + r.Note)
	}
	if r.Vector && len(r.Value) >= 16 {
		vectorText(&b, r.Value)
	}
	return b.String()
}

// vectorText writes a vector as integers and floats of each size.
func vectorText(b *strings.Builder, v []byte) {
	for _, size := range []int{8, 4, 2, 1} {
		fmt.Fprintf(b, "\tv%d_int={ ", len(v)/size)
		for at := 0; at+size <= len(v); at += size {
			for i := at + size - 1; i >= at; i-- {
				fmt.Fprintf(b, "%02x", v[i])
			}
			b.WriteByte(' ')
		}
		b.WriteByte('}')
	}
	fmt.Fprintf(b, "\tv%d_float={ ", len(v)/8)
	for at := 0; at+8 <= len(v); at += 8 {
		fmt.Fprintf(b, "%v ", math.Float64frombits(binary.LittleEndian.Uint64(v[at:])))
	}
	fmt.Fprintf(b, "}\tv%d_float={ ", len(v)/4)
	for at := 0; at+4 <= len(v); at += 4 {
		fmt.Fprintf(b, "%v ", math.Float32frombits(binary.LittleEndian.Uint32(v[at:])))
	}
	b.WriteByte('}')
}
