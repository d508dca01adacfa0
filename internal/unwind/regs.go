package unwind

import (
	"encoding/binary"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
)

// maxReg bounds the DWARF numbers of the registers that are recovered: the
// integer ones.
const maxReg = 40

// Regs are the integer registers of a frame, as far as they could be recovered.
// The innermost frame of a thread has the thread's vector registers, too. It is
// an expr.Registers.
type Regs struct {
	arch   arch.Arch
	have   uint64 // bit n: vals[n] is known
	vals   [maxReg]uint64
	thread arch.Regs
}

// FromThread are the registers of a stopped thread.
func FromThread(a arch.Arch, r arch.Regs) *Regs {
	regs := &Regs{arch: a, thread: r}
	for n := range maxReg {
		if v, ok := r.Uint(n); ok {
			regs.Set(n, v)
		}
	}
	regs.Set(a.DWARFPC(), uint64(r.PC()))
	return regs
}

// FromSaved are the registers that a goroutine which does not run has kept.
func FromSaved(a arch.Arch, pc, sp, fp addr.Addr) *Regs {
	regs := &Regs{arch: a}
	regs.Set(a.DWARFPC(), uint64(pc))
	regs.Set(a.DWARFSP(), uint64(sp))
	regs.Set(a.DWARFFP(), uint64(fp))
	return regs
}

// Set makes a register known. Numbers of registers that are not kept are
// ignored.
func (r *Regs) Set(dwarf int, v uint64) {
	if dwarf >= 0 && dwarf < maxReg {
		r.have |= 1 << dwarf
		r.vals[dwarf] = v
	}
}

// Uint is a register's value, if it is known.
func (r *Regs) Uint(dwarf int) (uint64, bool) {
	if dwarf < 0 || dwarf >= maxReg || r.have&(1<<dwarf) == 0 {
		return 0, false
	}
	return r.vals[dwarf], true
}

// Bytes is a register's value, little endian, if it is known.
func (r *Regs) Bytes(dwarf int) ([]byte, bool) {
	if v, ok := r.Uint(dwarf); ok {
		return binary.LittleEndian.AppendUint64(nil, v), true
	}
	if r.thread != nil {
		return r.thread.Bytes(dwarf)
	}
	return nil, false
}

// Thread is the whole register set of the innermost frame of a thread, nil in
// other frames.
func (r *Regs) Thread() arch.Regs { return r.thread }

// PC is where the frame is; 0 when that is not known.
func (r *Regs) PC() addr.Addr { return r.get(r.arch.DWARFPC()) }

// SP is the stack pointer.
func (r *Regs) SP() addr.Addr { return r.get(r.arch.DWARFSP()) }

// FP is the frame pointer; 0 when it is not known.
func (r *Regs) FP() addr.Addr { return r.get(r.arch.DWARFFP()) }

func (r *Regs) get(n int) addr.Addr {
	v, _ := r.Uint(n)
	return addr.Addr(v)
}
