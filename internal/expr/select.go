package expr

import (
	"errors"
	"go/ast"
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

// missingMethod tells pkg.(*T).M for a method that has no code from a field of
// an asserted value.
func (c *compiler) missingMethod(x *ast.SelectorExpr) bool {
	a, ok := x.X.(*ast.TypeAssertExpr)
	if !ok {
		return false
	}
	id, ok := a.X.(*ast.Ident)
	return ok && c.isPackage(id)
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
	if c.isVariable(name) {
		return false
	}
	if _, ok := registerNamed(c.site, name); ok {
		return false
	}
	full := name // C's globals have no package
	if pkg := c.pkg(); pkg != "" {
		full = pkg + "." + name
	}
	n, err := c.packageLevel(id, full)
	if _, isFunc := n.(*funcNode); isFunc {
		return true // main.x is in package main, not in function main.main
	}
	return n == nil && err == nil
}

// qualified resolves pkg.name, with whatever selectors follow.
func (c *compiler) qualified(x *ast.SelectorExpr) (node, error) {
	if n, err := c.methodName(x); n != nil || err != nil {
		return n, err
	}
	if c.missingMethod(x) {
		return nil, c.e.errorf(x, "could not find symbol value for %s: the program has no code for such a method", c.e.text(x))
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
	for _, full := range c.qualifiedNames(id, x.Sel.Name) {
		if n, err := c.packageLevel(x, full); n != nil || err != nil {
			return n, c.e.wrap(x, err)
		}
		if t, err := c.site.typeNamed("", full); err == nil {
			return nil, c.e.errorf(x, "%s is a type, not an expression", t.Name())
		}
	}
	if n, err := c.lookup(id, path); n != nil && err == nil {
		if _, isFunc := n.(*funcNode); !isFunc {
			return &selectNode{at: x, e: c.e, x: n, name: x.Sel.Name}, nil
		}
	}
	t, why := c.site.typeNamed("", name)
	if why == nil {
		return nil, c.e.errorf(x, "%s is a type, not an expression", t.Name())
	}
	name = symbol.UnescapePath(name)
	if err := c.noVariables(); err != nil {
		return nil, c.e.errorf(x, "could not find symbol value for %s: %w", name, err)
	}
	if missing := (*symbol.NotFoundError)(nil); !errors.As(why, &missing) {
		return nil, c.e.errorf(x, "could not find symbol value for %s: %w", name, why)
	}
	if why := c.declared(symbol.UnescapePath(path), x.Sel.Name); why != nil {
		return nil, c.e.errorf(x, "could not find symbol value for %s: %w", name, why)
	}
	if v := c.elsewhere(path); v != nil {
		return nil, c.notFound(id, path)
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
	if n := c.pointerMethod(x); n != nil {
		return n, nil
	}
	root, ok := rootIdent(x)
	if !ok || x.X == ast.Expr(root) && !c.inPackage(root) {
		return nil, nil
	}
	name, quoted := c.e.name(root)
	if !quoted && c.isVariable(name) {
		return nil, nil
	}
	text := strings.ReplaceAll(c.e.text(x), `"`, "")
	candidates := []string{text}
	if imported := c.importOf(name); imported != "" && !quoted {
		candidates = []string{imported + strings.TrimPrefix(text, name), text}
	}
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

// pointerMethod resolves (*T).M and (*pkg.T).M as Go writes them; nil for others.
func (c *compiler) pointerMethod(x *ast.SelectorExpr) node {
	paren, ok := x.X.(*ast.ParenExpr)
	if !ok {
		return nil
	}
	star, ok := paren.X.(*ast.StarExpr)
	if !ok {
		return nil
	}
	if id, ok := star.X.(*ast.Ident); ok && c.isVariable(id.Name) {
		return nil
	}
	t, err := c.typeExpr(star.X)
	if err != nil {
		return nil
	}
	names := methodNames(t.Name(), x.Sel.Name)
	for _, im := range c.site.files() {
		if len(names) == 2 {
			if fn := im.File.FuncNamed(names[1]); fn != nil {
				return &funcNode{im: im, fn: fn}
			}
		}
	}
	return nil
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
