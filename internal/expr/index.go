package expr

import (
	"errors"
	"fmt"
	"go/ast"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/target"
)

var errBounds = errors.New("index out of bounds")

// indexNode is x[i].
type indexNode struct {
	at   *ast.IndexExpr
	e    *Expr
	x, i node
}

func (c *compiler) index(x *ast.IndexExpr) (node, error) {
	base, err := c.expr(x.X)
	if err != nil {
		if n, ferr := c.instantiated(x); ferr == nil && n != nil {
			return n, nil
		}
		return nil, err
	}
	i, err := c.expr(x.Index)
	if err != nil {
		return nil, err
	}
	return &indexNode{at: x, e: c.e, x: base, i: i}, nil
}

// instantiated resolves a generic function's instance by name.
func (c *compiler) instantiated(x ast.Expr) (node, error) {
	return c.packageLevel(x, c.e.text(x))
}

func (n *indexNode) eval(m *machine) (operand, error) {
	x, err := n.x.eval(m)
	if err != nil {
		return operand{}, err
	}
	i, err := n.i.eval(m)
	if err != nil {
		return operand{}, err
	}
	o, err := indexOperand(m, x, i)
	if err == errNotIndexable {
		return o, n.e.errorf(n.at, "can not index %q (type %s)", n.e.text(n.at.X), x.typeName())
	}
	return o, n.e.wrap(n.at, err)
}

var errNotIndexable = errors.New("can not index")

func indexOperand(m *machine, x, key operand) (operand, error) {
	if x.c != nil || x.class == classString || x.typ != nil && x.typ.Kind() == symbol.String {
		return indexString(m, x, key)
	}
	if x.typ == nil {
		return operand{}, errNotIndexable
	}
	switch x.typ.Kind() {
	case symbol.Map:
		return mapIndex(m, x, key)
	case symbol.Interface:
		d, err := dynamic(m, x)
		if err != nil {
			return operand{}, err
		}
		if d.typ.Kind() == symbol.Interface {
			return operand{}, errNotIndexable
		}
		return indexOperand(m, d, key)
	}
	seq, err := sequence(m, x)
	if err != nil {
		return operand{}, err
	}
	i, err := key.integer()
	if err != nil {
		return operand{}, err
	}
	if seq.open {
		return seq.at(m, i)
	}
	if i < 0 || i >= seq.len {
		return operand{}, errBounds
	}
	return seq.at(m, i)
}

// indexString is a byte of a string; only that byte is read.
func indexString(m *machine, x, key operand) (operand, error) {
	i, err := key.integer()
	if err != nil {
		return operand{}, err
	}
	n, err := length(m, x)
	if err != nil {
		return operand{}, err
	}
	if i < 0 || i >= n {
		return operand{}, errBounds
	}
	s, err := stringPart(m, x, i, i+1)
	if err != nil {
		return operand{}, err
	}
	u8, err := m.prog.site.typeNamed("", "uint8")
	if err != nil {
		return operand{}, err
	}
	return operand{typ: u8, class: classUint, size: 1, bits: uint64(s[0])}, nil
}

// seq is what can be indexed and sliced by position: the elements begin at base.
type seq struct {
	elem     *symbol.Type
	base     uint64
	len, cap int64
	// open has no bounds: C pointers.
	open bool
	// mem holds the elements.
	mem target.Memory
	// in holds an array that is not in memory as a whole.
	in *operand
}

// sequence looks at x as an array, a slice, a pointer to an array or a C pointer.
func sequence(m *machine, x operand) (seq, error) {
	if x.typ == nil {
		return seq{}, errNotIndexable
	}
	switch x.typ.Kind() {
	case symbol.Array:
		n := x.typ.Len()
		s := seq{elem: x.typ.Elem(), len: n, cap: n, in: &x, mem: m.Mem}
		if n < 0 {
			s.open = true
		}
		if a, ok := addressable(x); ok {
			s.base = uint64(a)
		}
		return s, nil
	case symbol.Slice:
		ptr, n, c, err := sliceHeader(m, x)
		return seq{elem: x.typ.Elem(), base: ptr, len: n, cap: c, mem: processMemory(x.mem)}, err
	case symbol.Pointer:
		elem := x.typ.Elem()
		if elem == nil {
			return seq{}, errNotIndexable
		}
		if elem.Kind() == symbol.Array {
			a, err := deref(m, x)
			if err != nil {
				return seq{}, err
			}
			return sequence(m, a)
		}
		if !x.typ.IsGo() && elem.Size() > 0 {
			p, err := pointerBits(x)
			return seq{elem: elem, base: p, open: true, mem: processMemory(x.mem)}, err
		}
	}
	return seq{}, errNotIndexable
}

