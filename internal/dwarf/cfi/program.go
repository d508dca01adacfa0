package cfi

import (
	"github.com/tinydbg/tinydbg/internal/dwarf/buf"
)

// Instructions of the program (DW_CFA_...). The first three have an operand in
// their low six bits.
const (
	cfaAdvanceLoc      = 0x40
	cfaOffset          = 0x80
	cfaRestore         = 0xc0
	cfaNop             = 0x00
	cfaSetLoc          = 0x01
	cfaAdvanceLoc1     = 0x02
	cfaAdvanceLoc2     = 0x03
	cfaAdvanceLoc4     = 0x04
	cfaOffsetExtended  = 0x05
	cfaRestoreExtended = 0x06
	cfaUndefined       = 0x07
	cfaSameValue       = 0x08
	cfaRegister        = 0x09
	cfaRememberState   = 0x0a
	cfaRestoreState    = 0x0b
	cfaDefCFA          = 0x0c
	cfaDefCFARegister  = 0x0d
	cfaDefCFAOffset    = 0x0e
	cfaDefCFAExpr      = 0x0f
	cfaExpression      = 0x10
	cfaOffsetExtSF     = 0x11
	cfaDefCFASF        = 0x12
	cfaDefCFAOffsetSF  = 0x13
	cfaValOffset       = 0x14
	cfaValOffsetSF     = 0x15
	cfaValExpression   = 0x16
	cfaMIPSAdvanceLoc8 = 0x1d
	cfaGNUArgsSize     = 0x2e
	cfaGNUNegOffsetExt = 0x2f
)

const (
	maxRegs  = 256
	maxSaved = 64
)

// state is a run of an entry's program.
type state struct {
	t       *Table
	e       *entry
	r       buf.Reader
	loc     uint64
	cfa     Rule
	regs    []RegRule
	initial []RegRule
	saved   []savedState
}

type savedState struct {
	cfa  Rule
	regs []RegRule
}

// run executes e's program up to pc.
func (t *Table) run(e *entry, pc uint64) (Row, error) {
	s := state{t: t, e: e, loc: e.low, r: e.cie.program, regs: make([]RegRule, 0, 8)}
	s.execute(^uint64(0))
	if err := s.r.Err(); err != nil {
		return Row{}, err
	}
	s.initial = append([]RegRule(nil), s.regs...)
	s.r = e.program
	s.loc = e.low
	s.execute(pc)
	if err := s.r.Err(); err != nil {
		return Row{}, err
	}
	return Row{CFA: s.cfa, Regs: s.regs, Return: e.ret, Signal: e.signal}, nil
}

// execute runs instructions until the location is past pc. The program of a
// given length has a bounded number of instructions: there are no jumps.
func (s *state) execute(pc uint64) {
	for s.r.Len() > 0 {
		op := s.r.U8()
		if to, ok := s.advance(op); ok {
			if to > pc {
				return
			}
			s.loc = to
			continue
		}
		s.step(op)
	}
}

// advance gives the new location if op sets it.
func (s *state) advance(op uint8) (uint64, bool) {
	var n uint64
	switch {
	case op&0xc0 == cfaAdvanceLoc:
		n = uint64(op & 0x3f)
	case op == cfaAdvanceLoc1:
		n = uint64(s.r.U8())
	case op == cfaAdvanceLoc2:
		n = uint64(s.r.U16())
	case op == cfaAdvanceLoc4:
		n = uint64(s.r.U32())
	case op == cfaMIPSAdvanceLoc8:
		n = s.r.U64()
	case op == cfaSetLoc:
		return s.t.pointer(&s.r, s.e.encoding), true
	default:
		return 0, false
	}
	return s.loc + n*s.e.codeAlign, true
}

