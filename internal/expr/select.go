package expr

import (
	"fmt"
	"go/ast"
	"go/token"
	"strings"

	"github.com/tinydbg/tinydbg/internal/symbol"
)

// selector resolves x.name: a pseudo-variable, a member of a package, or a field
// or method of a value.
func (c *compiler) selector(x *ast.SelectorExpr) (node, error) {
	if root, ok := rootIdent(x); ok && c.isPackage(root) {
		return c.qualified(x)
	}
	if n, err := c.methodName(x); n != nil || err != nil {
		return n, err
	}
	if id, ok := x.X.(*ast.Ident); ok {
		if n := c.registerView(x, id); n != nil {
			return n, nil
		}
	}
	base, err := c.expr(x.X)
	if err != nil {
		return nil, err
	}
	return &selectNode{at: x, e: c.e, x: base, name: x.Sel.Name}, nil
}

// rootIdent is the first name of a.b.c.
func rootIdent(x ast.Expr) (*ast.Ident, bool) {
	for {
		switch n := x.(type) {
		case *ast.SelectorExpr:
			x = n.X
		case *ast.TypeAssertExpr:
			x = n.X
		case *ast.Ident:
			return n, true
		default:
			return nil, false
		}
	}
}

// isPackage tells whether a name qualifies others: it is quoted, or it means
// nothing else.
func (c *compiler) isPackage(id *ast.Ident) bool {
	name, quoted := c.e.name(id)
	if quoted {
		return true
	}
	if c.local(name) != nil {
		return false
	}
	if _, ok := registerNamed(c.site, name); ok {
		return false
	}
	pkg := c.pkg()
	if pkg == "" {
		return true
	}
	n, err := c.packageLevel(id, pkg+"."+name)
	if _, isFunc := n.(*funcNode); isFunc {
		return true // main.x is in package main, not in main.main
	}
	return n == nil && err == nil
}

// qualified resolves pkg.name, with whatever selectors follow.
func (c *compiler) qualified(x *ast.SelectorExpr) (node, error) {
	if n, err := c.methodName(x); n != nil || err != nil {
		return n, err
	}
	id, ok := x.X.(*ast.Ident)
	if !ok {
		base, err := c.expr(x.X)
		if err != nil {
			return nil, err
		}
		return &selectNode{at: x, e: c.e, x: base, name: x.Sel.Name}, nil
	}
	path, _ := c.e.name(id)
	name := path + "." + x.Sel.Name
	if n := c.pseudo(x, name); n != nil {
		return n, nil
	}
	if n, err := c.packageLevel(x, name); n != nil || err != nil {
		return n, c.e.wrap(x, err)
	}
	if n, err := c.lookup(id, path); n != nil && err == nil {
		return &selectNode{at: x, e: c.e, x: n, name: x.Sel.Name}, nil
	}
	if t, err := c.site.typeNamed("", name); err == nil {
		return nil, c.e.errorf(x, "%s is a type, not an expression", t.Name())
	}
	if err := c.noVariables(); err != nil {
		return nil, c.e.errorf(x, "could not find symbol value for %s: %w", name, err)
	}
	return nil, c.e.errorf(x, "could not find symbol value for %s", name)
}

// noVariables is why the program's variables are not known, or nil.
func (c *compiler) noVariables() error {
	for _, im := range c.site.files() {
		if err := im.File.HasDWARF(); err != nil && im.File.IsGo() {
			return err
		}
	}
	return nil
}

// methodName resolves pkg.T.M and pkg.(*T).M to the method itself.
func (c *compiler) methodName(x *ast.SelectorExpr) (node, error) {
	root, ok := rootIdent(x)
	if !ok || x.X == ast.Expr(root) && !c.inPackage(root) {
		return nil, nil
	}
	name, quoted := c.e.name(root)
	if !quoted && c.local(name) != nil {
		return nil, nil
	}
	text := strings.ReplaceAll(c.e.text(x), `"`, "")
	candidates := []string{text}
	if pkg := c.pkg(); pkg != "" && !quoted {
		candidates = append(candidates, pkg+"."+text)
	}
	for _, im := range c.site.files() {
		for _, full := range candidates {
			if fn := funcNamed(im.File, full); fn != nil {
				return &funcNode{im: im, fn: fn}, nil
			}
		}
	}
	return nil, nil
}

// inPackage tells whether T in T.M can be a type of the frame's package.
func (c *compiler) inPackage(id *ast.Ident) bool {
	pkg := c.pkg()
	if pkg == "" {
		return false
	}
	_, err := c.site.typeNamed(pkg, id.Name)
	return err == nil
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
	o, err := selectMember(m, x, n.name)
	if err == nil {
		return o, nil
	}
	if missing, ok := err.(*noMemberError); ok {
		return o, n.e.errorf(n.at, "%s (type %s) has no member %s", n.e.text(n.at.X), missing.typ, n.name)
	}
	if err == errNilPointer {
		return o, n.e.errorf(n.at, "%s is nil", n.e.text(n.at.X))
	}
	return o, n.e.wrap(n.at, err)
}