func (s seq) at(m *machine, i int64) (operand, error) {
	if s.in != nil {
		return element(*s.in, s.elem, i)
	}
	if s.elem == nil {
		return operand{}, errors.New("the type of the elements is not known")
	}
	at := addr.Addr(s.base + uint64(i)*uint64(s.elem.Size()))
	return operand{typ: s.elem, mem: s.mem, at: at, fake: s.mem != m.Mem}, nil
}

// sliceNode is x[lo:hi:max].
type sliceNode struct {
	at          *ast.SliceExpr
	e           *Expr
	x           node
	lo, hi, cap node // nil when left out
}

func (c *compiler) slice(x *ast.SliceExpr) (node, error) {
	n := &sliceNode{at: x, e: c.e}
	var err error
	if n.x, err = c.expr(x.X); err != nil {
		return nil, err
	}
	for _, part := range []struct {
		src ast.Expr
		dst *node
	}{{x.Low, &n.lo}, {x.High, &n.hi}, {x.Max, &n.cap}} {
		if part.src == nil {
			continue
		}
		if *part.dst, err = c.expr(part.src); err != nil {
			return nil, err
		}
	}
	return n, nil
}

func (n *sliceNode) eval(m *machine) (operand, error) {
	x, err := n.x.eval(m)
	if err != nil {
		return operand{}, err
	}
	o, err := n.slice(m, x)
	if err == errNotIndexable {
		return o, n.e.errorf(n.at, "can not slice %q (type %s)", n.e.text(n.at.X), x.typeName())
	}
	return o, n.e.wrap(n.at, err)
}

func (n *sliceNode) slice(m *machine, x operand) (operand, error) {
	if x.c != nil || x.class == classString || x.typ != nil && x.typ.Kind() == symbol.String {
		return n.sliceString(m, x)
	}
	s, err := sequence(m, x)
	if err != nil {
		return operand{}, err
	}
	if s.open && n.hi == nil {
		return operand{}, fmt.Errorf("the end of a slice of a C pointer has to be given")
	}
	lo, err := bound(m, n.lo, 0)
	if err != nil {
		return operand{}, err
	}
	hi, err := bound(m, n.hi, s.len)
	if err != nil {
		return operand{}, err
	}
	limit := s.cap
	if s.open {
		limit = hi
	}
	end, err := bound(m, n.cap, limit)
	if err != nil {
		return operand{}, err
	}
	if lo < 0 || lo > hi || hi > end || end > limit {
		return operand{}, errBounds
	}
	if s.in != nil && s.base == 0 && s.len > 0 {
		return operand{}, fmt.Errorf("the array is not in memory, it cannot be sliced")
	}
	if s.elem == nil {
		return operand{}, errors.New("the type of the elements is not known")
	}
	p := s.base + uint64(lo)*uint64(s.elem.Size())
	if x.typ.Kind() == symbol.Slice {
		return sliceOf(s.mem, x.typ, p, hi-lo, end-lo)
	}
	return makeSlice(m, s, p, hi-lo, end-lo)
}

func (n *sliceNode) sliceString(m *machine, x operand) (operand, error) {
	if n.cap != nil {
		return operand{}, fmt.Errorf("3-index slice of a string")
	}
	size, err := length(m, x)
	if err != nil {
		return operand{}, err
	}
	lo, err := bound(m, n.lo, 0)
	if err != nil {
		return operand{}, err
	}
	hi, err := bound(m, n.hi, size)
	if err != nil {
		return operand{}, err
	}
	if lo < 0 || lo > hi || hi > size {
		return operand{}, errBounds
	}
	return substring(m, x, lo, hi)
}

func bound(m *machine, n node, def int64) (int64, error) {
	if n == nil {
		return def, nil
	}
	o, err := n.eval(m)
	if err != nil {
		return 0, err
	}
	return o.integer()
}
