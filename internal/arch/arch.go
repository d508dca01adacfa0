// Package arch describes a processor as the rest of the debugger needs it:
// its registers, its trap instruction, its DWARF numbering and how one
// instruction can be moved elsewhere and still mean the same.
//
// A processor is a folder below this one; nothing above this folder names one.
package arch

import (
	"encoding/binary"

	"github.com/tinydbg/tinydbg/internal/addr"
)

// Arch is one processor architecture. Implementations are stateless.
type Arch interface {
	// Name is GOARCH's word for it.
	Name() string
	PtrSize() int
	ByteOrder() binary.ByteOrder

	// Trap is the breakpoint instruction. It is one byte where the processor
	// allows, so that arming is a single atomic write.
	Trap() []byte
	// TrapAddr is where the trap stands that stopped a thread at pc.
	TrapAddr(pc addr.Addr) addr.Addr

	// MaxInstrLen is the longest instruction, in bytes.
	MaxInstrLen() int
	// Decode reads the instruction at pc that code begins with.
	Decode(code []byte, pc addr.Addr) (Inst, error)
	// Format writes an instruction down; name may be nil.
	Format(inst Inst, flavour Flavour, name NameFunc) string
	// Displace returns code that, placed at to, does what the instruction at
	// from (whose bytes begin code) does there, and then jumps to the
	// instruction after it (or wherever the instruction itself goes).
	// The copy needs no help to finish. A *DisplaceError is returned for an instruction that cannot be moved.
	Displace(code []byte, from, to addr.Addr) (Displaced, error)

	// Guard is the handler for traps that nobody watches any more.
	Guard() Guard

	// DWARF numbers of the registers that unwinding is about.
	DWARFPC() int
	DWARFSP() int
	DWARFFP() int
	// RegName is the name of a DWARF register, "" when there is none.
	RegName(dwarf int) string
	// RegNumber is the DWARF number of a register by name (any case), and
	// whether there is one.
	RegNumber(name string) (int, bool)

	// GoABI lists the registers Go's internal calling convention assigns
	// results and arguments to, as DWARF numbers in order of assignment.
	GoABI() (ints, floats []int)
	// GoContextReg is the DWARF number of the closure context register.
	GoContextReg() int
	// GoGReg is the DWARF number of the register that holds g in Go code.
	GoGReg() int
	// GoDebugCallReg is the DWARF number of the register in which
	// runtime.debugCallV2 tells the debugger how far it is.
	GoDebugCallReg() int
}

// Displaced is an instruction moved out of line.
type Displaced struct {
	// Code is what to write at the new place.
	Code []byte
	// Len is the length of the original instruction.
	Len int
	// Done is the offset in Code from which on the original instruction has
	// had its whole effect and only the jump back is left.
	Done int
	// Then is where a thread at Done goes next. Where the instruction itself
	// leaves the copy (a return, an indirect jump) nothing is left at Done,
	// and Then is the instruction after the original.
	Then addr.Addr
}

// Regs is a copy of the registers of one thread. Setters change the copy.
type Regs interface {
	PC() addr.Addr
	SP() addr.Addr
	FP() addr.Addr
	// TLS is the base address of thread-local storage.
	TLS() addr.Addr
	SetPC(addr.Addr)
	SetSP(addr.Addr)
	SetFP(addr.Addr)

	// Uint is an integer register by DWARF number.
	Uint(dwarf int) (uint64, bool)
	// Bytes is any register's value, little endian, by DWARF number. Vector
	// registers are there only in a copy that was read with them.
	Bytes(dwarf int) ([]byte, bool)
	SetBytes(dwarf int, value []byte) error
	// ByName and SetByName also know the registers that DWARF does not number
	// (flags, segments, halves such as eax).
	ByName(name string) ([]byte, bool)
	SetByName(name string, value []byte) error
	// InCall tells whether the thread was stopped while a system call waited:
	// the call goes on when the thread does.
	InCall() bool
	// List is every register held, in the order people expect; vector
	// registers too when the copy has them.
	List() []Reg

	Clone() Regs
}

// Reg is one register for display.
type Reg struct {
	Name string
	// Value is little endian; its length is the register's width in bytes.
	Value []byte
	// DWARF is -1 for registers without a number.
	DWARF int
	// Note explains a flags register: "[ZF IF]". "" elsewhere.
	Note string
	// Vector marks floating point and vector registers.
	Vector bool
}

// DisplaceError says why an instruction cannot be moved.
type DisplaceError struct {
	At     addr.Addr
	Reason string
}

func (e *DisplaceError) Error() string {
	return "instruction at " + e.At.String() + " cannot be moved: " + e.Reason
}

// Guard is a signal handler, as machine code, that makes traps left behind by
// a dead debugger harmless: it sends a thread that ran into one to the
// displaced copy of the instruction. See docs/safety.md.
//
// The code is position independent and runs from its first byte. Behind it
// lies its data; the numbers are offsets from the code's beginning.
type Guard struct {
	Code []byte
	// Old holds the handler that was there before, or 0 for the default
	// action, or 1 for ignoring: it gets the signals that are not ours.
	Old int
	// Count holds how many entries the table has, and Table is where they
	// begin: each the address of a trap and that of its copy, 8 bytes each.
	// They must be written before they are counted.
	Count, Table int
	// Restorer is code that returns from a signal handler.
	Restorer int
	// EndCall ends calls that a debugger has made which is no more.
	EndCall EndCall
}

// EndCall is code by which a thread goes on as it was before it made a call. Behind
// it are frames. The first word of each is the stack pointer that the thread had
// where the call was made, 0 in one that is not in use; and then there is what the
// system has on the stack when a signal handler is to return. The code looks for the
// frame of which the word is at most Room above the thread's stack pointer, has the
// system clear what is before Frame, and returns as a signal handler does. (The memory
// cannot be written to by the program, but it can be given back.) If there is none the
// thread goes on at the address in the word at Otherwise. All numbers but the counts are
// of bytes, and the addresses are from the beginning of the code.
type EndCall struct {
	Code []byte
	Room int
	// Otherwise is where that word is.
	Otherwise int
	// Frames is where the first is, FrameSize the size of each, and Frame where in
	// it the system's part begins, at a page.
	Frames, FrameSize, Frame int
	FrameCount               int
}