func (s *state) step(op uint8) {
	r, data := &s.r, s.e.dataAlign
	switch {
	case op&0xc0 == cfaOffset:
		s.set(uint64(op&0x3f), Rule{Kind: AtCFA, Offset: int64(r.Uleb()) * data})
		return
	case op&0xc0 == cfaRestore:
		s.restore(uint64(op & 0x3f))
		return
	}
	switch op {
	case cfaNop:
	case cfaOffsetExtended:
		s.set(r.Uleb(), Rule{Kind: AtCFA, Offset: int64(r.Uleb()) * data})
	case cfaOffsetExtSF:
		s.set(r.Uleb(), Rule{Kind: AtCFA, Offset: r.Sleb() * data})
	case cfaGNUNegOffsetExt:
		s.set(r.Uleb(), Rule{Kind: AtCFA, Offset: -int64(r.Uleb()) * data})
	case cfaValOffset:
		s.set(r.Uleb(), Rule{Kind: IsCFA, Offset: int64(r.Uleb()) * data})
	case cfaValOffsetSF:
		s.set(r.Uleb(), Rule{Kind: IsCFA, Offset: r.Sleb() * data})
	case cfaRestoreExtended:
		s.restore(r.Uleb())
	case cfaUndefined:
		s.set(r.Uleb(), Rule{Kind: Undefined})
	case cfaSameValue:
		s.set(r.Uleb(), Rule{Kind: SameValue})
	case cfaRegister:
		s.set(r.Uleb(), Rule{Kind: InRegister, Reg: regNumber(r.Uleb())})
	case cfaExpression:
		s.set(r.Uleb(), Rule{Kind: AtExpr, Expr: r.Bytes(r.Uleb())})
	case cfaValExpression:
		s.set(r.Uleb(), Rule{Kind: IsExpr, Expr: r.Bytes(r.Uleb())})
	case cfaRememberState, cfaRestoreState:
		s.stack(op)
	case cfaGNUArgsSize:
		r.Uleb()
	default:
		s.defineCFA(op)
	}
}

func (s *state) defineCFA(op uint8) {
	r := &s.r
	switch op {
	case cfaDefCFA:
		s.cfa = Rule{Kind: RegPlus, Reg: regNumber(r.Uleb()), Offset: int64(r.Uleb())}
	case cfaDefCFASF:
		s.cfa = Rule{Kind: RegPlus, Reg: regNumber(r.Uleb()), Offset: r.Sleb() * s.e.dataAlign}
	case cfaDefCFAExpr:
		s.cfa = Rule{Kind: IsExpr, Expr: r.Bytes(r.Uleb())}
	case cfaDefCFARegister, cfaDefCFAOffset, cfaDefCFAOffsetSF:
		if s.cfa.Kind != RegPlus {
			r.Fail("instruction %#x without a register and offset to change", op)
			return
		}
		switch op {
		case cfaDefCFARegister:
			s.cfa.Reg = regNumber(r.Uleb())
		case cfaDefCFAOffset:
			s.cfa.Offset = int64(r.Uleb())
		case cfaDefCFAOffsetSF:
			s.cfa.Offset = r.Sleb() * s.e.dataAlign
		}
	default:
		r.Fail("unknown instruction %#x", op)
	}
}

func regNumber(n uint64) int { return int(min(n, 1<<20)) }

// set gives register n a rule; the list stays sorted.
func (s *state) set(n uint64, rule Rule) {
	reg := regNumber(n)
	i := 0
	for i < len(s.regs) && s.regs[i].Reg < reg {
		i++
	}
	if i < len(s.regs) && s.regs[i].Reg == reg {
		s.regs[i].Rule = rule
		return
	}
	if len(s.regs) == maxRegs {
		s.r.Fail("rules for more than %d registers", maxRegs)
		return
	}
	s.regs = append(s.regs, RegRule{})
	copy(s.regs[i+1:], s.regs[i:])
	s.regs[i] = RegRule{reg, rule}
}

// restore gives register n back the rule it had at the function's entry.
func (s *state) restore(n uint64) {
	reg := regNumber(n)
	for _, r := range s.initial {
		if r.Reg == reg {
			s.set(n, r.Rule)
			return
		}
	}
	for i := range s.regs {
		if s.regs[i].Reg == reg {
			s.regs = append(s.regs[:i], s.regs[i+1:]...)
			return
		}
	}
}

// stack remembers the rules, CFA included as GCC means it, or restores them.
func (s *state) stack(op uint8) {
	if op == cfaRememberState {
		if len(s.saved) == maxSaved {
			s.r.Fail("more than %d states remembered", maxSaved)
			return
		}
		s.saved = append(s.saved, savedState{s.cfa, append([]RegRule(nil), s.regs...)})
		return
	}
	if len(s.saved) == 0 {
		s.r.Fail("no state to restore")
		return
	}
	last := s.saved[len(s.saved)-1]
	s.saved = s.saved[:len(s.saved)-1]
	s.cfa, s.regs = last.cfa, last.regs
}