// noMemberError is told apart so that the node can name the operand.
type noMemberError struct{ typ string }

func (e *noMemberError) Error() string { return "type " + e.typ + " has no such member" }

// selectMember is a field, through pointers and embedding, or a method.
// Interfaces are looked through, as far as their values go.
func selectMember(m *machine, x operand, name string) (operand, error) {
	if x.typ == nil {
		return operand{}, &noMemberError{x.typeName()}
	}
	orig := x
	for range maxDerefs {
		switch x.typ.Kind() {
		case symbol.Struct, symbol.Union:
			path := fieldPath(x.typ, name)
			if path == nil {
				return method(m, orig, x, name)
			}
			return walkFields(m, x, path)
		case symbol.Pointer:
			target := x.typ.Elem()
			if x != orig && orig.typ.Kind() == symbol.Pointer {
				return operand{}, &noMemberError{orig.typ.Name()}
			}
			if target == nil || target.Kind() != symbol.Struct && target.Kind() != symbol.Union {
				return method(m, orig, x, name)
			}
			next, err := deref(m, x)
			if err != nil {
				return operand{}, err
			}
			x = next
		case symbol.Interface:
			next, err := dynamic(m, x)
			if err != nil {
				return operand{}, err
			}
			orig, x = next, next
		default:
			return method(m, orig, x, name)
		}
	}
	return operand{}, &noMemberError{orig.typ.Name()}
}

const maxDerefs = 8

// walkFields follows a path of fields; embedded pointers are dereferenced.
func walkFields(m *machine, x operand, path []symbol.Field) (operand, error) {
	var err error
	for _, f := range path {
		if x.typ.Kind() == symbol.Pointer {
			if x, err = deref(m, x); err != nil {
				return operand{}, fmt.Errorf("%w: the embedded pointer", err)
			}
		}
		if x, err = field(x, f); err != nil {
			return operand{}, err
		}
	}
	return x, nil
}

// fieldPath finds a field by Go's rules: the shallowest one, nothing if there
// are two at that depth. nil means there is none.
func fieldPath(t *symbol.Type, name string) []symbol.Field {
	type candidate struct {
		t    *symbol.Type
		path []symbol.Field
	}
	level := []candidate{{t: t}}
	seen := map[*symbol.Type]bool{t: true}
	for len(level) > 0 {
		var next []candidate
		var found []symbol.Field
		count := 0
		for _, c := range level {
			for _, f := range c.t.Fields() {
				path := append(c.path[:len(c.path):len(c.path)], f)
				if fieldName(f) == name {
					found = path
					count++
					continue
				}
				if in := embedded(f); in != nil && !seen[in] {
					seen[in] = true
					next = append(next, candidate{in, path})
				}
			}
		}
		if count > 0 {
			if count > 1 {
				return nil
			}
			return found
		}
		level = next
	}
	return nil
}

// fieldName is the name a field is selected by: an embedded one's is that of
// its type, without package.
func fieldName(f symbol.Field) string {
	if !f.Embedded {
		return f.Name
	}
	name := f.Name
	if i := strings.IndexByte(name, '['); i >= 0 {
		name = name[:i]
	}
	return strings.TrimPrefix(name[strings.LastIndexByte(name, '.')+1:], "*")
}

// embedded is the struct an embedded field promotes the members of, or nil. C's
// unnamed structs and unions promote theirs, too.
func embedded(f symbol.Field) *symbol.Type {
	if !f.Embedded && f.Name != "" {
		return nil
	}
	t := f.Type
	if t != nil && t.Kind() == symbol.Pointer {
		t = t.Elem()
	}
	if t == nil || t.Kind() != symbol.Struct && t.Kind() != symbol.Union {
		return nil
	}
	return t
}

// derefNode is *x, addrNode &x.
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
	if !isPointer(x.typ) || x.typ.Kind() != symbol.Pointer {
		return operand{}, n.e.errorf(n.at, "expression %q (%s) can not be dereferenced", n.e.text(n.at.X), x.typeName())
	}
	o, err := deref(m, x)
	if err == errNilPointer {
		err = fmt.Errorf("nil pointer dereference")
	}
	return o, n.e.wrap(n.at, err)
}

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
	o, err := addressOf(m, x)
	if err != nil {
		return operand{}, n.e.errorf(n.at, "can not take address of %q: %w", n.e.text(n.at.X), err)
	}
	return o, nil
}

var _ = token.ADD
