package expr

import (
	"errors"
	"fmt"
	"go/ast"

	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/value"
)

// derefNode is *x.
type derefNode struct {
	at *ast.StarExpr
	e  *Expr
	x  node
}

func (c *compiler) star(x *ast.StarExpr) (node, error) {
	p, err := c.expr(x.X)
	if err != nil {
		return nil, err
	}
	return &derefNode{at: x, e: c.e, x: p}, nil
}

func (n *derefNode) eval(m *machine) (operand, error) {
	x, err := n.x.eval(m)
	if err != nil {
		return operand{}, err
	}
	if x.isNil {
		return operand{}, n.e.errorf(n.at, "nil can not be dereferenced")
	}
	if k := x.kind(); k != symbol.Pointer && k != symbol.UnsafePointer || x.val == nil {
		return operand{}, n.e.errorf(n.at, "expression %q (%s) can not be dereferenced", n.e.text(n.at.X), x.typeName())
	}
	o, err := of(x.val.Deref())
	return o, n.e.wrap(n.at, err)
}

// addrNode is &x.
type addrNode struct {
	at *ast.UnaryExpr
	e  *Expr
	x  node
}

func (n *addrNode) eval(m *machine) (operand, error) {
	x, err := n.x.eval(m)
	if err != nil {
		return operand{}, err
	}
	if x.parts != nil {
		p, err := m.pointerToNew(x)
		return p, n.e.wrap(n.at, err)
	}
	if x.val == nil {
		return operand{}, n.e.errorf(n.at, "can not take address of %q: it is not in memory", n.e.text(n.at.X))
	}
	v := *x.val
	v.Name = n.e.text(n.at.X)
	o, err := of(v.AddressOf())
	return o, n.e.wrap(n.at, err)
}

// dynamic is the value that an interface holds.
func dynamic(x operand) (operand, error) {
	d, err := x.val.Dynamic()
	if err == nil && d == nil {
		err = value.ErrNilPointer
	}
	return of(d, err)
}

// selectNode is x.name on a value.
type selectNode struct {
	at   *ast.SelectorExpr
	e    *Expr
	x    node
	name string
}

func (n *selectNode) eval(m *machine) (operand, error) {
	x, err := n.x.eval(m)
	if err != nil {
		return operand{}, err
	}
	o, err := member(m, x, n.name)
	var missing *value.NoMemberError
	var nilled *value.NilEmbeddedError
	switch {
	case errors.As(err, &nilled):
		err = fmt.Errorf("%s.%s is nil", n.e.text(n.at.X), nilled.Path)
	case errors.As(err, &missing):
		err = fmt.Errorf("%s (type %s) has no member %s", n.e.text(n.at.X), x.typeName(), n.name)
		return o, n.e.wrapAt(n.at, n.at.Sel.Pos(), err)
	case errors.Is(err, value.ErrNilPointer):
		err = fmt.Errorf("%s is nil", n.e.text(n.at.X))
	}
	return o, n.e.wrap(n.at, err)
}

// member is a field, through pointers and embedding, or a method. Interfaces
// are looked through: what they hold is meant.
func member(m *machine, x operand, name string) (operand, error) {
	if x.kind() == symbol.Interface {
		d, err := dynamic(x)
		if err != nil {
			return operand{}, err
		}
		x = d
	}
	if x.val == nil {
		return method(m, x, name)
	}
	base := x.val
	if e := base.Type; e != nil && e.Kind() == symbol.Pointer && e.Elem() != nil && e.Elem().Kind() == symbol.Pointer {
		return operand{}, &value.NoMemberError{Type: x.typeName(), Name: name}
	}
	o, err := of(base.Field(name))
	var missing *value.NoMemberError
	if errors.As(err, &missing) {
		return method(m, x, name)
	}
	return o, err
}
