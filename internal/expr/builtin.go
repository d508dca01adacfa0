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
// its length only.
func (o operand) scalarUnlessString() (operand, error) {
	if o.kind() == symbol.String {
		return o, nil
	}
	return o.scalar()
}

// argumentError says that a built-in function does not take such arguments.
type argumentError struct{}

func (*argumentError) Error() string { return "invalid argument" }

func builtinLen(m *machine, args []operand) (operand, error) {
	n, err := length(args[0])
	return untypedConst(constant.MakeInt64(n)), err
}

func builtinCap(m *machine, args []operand) (operand, error) {
	n, err := capacity(args[0])
	return untypedConst(constant.MakeInt64(n)), err
}

// length is len(x).
func length(x operand) (int64, error) {
	if s, ok := x.text(); ok {
		return int64(len(s)), nil
	}
	switch k := x.kind(); {
	case x.val == nil:
	case k == symbol.String, k == symbol.Map, k == symbol.Array, k == symbol.Slice, k == symbol.Chan, isArrayPointer(x.typ):
		return x.val.Len()
	}
	return 0, &argumentError{}
}

// capacity is cap(x).
func capacity(x operand) (int64, error) {
	switch k := x.kind(); {
	case x.val == nil:
	case k == symbol.Array, k == symbol.Slice, k == symbol.Chan, isArrayPointer(x.typ):
		return x.val.Cap()
	}
	return 0, &argumentError{}
}

func isArrayPointer(t *symbol.Type) bool {
	return t != nil && t.Kind() == symbol.Pointer && t.Elem() != nil && t.Elem().Kind() == symbol.Array
}

func builtinMin(m *machine, args []operand) (operand, error) { return extreme(m, args, token.LSS) }

func builtinMax(m *machine, args []operand) (operand, error) { return extreme(m, args, token.GTR) }

// extreme is the argument for which "it op each other one" holds. The result
// has the type of the typed arguments.
func extreme(m *machine, args []operand, op token.Token) (operand, error) {
	best, err := args[0].scalar()
	if err != nil {
		return operand{}, err
	}
	if best.c == nil && best.class == classNone || best.class == classBool || best.class == classComplex {
		return operand{}, fmt.Errorf("%s cannot be ordered", best.typeName())
	}
	for _, a := range args[1:] {
		if a, err = a.scalar(); err != nil {
			return operand{}, err
		}
		if !a.untyped() || !best.untyped() {
			if best, a, err = unify(best, a); err != nil {
				return operand{}, err
			}
		}
		if a.class == classFloat && a.re != a.re {
			return a, nil
		}
		better, err := compare(op, a, best, m)
		if err != nil {
			return operand{}, err
		}
		if better {
			best = a
		}
	}
	return best, nil
}

func builtinReal(m *machine, args []operand) (operand, error) { return complexPart(m, args[0], false) }

func builtinImag(m *machine, args []operand) (operand, error) { return complexPart(m, args[0], true) }

func complexPart(m *machine, x operand, imag bool) (operand, error) {
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
	re, im := args[0], args[1]
	if re.untyped() && im.untyped() {
		if !isNumber(re.c) || !isNumber(im.c) {
			return operand{}, &argumentError{}
		}
		return untypedConst(constant.BinaryOp(re.c, token.ADD, constant.MakeImag(im.c))), nil
	}
	re, im, err := unify(re, im)
	if err != nil {
		return operand{}, err
	}
	if re.class != classFloat {
		return operand{}, &argumentError{}
	}
	t, err := m.prog.site.typeNamed("", map[int]string{4: "complex64", 8: "complex128"}[re.size])
	return operand{typ: t, class: classComplex, size: 2 * re.size, re: re.re, im: im.re}, err
}
