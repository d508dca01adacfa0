package amd64

import (
	"encoding/binary"
	"math"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
)

// Displace moves one instruction from one address to another. What depends on
// the address is rewritten: displacements relative to rip, jumps, and calls,
// whose return address stays that of the original.
func (Arch) Displace(code []byte, from, to addr.Addr) (arch.Displaced, error) {
	in, err := parse(code)
	if err != nil {
		return arch.Displaced{}, &arch.DisplaceError{At: from, Reason: err.Error()}
	}
	m := mover{in: in, orig: code[:in.len], from: from, to: to, next: from + addr.Addr(in.len)}
	m.move()
	if m.reason != "" {
		return arch.Displaced{}, &arch.DisplaceError{At: from, Reason: m.reason}
	}
	return arch.Displaced{Code: m.out, Len: in.len, Done: m.done, Then: m.then}, nil
}

// A mover writes the displaced code of one instruction.
type mover struct {
	in   insn
	orig []byte
	from addr.Addr // of the original
	to   addr.Addr // of the copy
	next addr.Addr // after the original

	out    []byte
	done   int
	then   addr.Addr
	reason string // why it cannot be moved; sticky
}

func (m *mover) move() {
	op := m.in.opcode
	switch {
	case m.in.vex:
		m.copyAndReturn()
	case m.in.opMap == mapOne:
		m.moveOne(op)
	case m.in.opMap == map0F && op >= 0x80 && op <= 0x8f:
		m.condJump(op, m.immediate())
	case m.in.opMap == map0F && op == 0x0b:
		m.copy() // ud2: never gets past it
		m.finish(m.next)
	default:
		m.copyAndReturn()
	}
}

func (m *mover) moveOne(op byte) {
	switch {
	case op == opCallRel:
		m.call(m.target())
	case op == opJmpRel, op == opJmpShort:
		m.finish(m.target())
	case op >= 0x70 && op <= 0x7f:
		m.condJump(op+0x10, m.immediate())
	case op >= 0xe0 && op <= 0xe3:
		m.loop()
	case op == 0xc2, op == 0xc3:
		m.leave()
	case op == opGroup5:
		m.group5()
	case op == opInt3, op == 0xcd, op == 0xf1:
		m.reason = "it is a trap itself"
	case op == 0xca, op == 0xcb, op == 0xcf:
		m.reason = "it is a far return"
	case op == 0xc7 && m.in.modrm == 0xf8:
		m.reason = "it begins a transaction"
	default:
		m.copyAndReturn()
	}
}

// group5 is FF: indirect calls and jumps among others.
func (m *mover) group5() {
	switch m.in.modrm >> 3 & 7 {
	case 2:
		m.indirectCall()
	case 3, 5:
		m.reason = "it is a far call or jump"
	case 4:
		m.leave()
	default:
		m.copyAndReturn()
	}
}

// immediate is the sign-extended immediate.
func (m *mover) immediate() int64 {
	b := m.orig[m.in.immAt:]
	switch m.in.immLen {
	case 1:
		return int64(int8(b[0]))
	case 4:
		return int64(int32(binary.LittleEndian.Uint32(b)))
	}
	return 0
}

// displacement is the sign-extended displacement of a memory operand.
func (m *mover) displacement() int64 {
	b := m.orig[m.in.dispAt:]
	switch m.in.dispLen {
	case 1:
		return int64(int8(b[0]))
	case 4:
		return int64(int32(binary.LittleEndian.Uint32(b)))
	}
	return 0
}

// target is where a relative jump or call goes.
func (m *mover) target() addr.Addr {
	if m.in.opSize16 {
		m.reason = "a 16-bit jump means different things to different processors"
	}
	return m.next + addr.Addr(m.immediate())
}

// here is the address behind what has been written.
func (m *mover) here() addr.Addr { return m.to + addr.Addr(len(m.out)) }

// rel is the 32-bit distance from an instruction's end to a target.
func (m *mover) rel(target, end addr.Addr) []byte {
	d := int64(target - end)
	if d < math.MinInt32 || d > math.MaxInt32 {
		m.reason = "the copy is more than 2 GiB away"
	}
	return binary.LittleEndian.AppendUint32(nil, uint32(d))
}

