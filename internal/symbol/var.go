package symbol

import (
	"errors"
	"fmt"
	"strings"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/dwarf/expr"
	"github.com/tinydbg/tinydbg/internal/dwarf/info"
)

// Var is a variable or constant.
type Var struct {
	// Name is as in the source; unnamed results are "~r0", "~r1"...; globals
	// and constants begin with their import path.
	Name string
	Kind VarKind
	// DeclFile and DeclLine are where it is declared; "" and 0 if that is not
	// known, as for globals.
	DeclFile string
	DeclLine int
	// Func is the name of the function it belongs to, inlined or not; "" for
	// globals and constants.
	Func string
	// InlineDepth is the index in Inlines(pc) of the frame it belongs to.
	InlineDepth int
	// ScopeDepth counts the lexical blocks around it in its function: a
	// variable of a deeper one shadows those of the same name, and among equals
	// the one listed later does.
	ScopeDepth int
	// InScope: its block covers pc, and pc is past the line that declares it.
	InScope bool
	// Escaped variables live on the heap, or outside of the closure that uses
	// them. Type and Location describe the variable itself nevertheless: the
	// pointer to it is followed by Location's expression.
	Escaped bool
	// ClosureOffset is where in the closure's struct a captured variable (or
	// the pointer to it, when Escaped) is; 0 for variables not captured.
	ClosureOffset int64
	// Value is a Go constant's value.
	Value int64
	// Static: a global of C's that only its own file knows by its name.
	Static bool

	file   *File
	origin *info.Entry // what has the type
	unit   *info.Unit
	// unset: no instruction that could have put a value into its place was run.
	unset bool
	// loc and base are DW_AT_location (or const_value) and the function's frame base.
	loc, base *info.Field
}

// InClosure tells whether the variable is still in the closure, at ClosureOffset, and
// nowhere else: the function has only begun, and the register for that points to it.
func (v *Var) InClosure() bool { return v.unset && v.ClosureOffset > 0 }

// ErrNotSet is why a result, or what a closure has captured, has no value where the
// function begins.
var ErrNotSet = errors.New("not set yet: the function has only begun")

// VarKind tells what a variable is to its function.
type VarKind uint8

// Kinds of variable.
const (
	Arg VarKind = iota
	Result
	Local
	Global
	Const
)

// newVar reads a variable's entry. It is nil for entries without a name.
func (f *File) newVar(d *info.Data, e *info.Entry) *Var {
	list := origins(d, e)
	name := inheritedName(list)
	if name == "" {
		return nil
	}
	v := &Var{Name: name, Kind: Local, file: f, unit: e.Unit()}
	if e.Tag == info.TagFormalParameter {
		v.Kind = Arg
		if r := inherited(list, info.AtVarParameter); r != nil && r.Int() != 0 {
			v.Kind = Result
		}
	}
	for _, o := range list {
		if o.Has(info.AtType) {
			v.origin = o
			break
		}
	}
	v.DeclLine = inheritedInt(list, info.AtDeclLine)
	v.ClosureOffset = int64(inheritedInt(list, info.AtGoClosureOffset))
	if v.loc = inherited(list, info.AtLocation); v.loc == nil {
		v.loc = inherited(list, info.AtConstValue)
	}
	if rest, ok := strings.CutPrefix(name, "&"); ok && rest != "" {
		v.Name, v.Escaped = rest, true
	}
	return v
}

func inheritedInt(list []*info.Entry, at info.At) int {
	f := inherited(list, at)
	if f == nil {
		return 0
	}
	n, _ := f.Constant()
	return int(n)
}

// Type is the variable's type.
func (v *Var) Type() (*Type, error) {
	if v.origin == nil {
		return nil, fmt.Errorf("debug information gives no type for %s", v.Name)
	}
	off, err := v.origin.Field(info.AtType).Ref()
	if err != nil {
		return nil, fmt.Errorf("type of %s: %w", v.Name, err)
	}
	t, err := v.file.typeAt(off)
	if err != nil {
		return nil, fmt.Errorf("type of %s: %w", v.Name, err)
	}
	if v.Escaped {
		if t.Kind() != Pointer {
			return nil, fmt.Errorf("type of %s: the variable escaped, but its place has type %s", v.Name, t.Name())
		}
		return t.Elem(), nil
	}
	return t, nil
}

