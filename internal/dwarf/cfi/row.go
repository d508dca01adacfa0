package cfi

// Kind is how a register of the caller is recovered.
type Kind uint8

// Kinds of rule.
const (
	// Undefined: it cannot be recovered.
	Undefined Kind = iota
	// SameValue: the function has not changed it.
	SameValue
	// AtCFA: it is saved in memory at CFA + Offset.
	AtCFA
	// IsCFA: it is CFA + Offset.
	IsCFA
	// InRegister: it is in register Reg.
	InRegister
	// AtExpr: it is saved in memory where Expr says, with the CFA on the stack.
	AtExpr
	// IsExpr: it is the value of Expr, with the CFA on the stack.
	IsExpr
	// RegPlus: it is register Reg + Offset. For the CFA.
	RegPlus
)

// Rule recovers one register, or the CFA.
type Rule struct {
	Kind   Kind
	Reg    int // DWARF number
	Offset int64
	Expr   []byte
}

// RegRule is the rule of a register.
type RegRule struct {
	Reg int // DWARF number
	Rule
}

// Row is how the caller's frame is found at one address. The registers it does
// not list are unchanged if the processor's convention says so, else unknown.
type Row struct {
	// CFA is RegPlus or IsExpr.
	CFA Rule
	// Regs are the rules for registers, ascending by number.
	Regs []RegRule
	// Return is the DWARF number of the column that holds the return address.
	Return int
	// Signal marks the frame a signal handler returns to the kernel by: the
	// caller was interrupted, its PC is exact.
	Signal bool
}

// Rule is the rule of a register, and whether the row has one.
func (r *Row) Rule(reg int) (Rule, bool) {
	for i := range r.Regs {
		if r.Regs[i].Reg == reg {
			return r.Regs[i].Rule, true
		}
	}
	return Rule{}, false
}
