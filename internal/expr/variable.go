package expr

import (
	"fmt"
	"go/ast"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/addr"
	dwarfexpr "github.com/tinydbg/tinydbg/internal/dwarf/expr"
	"github.com/tinydbg/tinydbg/internal/image"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/value"
)

// varNode is a variable of the program.
type varNode struct {
	at ast.Node
	e  *Expr
	v  *symbol.Var
	im *image.Image
	// typ is the type where that does not depend on type arguments, and fixed
	// says that the variable is offset bytes from the CFA.
	typ    *symbol.Type
	fixed  bool
	offset int64
	// flags are those of fixed variables.
	flags api.VariableFlags
	// all are the variables of the frame, for the dictionary of type arguments.
	all []*symbol.Var
}

func (c *compiler) variable(at ast.Node, v *symbol.Var, im *image.Image) (node, error) {
	n := &varNode{at: at, e: c.e, v: v, im: im}
	t, err := v.Type()
	if err != nil || v.Kind == symbol.Global || v.Kind == symbol.Const || im != c.site.Image {
		return n, nil
	}
	if _, shaped := t.DictIndex(); shaped {
		n.all = c.locals()
		return n, nil
	}
	n.typ = t
	if c.site.captured(v) {
		return n, nil
	}
	loc, err := v.Location(c.site.PC)
	if err != nil {
		return n, nil
	}
	if base, err := im.File.FrameBase(c.site.PC); err == nil {
		n.offset, n.fixed = dwarfexpr.CFAOffset(loc, base)
		n.fixed = n.fixed && !v.Escaped
	}
	switch v.Kind {
	case symbol.Arg:
		n.flags = api.VariableArgument
	case symbol.Result:
		n.flags = api.VariableReturnArgument
	}
	return n, nil
}

func (n *varNode) eval(m *machine) (operand, error) {
	if n.fixed && m.CFA != 0 {
		v := value.New(m.Env, n.v.Name, n.typ, m.CFA+addr.Addr(n.offset))
		v.Flags, v.DeclLine = n.flags, n.v.DeclLine
		return operand{typ: n.typ, val: v}, nil
	}
	v := m.variable(n.v, n.im, n.all)
	if v.Err != nil {
		return operand{}, n.e.wrap(n.at, v.Err)
	}
	return of(v, nil)
}

// variable finds a variable by its location expression. all are the variables
// of the frame, if its type may depend on them.
func (sc *Scope) variable(v *symbol.Var, im *image.Image, all []*symbol.Var) *value.Value {
	if sc.captured(v) {
		return sc.capturedVar(v)
	}
	ctx := dwarfexpr.Context{
		Regs: sc.Env.Regs, Mem: sc.Env.Mem, CFA: sc.CFA, Bias: im.Bias,
		PtrSize: im.File.PtrSize(), Order: im.File.ByteOrder(), Entry: sc.Entry,
	}
	var dict addr.Addr
	if len(all) > 0 {
		dict = value.Dict(sc.Env, all, sc.PC, ctx, v.InlineDepth)
	}
	return value.FromVar(sc.Env, v, sc.PC, ctx, dict)
}

// context is the closure that the frame's function was called with while it has only
// begun; 0 if the register for that is not the frame's any more.
func (sc *Scope) context() addr.Addr {
	if sc.Env.Regs == nil {
		return 0
	}
	b, ok := sc.Env.Regs.Bytes(archOf(&sc.Site).GoContextReg())
	if !ok || len(b) < 8 {
		return 0
	}
	return addr.Addr(littleEndian(b[:8]))
}

// capturedVar is a variable in the closure of a call to come, or that has only
// begun. One that escaped is behind a pointer there.
func (sc *Scope) capturedVar(v *symbol.Var) *value.Value {
	t, err := v.Type()
	if err != nil {
		return value.Unreadable(sc.Env, v.Name, nil, err)
	}
	closure := sc.Closure
	if closure == 0 {
		if closure = sc.context(); closure == 0 {
			return value.Unreadable(sc.Env, v.Name, t, symbol.ErrNotSet)
		}
	}
	at := closure + addr.Addr(v.ClosureOffset)
	if !v.Escaped {
		return value.New(sc.Env, v.Name, t, at)
	}
	pointer := t.File().PointerTo(t)
	if pointer == nil {
		return value.Unreadable(sc.Env, v.Name, t, fmt.Errorf("there is no pointer type for %s", t.Name()))
	}
	p, err := value.New(sc.Env, v.Name, pointer, at).Deref()
	if err != nil {
		return value.Unreadable(sc.Env, v.Name, t, err)
	}
	p.Name, p.Flags = v.Name, api.VariableEscaped
	return p
}
