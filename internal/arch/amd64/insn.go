package amd64

import "errors"

// An insn is an instruction taken apart as far as moving it needs: where its
// parts are, not what it means (Intel SDM volume 2, chapter 2 and appendix A).
type insn struct {
	len       int
	opSize16  bool // has a 66 prefix
	addr32    bool // has a 67 prefix
	rex       byte // 0 when there is none
	rexAt     int  // where it is, when there is one
	opMap     int  // 1 one-byte, 2 0F, 3 0F38, 4 0F3A
	opcode    byte
	opAt      int
	vex       bool // VEX or EVEX encoded
	modrm     byte
	modrmAt   int // 0 when there is none
	dispAt    int
	dispLen   int
	immAt     int
	immLen    int
	ripRel    bool // the displacement counts from the next instruction
	hasPrefix bool // any legacy prefix
}

// Opcodes that moving has to know.
const (
	opInt3     = 0xcc
	opCallRel  = 0xe8
	opJmpRel   = 0xe9
	opJmpShort = 0xeb
	opPushImm  = 0x68
	opGroup5   = 0xff
)

const (
	mapOne = 1 + iota
	map0F
	map0F38
	map0F3A
)

var (
	errShort   = errors.New("incomplete instruction")
	errInvalid = errors.New("not a valid instruction")
)

// InstrLen is the length of the instruction that code begins with. It knows
// the VEX and EVEX encodings too, which disassemblers may not.
func InstrLen(code []byte) (int, error) {
	in, err := parse(code)
	return in.len, err
}

// parse takes apart the instruction that code begins with.
func parse(code []byte) (insn, error) {
	p := parser{code: code[:min(len(code), 15)]}
	p.prefixes()
	p.opcodeBytes()
	if p.err == nil {
		p.operands()
	}
	p.in.len = p.at
	return p.in, p.err
}

type parser struct {
	code []byte
	at   int
	in   insn
	err  error // sticky
}

func (p *parser) next() byte {
	if p.err != nil {
		return 0
	}
	if p.at >= len(p.code) {
		p.err = errShort
		return 0
	}
	b := p.code[p.at]
	p.at++
	return b
}

func (p *parser) skip(n int) {
	if p.err == nil && p.at+n > len(p.code) {
		p.err = errShort
		return
	}
	p.at += n
}

func (p *parser) peek() byte {
	if p.at < len(p.code) {
		return p.code[p.at]
	}
	return 0
}

func (p *parser) prefixes() {
	for {
		switch p.peek() {
		case 0x66:
			p.in.opSize16 = true
		case 0x67:
			p.in.addr32 = true
		case 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0xf0, 0xf2, 0xf3:
		default:
			if b := p.peek(); b&0xf0 == 0x40 {
				p.in.rexAt = p.at
				p.in.rex = p.next()
			}
			return
		}
		p.in.hasPrefix = true
		if p.next(); p.err != nil {
			return
		}
	}
}

func (p *parser) opcodeBytes() {
	p.in.opMap = mapOne
	p.in.opAt = p.at
	b := p.next()
	switch {
	case b == 0x0f:
		p.twoByte()
	case b == 0xc5:
		p.skip(1)
		p.vexOpcode(1)
	case b == 0xc4:
		m := p.next() & 0x1f
		p.skip(1)
		p.vexOpcode(int(m))
	case b == 0x62:
		m := p.next() & 7
		p.skip(2)
		p.vexOpcode(int(m))
	default:
		p.in.opcode = b
	}
}

func (p *parser) twoByte() {
	p.in.opMap = map0F
	p.in.opAt = p.at
	switch b := p.next(); b {
	case 0x38:
		p.in.opMap = map0F38
		p.in.opAt = p.at
		p.in.opcode = p.next()
	case 0x3a:
		p.in.opMap = map0F3A
		p.in.opAt = p.at
		p.in.opcode = p.next()
	default:
		p.in.opcode = b
	}
}

func (p *parser) vexOpcode(m int) {
	p.in.vex = true
	p.in.opAt = p.at
	p.in.opcode = p.next()
	switch m {
	case 1:
		p.in.opMap = map0F
	case 2, 5, 6: // 5 and 6: half precision, no immediates, like 0F38
		p.in.opMap = map0F38
	case 3:
		p.in.opMap = map0F3A
	default:
		p.err = errInvalid
	}
}

func (p *parser) operands() {
	modrm, imm, ok := p.shape()
	if !ok {
		p.err = errInvalid
		return
	}
	if modrm {
		p.modRM()
	}
	if p.in.opMap == mapOne && !p.in.vex {
		imm = p.group3Imm(imm)
	}
	p.in.immAt, p.in.immLen = p.at, imm
	p.skip(imm)
}

// group3Imm: of F6 and F7 only TEST has an immediate.
func (p *parser) group3Imm(imm int) int {
	if p.in.opcode != 0xf6 && p.in.opcode != 0xf7 {
		return imm
	}
	if p.in.modrm>>3&7 > 1 {
		return 0
	}
	if p.in.opcode == 0xf6 {
		return 1
	}
	return p.immZ()
}

