package expr

import (
	"errors"
	"fmt"
	"go/ast"

	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/value"
)

// assertNode is x.(T), or x.(data), which is whatever the interface holds.
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
	want := "data"
	if n.typ != nil {
		want = n.typ.Name()
	}
	d, err := dynamic(x)
	if errors.Is(err, value.ErrNilPointer) {
		err = fmt.Errorf("interface conversion: %s is nil, not %s", x.typeName(), want)
	}
	if err != nil {
		return operand{}, n.e.wrap(n.at, err)
	}
	if n.typ == nil || identical(n.typ, d.typ) {
		return d, nil
	}
	if n.typ.Kind() == symbol.Interface {
		return operand{}, n.e.errorf(n.at, "interface conversion: whether %s implements %s is known to the running program only; use .(data)", d.typeName(), want)
	}
	return operand{}, n.e.errorf(n.at, "interface conversion: %s is %s, not %s", x.typeName(), d.typeName(), want)
}
