package expr

import (
	"fmt"
	"go/ast"
	"go/constant"

	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/value"
)

// compositeNode is T{...} of a struct, an array or a slice. It is in no place:
// the text of strings in it, or the array of a slice, is allocated when the value
// is passed to a function or assigned.
type compositeNode struct {
	at *ast.CompositeLit
	e  *Expr
	// typ is nil for slices of a type that the program does not have; elem is
	// the type of their elements, and of those of arrays.
	typ, elem *symbol.Type
	// parts are the fields or elements, nil for those left out.
	parts []compositePart
}

// compositePart is a field or element: its type, and its value if there is one.
type compositePart struct {
	typ *symbol.Type
	at  ast.Expr
	x   node
}

// maxLiteral bounds the elements of all arrays and slices of an expression that
// are written down.
const maxLiteral = 1 << 16

// composite compiles T{...}; t is its type where the literal leaves it out.
func (c *compiler) composite(x *ast.CompositeLit, t *symbol.Type) (node, error) {
	n := &compositeNode{at: x, e: c.e, typ: t}
	a, _ := x.Type.(*ast.ArrayType)
	switch {
	case a != nil && a.Len == nil:
		return n, c.sliceLiteral(n, a)
	case a != nil && isEllipsis(a.Len):
		return n, c.openArray(n, a)
	case x.Type != nil:
		var err error
		if n.typ, err = c.typeExpr(x.Type); err != nil {
			return nil, err
		}
	}
	switch n.typ.Kind() {
	case symbol.Struct:
		return n, c.structLiteral(n)
	case symbol.Array:
		n.elem = n.typ.Elem()
		return n, c.elementsOf(n, n.typ.Len())
	case symbol.Slice:
		n.elem = n.typ.Elem()
		return n, c.elementsOf(n, -1)
	}
	return nil, c.e.errorf(x, "a literal of a %s cannot be evaluated: it would need memory in the program", n.typ.Kind())
}

func isEllipsis(x ast.Expr) bool {
	_, ok := x.(*ast.Ellipsis)
	return ok
}

func (c *compiler) sliceLiteral(n *compositeNode, a *ast.ArrayType) (err error) {
	if n.elem, err = c.typeExpr(a.Elt); err != nil {
		return err
	}
	n.typ, _ = c.site.typeNamed("", "[]"+n.elem.Name())
	return c.elementsOf(n, -1)
}

// openArray is [...]T{...}.
func (c *compiler) openArray(n *compositeNode, a *ast.ArrayType) (err error) {
	if n.elem, err = c.typeExpr(a.Elt); err != nil {
		return err
	}
	if err := c.elementsOf(n, -1); err != nil {
		return err
	}
	if n.typ, err = c.site.typeNamed("", fmt.Sprintf("[%d]%s", len(n.parts), n.elem.Name())); err != nil {
		if n.typ = n.elem.File().ArrayOf(n.elem, int64(len(n.parts))); n.typ != nil {
			return nil
		}
	}
	return c.e.wrap(a, err)
}

func (c *compiler) structLiteral(n *compositeNode) error {
	fields := n.typ.Fields()
	n.parts = make([]compositePart, len(fields))
	for i := range fields {
		n.parts[i].typ = fields[i].Type
	}
	for i, elt := range n.at.Elts {
		if kv, ok := elt.(*ast.KeyValueExpr); ok {
			id, _ := kv.Key.(*ast.Ident)
			if id == nil {
				return c.e.errorf(kv.Key, "%q is not the name of a field", c.e.text(kv.Key))
			}
			if i = fieldNamed(fields, id.Name); i < 0 {
				return c.e.errorf(kv.Key, "%s has no field %s", n.typ.Name(), id.Name)
			}
			if n.parts[i].x != nil {
				return c.e.errorf(kv.Key, "duplicate field name %s in the literal", id.Name)
			}
			elt = kv.Value
		} else if len(n.at.Elts) != len(fields) {
			return c.e.errorf(n.at, "%s has %d fields, the literal %d values: give them by name", n.typ.Name(), len(fields), len(n.at.Elts))
		}
		if err := c.part(&n.parts[i], elt); err != nil {
			return err
		}
	}
	return nil
}

