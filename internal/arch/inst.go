package arch

import "github.com/tinydbg/tinydbg/internal/addr"

// Inst is one decoded instruction.
type Inst struct {
	Addr addr.Addr
	// Bytes are the instruction's own; its length is theirs.
	Bytes []byte
	Kind  InstKind
	// Target is where a direct call or jump goes, or the memory that an
	// operand relative to the pc names; valid if HasTarget.
	Target    addr.Addr
	HasTarget bool
}

// InstKind sorts instructions by what they do to control flow.
type InstKind int

// Kinds of instruction.
const (
	InstOther InstKind = iota
	InstCall
	InstReturn
	InstJump
	InstCondJump
	InstSyscall
	InstTrap
	InstBad // not an instruction: one byte
)

// Flavour is a syntax of assembly. The values are those of the JSON-RPC API.
type Flavour int

// Flavours.
const (
	GNU Flavour = iota
	Intel
	Go
)

// NameFunc names an address: the symbol that contains it and where that
// begins; "" when there is none.
type NameFunc func(addr.Addr) (name string, base addr.Addr)
