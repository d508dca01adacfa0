package expr

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"

	"github.com/tinydbg/tinydbg/internal/symbol"
)

// builtins are the functions of the language that need no running program.
var builtins = map[string]func(m *machine, args []operand) (operand, error){
	"len":     builtinLen,
	"cap":     builtinCap,
	"min":     builtinMin,
	"max":     builtinMax,
	"real":    builtinReal,
	"imag":    builtinImag,
	"complex": builtinComplex,
}

// builtinNode is a call of one of them.
type builtinNode struct {
	at   *ast.CallExpr
	e    *Expr
	name string
	fn   func(*machine, []operand) (operand, error)
	args []node
}

func (n *builtinNode) eval(m *machine) (operand, error) {
	args := make([]operand, len(n.args))
	for i, a := range n.args {
		o, err := a.eval(m)
		if err != nil {
			return operand{}, err
		}
		if args[i], err = o.scalarUnlessString(); err != nil {
			return operand{}, n.e.wrap(n.at.Args[i], err)
		}
	}
	o, err := n.fn(m, args)
	if _, bad := err.(*argumentError); bad {
		return o, n.e.errorf(n.at, "invalid argument %s (type %s) for %s", n.e.text(n.at.Args[0]), args[0].typeName(), n.name)
	}
	return o, n.e.wrap(n.at, err)
}

// scalarUnlessString loads numbers; a string is left where it is, for len needs
// its length only, and what has no type yet may get one from the other arguments.
func (o operand) scalarUnlessString() (operand, error) {
	if o.kind() == symbol.String || o.late != nil {
		return o, nil
	}
	return o.scalar()
}

// argumentError says that a built-in function does not take such arguments.
type argumentError struct{}

func (*argumentError) Error() string { return "invalid argument" }

func builtinMin(m *machine, args []operand) (operand, error) { return extreme(m, args, token.LSS) }

func builtinMax(m *machine, args []operand) (operand, error) { return extreme(m, args, token.GTR) }

// extreme is the argument for which "it op each other one" holds. The result
// has the type of the typed arguments.
func extreme(m *machine, args []operand, op token.Token) (operand, error) {
	args, err := alike(args)
	if err != nil {
		return operand{}, err
	}
	best := args[0]
	if best.c == nil && best.class == classNone || best.class == classBool || best.class == classComplex {
		return operand{}, fmt.Errorf("%s cannot be ordered", best.typeName())
	}
	known := best.untyped() || best.constantly()
	for _, a := range args[1:] {
		best, a = loosened(best, a)
		known = known && (a.untyped() || a.constantly())
		if !a.untyped() || !best.untyped() {
			if best, a, err = unify(best, a); err != nil {
				return operand{}, err
			}
		}
		if a.class == classFloat {
			best.re, best.val = extremeFloat(op, best.re, a.re), nil
			continue
		}
		better, err := compare(op, a, best, m)
		if err != nil {
			return operand{}, err
		}
		if better {
			best = a
		}
	}
	if best.untyped() {
		return widest(best, args), nil
	}
	if best.folded = known; !known {
		best.isConst = false
	}
	return best, nil
}

// widest is an untyped constant of the kind that Go gives it among others: 1 is
// a floating point number in min(1, 2.5).
func widest(best operand, args []operand) operand {
	for _, a := range args {
		if a.c.Kind() == constant.Float && best.c.Kind() == constant.Int {
			return untypedConst(constant.ToFloat(best.c))
		}
	}
	return best
}

// alike loads arguments, and gives those that have no type yet that of the others.
func alike(args []operand) ([]operand, error) {
	list := make([]operand, len(args))
	typed := operand{}
	for i, a := range args {
		if list[i] = a; a.late != nil {
			continue
		}
		var err error
		if list[i], err = a.scalar(); err != nil {
			return nil, err
		}
		if !list[i].untyped() {
			typed = list[i]
		}
	}
	for i, a := range list {
		if a.late == nil {
			continue
		}
		var err error
		if list[i], err = a.meant(typed.typ); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func extremeFloat(op token.Token, x, y float64) float64 {
	if op == token.LSS {
		return min(x, y)
	}
	return max(x, y)
}

func builtinReal(m *machine, args []operand) (operand, error) { return complexPart(m, args[0], false) }

func builtinImag(m *machine, args []operand) (operand, error) { return complexPart(m, args[0], true) }

func complexPart(m *machine, x operand, imag bool) (operand, error) {
	x, err := x.settled()
	if err != nil {
		return operand{}, err
	}
	if x.c != nil && isNumber(x.c) {
		if imag {
			return untypedConst(constant.Imag(x.c)), nil
		}
		return untypedConst(constant.Real(x.c)), nil
	}
	if x.class != classComplex {
		return operand{}, &argumentError{}
	}
	name := map[int]string{8: "float32", 16: "float64"}[x.size]
	t, err := m.prog.site.typeNamed("", name)
	o := operand{typ: t, class: classFloat, size: x.size / 2, re: x.re}
	if imag {
		o.re = x.im
	}
	return o, err
}

func builtinComplex(m *machine, args []operand) (operand, error) {
	args, err := alike(args)
	if err != nil {
		return operand{}, err
	}
	re, im := args[0], args[1]
	if re.untyped() && im.untyped() {
		if !isNumber(re.c) || !isNumber(im.c) {
			return operand{}, &argumentError{}
		}
		return untypedConst(constant.BinaryOp(re.c, token.ADD, constant.MakeImag(im.c))), nil
	}
	if re, im, err = unify(re, im); err != nil {
		return operand{}, err
	}
	if re.class != classFloat {
		return operand{}, &argumentError{}
	}
	t, err := m.prog.site.typeNamed("", map[int]string{4: "complex64", 8: "complex128"}[re.size])
	return operand{typ: t, class: classComplex, size: 2 * re.size, re: re.re, im: im.re}, err
}
