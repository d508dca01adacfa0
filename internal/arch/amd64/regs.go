package amd64

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
)

// Regs is one thread's registers: the kernel's user_regs_struct and, when they
// were asked for, the XSAVE area with floating point and vector registers.
type Regs struct {
	// GP are the integer registers.
	GP unix.PtraceRegs
	// XSave is the area as PTRACE_GETREGSET NT_X86_XSTATE gives it, or nil.
	XSave []byte
}

var _ arch.Regs = (*Regs)(nil)

// NewRegs wraps a copy of what the kernel gave; xsave may be nil.
func NewRegs(gp *unix.PtraceRegs, xsave []byte) *Regs {
	return &Regs{GP: *gp, XSave: xsave}
}

// PC is rip.
func (r *Regs) PC() addr.Addr { return addr.Addr(r.GP.Rip) }

// SP is rsp.
func (r *Regs) SP() addr.Addr { return addr.Addr(r.GP.Rsp) }

// FP is rbp.
func (r *Regs) FP() addr.Addr { return addr.Addr(r.GP.Rbp) }

// TLS is the base of the fs segment.
func (r *Regs) TLS() addr.Addr { return addr.Addr(r.GP.Fs_base) }

// SetPC sets rip.
func (r *Regs) SetPC(a addr.Addr) { r.GP.Rip = uint64(a) }

// SetSP sets rsp.
func (r *Regs) SetSP(a addr.Addr) { r.GP.Rsp = uint64(a) }

// SetFP sets rbp.
func (r *Regs) SetFP(a addr.Addr) { r.GP.Rbp = uint64(a) }

// Clone copies the registers.
func (r *Regs) Clone() arch.Regs {
	return &Regs{GP: r.GP, XSave: slices.Clone(r.XSave)}
}

// InCall implements arch.Regs: the kernel has left a result that never reaches
// user space.
func (r *Regs) InCall() bool { return int64(r.GP.Orig_rax) >= 0 && Restarts(r.GP.Rax) }

// Restarts tells whether rax says that a system call was broken off and begins
// again: ERESTARTSYS, ERESTARTNOINTR, ERESTARTNOHAND, ERESTART_RESTARTBLOCK.
func Restarts(rax uint64) bool {
	switch -int64(rax) {
	case 512, 513, 514, 516:
		return true
	}
	return false
}

// Uint is an integer register.
func (r *Regs) Uint(dwarf int) (uint64, bool) {
	if p := r.integer(dwarf); p != nil {
		return *p, true
	}
	return 0, false
}

// Bytes is any numbered register's value: 16 bytes for xmm, 10 for st.
func (r *Regs) Bytes(dwarf int) ([]byte, bool) {
	if p := r.integer(dwarf); p != nil {
		return binary.LittleEndian.AppendUint64(nil, *p), true
	}
	list, width := r.fields(dwarf)
	return r.read(list, width), list != nil
}

// SetBytes changes a register in the copy. A shorter value leaves the upper
// part of a vector register and clears that of an integer register. The number of
// an xmm register stands for all of the vector register that has it.
func (r *Regs) SetBytes(dwarf int, value []byte) error {
	if p := r.integer(dwarf); p != nil {
		if len(value) > 8 {
			return fmt.Errorf("%d bytes do not fit in %s", len(value), dwarfNames[dwarf])
		}
		var full [8]byte
		copy(full[:], value)
		*p = binary.LittleEndian.Uint64(full[:])
		return nil
	}
	list, _ := r.fields(dwarf)
	if list == nil {
		return fmt.Errorf("no register %d in this copy", dwarf)
	}
	size := 0
	for _, f := range list {
		size += f.size
	}
	if len(value) > size {
		return fmt.Errorf("%d bytes do not fit in %s", len(value), dwarfNames[dwarf])
	}
	r.write(list, value)
	return nil
}

