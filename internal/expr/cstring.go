package expr

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/constant"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/symbol"
)

// maxCString bounds the search for the NUL that ends a C string.
const maxCString = 1 << 20

// isCString tells whether t is C's char *.
func isCString(t *symbol.Type) bool {
	if t.Kind() != symbol.Pointer || t.Elem() == nil || t.Elem().Size() != 1 {
		return false
	}
	switch t.Elem().Kind() {
	case symbol.Int8, symbol.Uint8:
		return !t.Elem().IsGo()
	}
	return false
}

// cString reads up to the NUL.
func cString(m *machine, x operand) (string, error) {
	p, err := x.pointerBits()
	if err != nil || p == 0 {
		return "", err
	}
	var s []byte
	for len(s) < maxCString {
		// Up to the end of a page: the next one may not be there.
		chunk := make([]byte, min(256, 4096-p%4096))
		if n, err := m.Env.Mem.ReadMemory(chunk, addr.Addr(p)); err != nil || n < len(chunk) {
			return "", fmt.Errorf("read the string at %#x: %w", p, err)
		}
		if i := bytes.IndexByte(chunk, 0); i >= 0 {
			return string(append(s, chunk[:i]...)), nil
		}
		s, p = append(s, chunk...), p+uint64(len(chunk))
	}
	return "", fmt.Errorf("no end of the string within %d bytes", maxCString)
}

// textNode is string(p) in a program that has no such type: the text that a C
// pointer points to.
type textNode struct {
	at *ast.CallExpr
	e  *Expr
	x  node
}

func (c *compiler) textOfC(x *ast.CallExpr) (node, error) {
	id, ok := x.Fun.(*ast.Ident)
	if !ok || id.Name != "string" || len(x.Args) != 1 || c.local(id.Name) != nil {
		return nil, nil
	}
	arg, err := c.expr(x.Args[0])
	return &textNode{at: x, e: c.e, x: arg}, err
}

func (n *textNode) eval(m *machine) (operand, error) {
	x, err := n.x.eval(m)
	if err != nil {
		return operand{}, err
	}
	if x.typ == nil || !isCString(x.typ) {
		return operand{}, n.e.errorf(n.at, "can not convert %q to string", n.e.text(n.at.Args[0]))
	}
	s, err := cString(m, x)
	return untypedConst(constant.MakeString(s)), n.e.wrap(n.at, err)
}