func fieldNamed(fields []symbol.Field, name string) int {
	for i := range fields {
		if fields[i].Name == name && name != "_" {
			return i
		}
	}
	return -1
}

// elementsOf compiles the elements of an array of a length, or of a slice or open
// array if that is negative.
func (c *compiler) elementsOf(n *compositeNode, length int64) error {
	if n.elem == nil {
		return c.e.errorf(n.at, "the type of the elements is not known")
	}
	if length > maxLiteral || !c.mayHave(length) {
		return c.e.errorf(n.at, "an array of %d elements is too large for a literal: the limit is %d", length, maxLiteral)
	}
	n.parts = make([]compositePart, max(length, 0))
	next := int64(0)
	for _, elt := range n.at.Elts {
		if kv, ok := elt.(*ast.KeyValueExpr); ok {
			i, err := c.elementIndex(kv.Key)
			if err != nil {
				return err
			}
			elt, next = kv.Value, i
		}
		if next >= maxLiteral || length >= 0 && next >= length {
			return c.e.errorf(elt, "there is no element %d in %s", next, c.e.text(n.at))
		}
		if more := next + 1 - int64(len(n.parts)); !c.mayHave(more) {
			return c.e.errorf(elt, "the literals of the expression have more than %d elements", maxLiteral)
		}
		for int64(len(n.parts)) <= next {
			n.parts = append(n.parts, compositePart{})
		}
		if n.parts[next].x != nil {
			return c.e.errorf(elt, "duplicate index %d in the literal", next)
		}
		n.parts[next].typ = n.elem
		if err := c.part(&n.parts[next], elt); err != nil {
			return err
		}
		next++
	}
	for i := range n.parts {
		n.parts[i].typ = n.elem
	}
	return nil
}

// mayHave counts elements that are made in addition, if any.
func (c *compiler) mayHave(more int64) bool {
	c.elements += max(more, 0)
	return c.elements <= maxLiteral
}

func (c *compiler) elementIndex(x ast.Expr) (int64, error) {
	n, err := c.expr(x)
	if err != nil {
		return 0, err
	}
	if k, ok := n.(constNode); ok && k.o.c != nil {
		if i, exact := constant.Int64Val(constant.ToInt(k.o.c)); exact && i >= 0 {
			return i, nil
		}
	}
	return 0, c.e.errorf(x, "%q is not the index of an element", c.e.text(x))
}

func (c *compiler) part(p *compositePart, x ast.Expr) (err error) {
	p.at = x
	lit, ok := x.(*ast.CompositeLit)
	if ok && lit.Type == nil {
		if p.typ == nil {
			return c.e.errorf(x, "its type is not known")
		}
		p.x, err = c.composite(lit, p.typ)
		return err
	}
	p.x, err = c.expr(x)
	return err
}

func (n *compositeNode) eval(m *machine) (operand, error) {
	if err := n.checkSize(); err != nil {
		return operand{}, err
	}
	o := operand{typ: n.typ, parts: make([]operand, len(n.parts))}
	values := make([]*value.Value, len(n.parts))
	for i := range n.parts {
		var err error
		if o.parts[i], err = n.parts[i].eval(m); err != nil {
			return operand{}, n.e.wrap(n.where(i), err)
		}
		if values[i], err = o.parts[i].value(m, ""); err != nil {
			return operand{}, n.e.wrap(n.where(i), err)
		}
	}
	if n.typ == nil || n.typ.Kind() == symbol.Slice {
		o.val = value.SliceOfParts(m.Env, "", n.elem, values)
	} else {
		o.val = value.OfParts(m.Env, "", n.typ, values)
	}
	return o, nil
}

// checkSize refuses what would take too much memory: that of a slice's elements
// counts.
func (n *compositeNode) checkSize() error {
	for _, p := range n.parts {
		if p.typ != nil && p.typ.Size() < 0 {
			return n.e.errorf(n.at, "the size of %s is not known", p.typ.Name())
		}
	}
	if n.typ == nil || n.typ.Kind() == symbol.Slice {
		if count := int64(len(n.parts)); count > 0 && n.elem.Size() > value.MaxBytes/count {
			return n.e.errorf(n.at, "%d elements of %d bytes are too large for a literal", count, n.elem.Size())
		}
	} else if n.typ.Size() > value.MaxBytes {
		return n.e.errorf(n.at, "a %s is too large for a literal: %d bytes", n.typ.Name(), n.typ.Size())
	}
	return nil
}