func (p *parser) modRM() {
	p.in.modrmAt = p.at
	m := p.next()
	p.in.modrm = m
	mod, rm := m>>6, m&7
	if mod == 3 {
		return
	}
	disp := [3]int{0, 1, 4}[mod]
	if rm == 4 {
		if sib := p.next(); mod == 0 && sib&7 == 5 {
			disp = 4
		}
	} else if mod == 0 && rm == 5 {
		disp = 4
		p.in.ripRel = true
	}
	p.in.dispAt, p.in.dispLen = p.at, disp
	p.skip(disp)
}

// immZ is the size of an immediate of operand size, at most 4 bytes.
func (p *parser) immZ() int {
	if p.in.opSize16 && p.in.rex&8 == 0 {
		return 2
	}
	return 4
}

// shape tells whether the opcode has a ModRM byte and how long its immediate
// is.
func (p *parser) shape() (modrm bool, imm int, ok bool) {
	op := p.in.opcode
	switch p.in.opMap {
	case map0F38:
		return true, 0, true
	case map0F3A:
		return true, 1, true
	case map0F:
		return p.shape0F(op)
	}
	if op < 0x40 {
		return p.shapeArith(op)
	}
	return p.shapeOne(op)
}

// shapeArith covers 00 to 3F: eight rows of the same pattern.
func (p *parser) shapeArith(op byte) (modrm bool, imm int, ok bool) {
	switch op & 7 {
	case 0, 1, 2, 3:
		return true, 0, true
	case 4:
		return false, 1, true
	case 5:
		return false, p.immZ(), true
	}
	return false, 0, false
}

func (p *parser) shapeOne(op byte) (modrm bool, imm int, ok bool) {
	switch {
	case op >= 0x50 && op <= 0x5f, op >= 0x6c && op <= 0x6f, op >= 0x90 && op <= 0x99,
		op >= 0x9b && op <= 0x9f, op >= 0xa4 && op <= 0xa7, op >= 0xaa && op <= 0xaf,
		op >= 0xec && op <= 0xef, op >= 0xf8 && op <= 0xfd:
		return false, 0, true
	case op >= 0x70 && op <= 0x7f, op >= 0xb0 && op <= 0xb7, op >= 0xe0 && op <= 0xe7:
		return false, 1, true
	case op >= 0x84 && op <= 0x8f, op >= 0xd0 && op <= 0xd3, op >= 0xd8 && op <= 0xdf:
		return true, 0, true
	case op >= 0xa0 && op <= 0xa3:
		if p.in.addr32 {
			return false, 4, true
		}
		return false, 8, true
	case op >= 0xb8 && op <= 0xbf:
		if p.in.rex&8 != 0 {
			return false, 8, true
		}
		return false, p.immZ(), true
	}
	return p.shapeSingle(op)
}

func (p *parser) shapeSingle(op byte) (modrm bool, imm int, ok bool) {
	switch op {
	case 0x63, 0xf6, 0xf7, 0xfe, 0xff:
		return true, 0, true
	case 0x69, 0x81, 0xc7:
		return true, p.immZ(), true
	case 0x6b, 0x80, 0x83, 0xc0, 0xc1, 0xc6:
		return true, 1, true
	case 0x68, 0xa9:
		return false, p.immZ(), true
	case 0x6a, 0xa8, 0xcd, 0xeb:
		return false, 1, true
	case 0xe8, 0xe9:
		return false, 4, true
	case 0xc2, 0xca:
		return false, 2, true
	case 0xc8:
		return false, 3, true
	case 0xc3, 0xc9, 0xcb, 0xcc, 0xcf, 0xd7, 0xf1, 0xf4, 0xf5:
		return false, 0, true
	}
	return false, 0, false
}

func (p *parser) shape0F(op byte) (modrm bool, imm int, ok bool) {
	if p.in.vex && op == 0x77 { // vzeroupper
		return false, 0, true
	}
	switch {
	case op >= 0x80 && op <= 0x8f && !p.in.vex:
		return false, 4, true
	case op >= 0x30 && op <= 0x37, op >= 0xc8 && op <= 0xcf:
		return false, 0, true
	case op >= 0x70 && op <= 0x73, op == 0xc2, op == 0xc4, op == 0xc5, op == 0xc6,
		op == 0xa4, op == 0xac, op == 0xba, op == 0x0f:
		return true, 1, true
	}
	switch op {
	case 0x05, 0x06, 0x07, 0x08, 0x09, 0x0b, 0x0e, 0x77, 0xa0, 0xa1, 0xa2, 0xa8, 0xa9, 0xaa:
		return false, 0, true
	case 0x04, 0x0a, 0x0c, 0x24, 0x25, 0x26, 0x27, 0x39, 0x3b, 0x3c, 0x3d, 0x3e, 0x3f:
		return false, 0, false
	}
	return true, 0, true
}
