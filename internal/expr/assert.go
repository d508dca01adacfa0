package expr

import (
	"errors"
	"go/ast"

	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/value"
)

// assertNode is x.(T), of a type or an interface type, or x.(data), which is
// whatever the interface holds.
type assertNode struct {
	at  *ast.TypeAssertExpr
	e   *Expr
	x   node
	typ *symbol.Type // nil for data
}

func (c *compiler) assert(x *ast.TypeAssertExpr) (node, error) {
	if x.Type == nil {
		return nil, c.e.errorf(x, "x.(type) can stand in a switch only; use x.(data) for the value of an interface")
	}
	base, err := c.expr(x.X)
	if err != nil {
		return nil, err
	}
	n := &assertNode{at: x, e: c.e, x: base}
	if id, ok := x.Type.(*ast.Ident); ok && id.Name == "data" {
		return n, nil
	}
	n.typ, err = c.typeExpr(x.Type)
	return n, err
}

func (n *assertNode) eval(m *machine) (operand, error) {
	x, err := n.x.eval(m)
	if err != nil {
		return operand{}, err
	}
	if x.kind() != symbol.Interface {
		return operand{}, n.e.errorf(n.at, "expression %q not an interface", n.e.text(n.at.X))
	}
	if n.typ != nil && n.typ.Kind() == symbol.Interface {
		o, err := of(x.val.AssertInterface(n.typ))
		return o, n.e.wrap(n.at, err)
	}
	d, err := n.held(x)
	return d, n.e.wrap(n.at, err)
}

// held is what an interface holds, which has to be of the type if there is one.
func (n *assertNode) held(x operand) (operand, error) {
	d, err := dynamic(x)
	if n.typ == nil {
		if errors.Is(err, value.ErrNilPointer) {
			err = &value.AssertError{Interface: x.typeName(), Wanted: "data"}
		}
		return d, err
	}
	if errors.Is(err, value.ErrNilPointer) {
		return d, &value.AssertError{Interface: x.typeName(), Wanted: n.typ.Name()}
	}
	if err == nil && !identical(n.typ, d.typ) {
		err = &value.AssertError{Interface: x.typeName(), Holds: d.typeName(), Wanted: n.typ.Name()}
	}
	return d, err
}