// where is the source of a part, for errors.
func (n *compositeNode) where(i int) ast.Node {
	if at := n.parts[i].at; at != nil {
		return at
	}
	return n.at
}

// eval gives a part the type that it has to have, by the rules of assignment.
func (p *compositePart) eval(m *machine) (operand, error) {
	if p.typ == nil {
		return operand{}, fmt.Errorf("its type is not known")
	}
	if p.x == nil {
		return of(value.OfBytes(m.Env, "", p.typ, make([]byte, p.typ.Size())), nil)
	}
	x, err := p.x.eval(m)
	if err != nil {
		return x, err
	}
	if x, err = x.single(); err != nil {
		return x, err
	}
	if x, err = x.assigned(p.typ); err != nil {
		return x, err
	}
	if p.typ.Kind() == symbol.Interface {
		return withDefaultType(m, x)
	}
	if x.isNil {
		return convertNil(m, p.typ)
	}
	if x.untyped() {
		cl, size := classOf(p.typ)
		if cl == classNone {
			return x, fmt.Errorf("can not convert %s constant to %s", x.c, p.typ.Name())
		}
		return constAs(x.c, operand{typ: p.typ, class: cl, size: size})
	}
	if !m.fits(p.typ, x) {
		return x, fmt.Errorf("cannot use a %s as %s", x.typeName(), p.typ.Name())
	}
	return x, nil
}

// encodeParts is a composite as the bytes of a value of type t. What its parts
// need in memory is allocated.
func (m *machine) encodeParts(t *symbol.Type, x operand) ([]byte, error) {
	if x.kind() == symbol.Slice {
		if t.Kind() != symbol.Slice || t.Elem() == nil || x.typ != nil && !assignable(t, x.typ) {
			return nil, fmt.Errorf("cannot use a %s as %s", x.typeName(), t.Name())
		}
		return m.encodeSlice(t, x)
	}
	if !assignable(t, x.typ) {
		return nil, fmt.Errorf("cannot use a %s as %s", x.typeName(), t.Name())
	}
	buf := make([]byte, t.Size())
	for i, part := range x.parts {
		pt, off := t.Elem(), int64(0)
		if t.Kind() == symbol.Struct {
			f := t.Fields()[i]
			pt, off = f.Type, f.Offset
		} else {
			off = int64(i) * pt.Size()
		}
		data, err := m.encode(pt, part)
		if err != nil {
			return nil, err
		}
		copy(buf[off:], data)
	}
	return buf, nil
}

func (m *machine) encodeSlice(t *symbol.Type, x operand) ([]byte, error) {
	if m.Caller == nil {
		return nil, &value.NeedsMemoryError{What: "the elements of a slice", Size: int64(len(x.parts)) * t.Elem().Size()}
	}
	s, err := m.sliceOf(t, x.parts)
	if err != nil {
		return nil, err
	}
	if s.isNil { // a slice without elements is not nil
		a, err := m.allocate(nil, nil, 0)
		return append(wordBytes(uint64(a)), make([]byte, 16)...), err
	}
	return s.val.Bytes()
}

// pointerToNew is &T{...}: the value is allocated.
func (m *machine) pointerToNew(x operand) (operand, error) {
	if x.typ == nil || x.kind() == symbol.Slice {
		return operand{}, fmt.Errorf("can not take address of a slice that is not a variable")
	}
	t := x.typ.File().PointerTo(x.typ)
	if t == nil {
		return operand{}, fmt.Errorf("no pointer type for %s", x.typ.Name())
	}
	if m.Caller == nil {
		return operand{}, &value.NeedsMemoryError{What: "a " + x.typ.Name(), Size: x.typ.Size()}
	}
	data, err := m.encode(x.typ, x)
	if err == nil {
		err = m.checkEscape(x.typ, data)
	}
	if err != nil {
		return operand{}, err
	}
	a, err := m.allocate(x.typ, data, 1)
	if err != nil {
		return operand{}, err
	}
	return of(value.OfUint(m.Env, "", t, uint64(a)), nil)
}