// Location is the DWARF expression for where the variable is when the program
// is at pc. An error says that it is nowhere, and why; it wraps
// expr.ErrOptimizedOut if the compiler kept it nowhere, and is ErrNotSet for what has
// a place that still holds what others left there.
func (v *Var) Location(pc addr.FileAddr) ([]byte, error) {
	if v.unset {
		return nil, ErrNotSet
	}
	if v.loc == nil {
		return nil, expr.ErrOptimizedOut
	}
	if v.loc.At == info.AtConstValue {
		return v.constant()
	}
	code, err := v.loc.Location(uint64(pc))
	if err != nil {
		return nil, err
	}
	if v.Escaped {
		return expr.Indirect(code)
	}
	return code, nil
}

// LocationText spells the variable's DWARF expression at pc, "" when it has none.
func (v *Var) LocationText(pc addr.FileAddr) string {
	if v.loc == nil || v.loc.At == info.AtConstValue {
		return ""
	}
	code, err := v.loc.Location(uint64(pc))
	if err != nil {
		return ""
	}
	text := expr.Text(code, v.file.ByteOrder(), v.unit.AddrSize)
	if v.Escaped && text != "" {
		text += " (escaped)"
	}
	return text
}

// hasPlace is false for variables that are nowhere in the whole function.
func (v *Var) hasPlace() bool {
	if v.loc == nil {
		return false
	}
	code, ok := v.loc.Block()
	return !ok || len(code) > 0
}

// hasOnePlace is true for variables that are in the same place everywhere.
func (v *Var) hasOnePlace() bool {
	if v.loc == nil {
		return false
	}
	code, ok := v.loc.Block()
	return ok && len(code) > 0
}

// constant is the expression for a DW_AT_const_value.
func (v *Var) constant() ([]byte, error) {
	if b, ok := v.loc.Block(); ok {
		return expr.Const(b), nil
	}
	if _, ok := v.loc.Constant(); !ok {
		return nil, fmt.Errorf("constant %s has a value of form %#x", v.Name, uint16(v.loc.Form))
	}
	var b [8]byte
	v.file.ByteOrder().PutUint64(b[:], uint64(v.loc.Int()))
	return expr.Const(b[:]), nil
}

// Pieces evaluates Location at pc. In ctx the frame's Regs, Mem, CFA and Bias
// are needed; Unit, FrameBase, PtrSize and Order are filled in.
func (v *Var) Pieces(pc addr.FileAddr, ctx expr.Context) ([]expr.Piece, error) {
	code, err := v.Location(pc)
	if err != nil {
		return nil, err
	}
	ctx.Unit, ctx.PtrSize, ctx.Order = v.unit, v.unit.AddrSize, v.file.ByteOrder()
	if v.base != nil && ctx.FrameBase == nil {
		ctx.FrameBase = frameBase(v.base, pc, ctx)
	}
	pieces, err := expr.Eval(code, &ctx)
	if err == nil && len(pieces) == 1 && pieces[0].Kind == expr.InRegister {
		return v.recovered(pc, pieces, &ctx)
	}
	return pieces, err
}

// recovered gives pieces, or what the argument was at the function's entry if
// pieces is a register that was lost in the call at pc. Clang says that the
// argument is in the register up to the call's end, and only then that it is what
// came in that register.
func (v *Var) recovered(pc addr.FileAddr, pieces []expr.Piece, ctx *expr.Context) ([]expr.Piece, error) {
	if ctx.Entry == nil || ctx.Regs == nil {
		return pieces, nil
	}
	if _, ok := ctx.Regs.Bytes(pieces[0].Reg); ok {
		return pieces, nil
	}
	after, err := v.loc.Location(uint64(pc) + 1)
	if err != nil || !expr.IsEntryValue(after, pieces[0].Reg) {
		return pieces, nil
	}
	return expr.Eval(after, ctx)
}

// FrameBase is the DWARF expression for the frame base of the function at pc.
func (f *File) FrameBase(pc addr.FileAddr) ([]byte, error) {
	e, err := f.funcEntry(pc)
	if err != nil {
		return nil, err
	}
	if e == nil || !e.Has(info.AtFrameBase) {
		return nil, fmt.Errorf("debug information gives no frame base at %v", pc)
	}
	return e.Field(info.AtFrameBase).Location(uint64(pc))
}

// RangeFuncParent is the function whose range-over-func loop body the function
// called name is: "main.f" for "main.f-range1". ok is false for all others.
func RangeFuncParent(name string) (parent string, ok bool) {
	i := strings.LastIndex(name, "-range")
	if i <= 0 {
		return "", false
	}
	digits := name[i+len("-range"):]
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return "", false
	}
	return name[:i], true
}