// ByName finds a register by name in any case: rax, eax, ax, al, ah, xmm3,
// ymm3, zmm31, k1, rflags, cs ...
func (r *Regs) ByName(name string) ([]byte, bool) {
	name = strings.ToLower(name)
	if part, ok := parts[name]; ok {
		whole, _ := r.Uint(part.of)
		value := binary.LittleEndian.AppendUint64(nil, whole>>part.shift)
		return value[:part.size], true
	}
	if name == "orig_rax" {
		return binary.LittleEndian.AppendUint64(nil, r.GP.Orig_rax), true
	}
	if wide, ok := r.wide(name); ok {
		return wide, true
	}
	if number, ok := dwarfNumbers[name]; ok {
		return r.Bytes(number)
	}
	return nil, false
}

// SetByName is the writing twin of ByName.
func (r *Regs) SetByName(name string, value []byte) error {
	name = strings.ToLower(name)
	if part, ok := parts[name]; ok {
		return r.setPart(name, part, value)
	}
	if number, width, ok := wideNumber(name); ok {
		if len(value) > width {
			return fmt.Errorf("%d bytes do not fit in %s", len(value), name)
		}
		return r.SetBytes(number, value)
	}
	if number, ok := dwarfNumbers[name]; ok {
		return r.SetBytes(number, value)
	}
	return fmt.Errorf("no register %s that can be written", name)
}

func (r *Regs) setPart(name string, p part, value []byte) error {
	if len(value) > p.size {
		return fmt.Errorf("%d bytes do not fit in %s", len(value), name)
	}
	var full [8]byte
	copy(full[:], value)
	whole := r.integer(p.of)
	mask := uint64(1)<<(8*p.size) - 1
	set := binary.LittleEndian.Uint64(full[:])
	if p.size == 4 {
		// As the processor does: writing a 32-bit half clears the upper half.
		*whole = set
		return nil
	}
	*whole = *whole&^(mask<<p.shift) | set<<p.shift
	return nil
}

// integer points at an integer register, nil for others.
func (r *Regs) integer(dwarf int) *uint64 {
	g := &r.GP
	switch dwarf {
	case rip:
		return &g.Rip
	case rflags:
		return &g.Eflags
	case es:
		return &g.Es
	case cs:
		return &g.Cs
	case ss:
		return &g.Ss
	case ds:
		return &g.Ds
	case fs:
		return &g.Fs
	case gs:
		return &g.Gs
	case fsBase:
		return &g.Fs_base
	case gsBase:
		return &g.Gs_base
	}
	if dwarf < 0 || dwarf > r15 {
		return nil
	}
	return [...]*uint64{
		&g.Rax, &g.Rdx, &g.Rcx, &g.Rbx, &g.Rsi, &g.Rdi, &g.Rbp, &g.Rsp,
		&g.R8, &g.R9, &g.R10, &g.R11, &g.R12, &g.R13, &g.R14, &g.R15,
	}[dwarf]
}

// A part is a register that is a piece of a 64-bit one.
type part struct {
	of          int
	shift, size int // bits, bytes
}

var parts = nameParts()

func nameParts() map[string]part {
	m := map[string]part{"eflags": {rflags, 0, 4}, "eip": {rip, 0, 4}}
	for letter, number := range map[string]int{"a": rax, "b": rbx, "c": rcx, "d": rdx} {
		m["e"+letter+"x"] = part{number, 0, 4}
		m[letter+"x"] = part{number, 0, 2}
		m[letter+"l"] = part{number, 0, 1}
		m[letter+"h"] = part{number, 8, 1}
	}
	for name, number := range map[string]int{"si": rsi, "di": rdi, "bp": rbp, "sp": rsp} {
		m["e"+name] = part{number, 0, 4}
		if name != "sp" { // sp alone means the stack pointer
			m[name] = part{number, 0, 2}
		}
		m[name+"l"] = part{number, 0, 1}
	}
	for i := range 8 {
		name := numbered("r", 8+i)
		m[name+"d"] = part{r8 + i, 0, 4}
		m[name+"w"] = part{r8 + i, 0, 2}
		m[name+"b"] = part{r8 + i, 0, 1}
	}
	return m
}

func numbered(prefix string, n int) string { return prefix + strconv.Itoa(n) }