func (m *mover) jump(target addr.Addr) {
	rel := m.rel(target, m.here()+5)
	m.out = append(append(m.out, opJmpRel), rel...)
}

// finish ends the copy: the instruction has had its effect, what is left is
// the jump to then.
func (m *mover) finish(then addr.Addr) {
	m.done = len(m.out)
	m.then = then
	m.jump(then)
}

// copy writes the instruction as it is, but for a displacement from rip.
func (m *mover) copy() {
	at := len(m.out)
	m.out = append(m.out, m.orig...)
	if !m.in.ripRel {
		return
	}
	if m.in.addr32 {
		m.reason = "it addresses memory relative to eip"
	}
	field := m.out[at+m.in.dispAt:]
	target := m.next + addr.Addr(m.displacement())
	copy(field, m.rel(target, m.here()))
}

func (m *mover) copyAndReturn() {
	m.copy()
	m.finish(m.next)
}

// leave copies an instruction that itself goes elsewhere.
func (m *mover) leave() {
	m.copy()
	m.done = len(m.out)
	m.then = m.next
}

func (m *mover) condJump(op byte, distance int64) {
	if m.in.opSize16 {
		m.reason = "a 16-bit jump means different things to different processors"
	}
	target := m.next + addr.Addr(distance)
	rel := m.rel(target, m.here()+6)
	m.out = append(append(m.out, 0x0f, op), rel...)
	m.finish(m.next)
}

// loop is loopne, loope, loop and jrcxz, which have short forms only:
//
//	   loop 1f
//	   jmp short 2f
//	1: jmp target
//	2: jmp next
func (m *mover) loop() {
	m.out = append(m.out, m.orig[:m.in.immAt]...)
	m.out = append(m.out, 2, opJmpShort, 5)
	m.jump(m.next + addr.Addr(m.immediate()))
	m.finish(m.next)
}

// pushReturn pushes the address after the original, which is all that tells a
// call from a jump. push takes 32 bits, sign-extended; a mov adds the rest.
func (m *mover) pushReturn() {
	ret := uint64(m.next)
	m.out = binary.LittleEndian.AppendUint32(append(m.out, opPushImm), uint32(ret))
	if uint64(int64(int32(uint32(ret)))) != ret {
		m.out = append(m.out, 0xc7, 0x44, 0x24, 4) // mov dword [rsp+4], high
		m.out = binary.LittleEndian.AppendUint32(m.out, uint32(ret>>32))
	}
}

func (m *mover) call(target addr.Addr) {
	m.pushReturn()
	m.finish(target)
}

// indirectCall becomes push and an indirect jump. With rsp as the base of its
// operand the push has moved the base by 8.
func (m *mover) indirectCall() {
	const baseSP = 4
	mod, rm := m.in.modrm>>6, m.in.modrm&7
	noB := m.in.rex&1 == 0
	if mod == 3 && rm == baseSP && noB {
		m.reason = "it calls the address in rsp"
		return
	}
	m.pushReturn()
	start := len(m.out)
	if mod != 3 && rm == baseSP && noB && m.orig[m.in.modrmAt+1]&7 == baseSP {
		m.jumpViaStack()
	} else {
		m.copy()
		m.out[start+m.in.modrmAt] = m.in.modrm&^(7<<3) | 4<<3 // call -> jmp
	}
	m.done = len(m.out)
	m.then = m.next
}

// jumpViaStack writes jmp [rsp+index+disp+8] with a 32-bit displacement.
func (m *mover) jumpViaStack() {
	disp := m.displacement() + 8
	if disp > math.MaxInt32 {
		m.reason = "its displacement is too large"
	}
	m.out = append(m.out, m.orig[:m.in.modrmAt]...)
	m.out = append(m.out, 2<<6|4<<3|4, m.orig[m.in.modrmAt+1])
	m.out = binary.LittleEndian.AppendUint32(m.out, uint32(disp))
}
