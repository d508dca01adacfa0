package expr

import (
	"errors"
	"go/ast"
)

// ErrCall is the error for calls of the program's functions.
var ErrCall = errors.New("function calls not allowed without using 'call'")

// call compiles f(x): a conversion, a built-in function, or an error.
func (c *compiler) call(x *ast.CallExpr) (node, error) {
	if n, err := c.builtin(x); n != nil || err != nil {
		return n, err
	}
	if c.isType(x.Fun) {
		return c.conversion(x)
	}
	if n, err := c.textOfC(x); n != nil || err != nil {
		return n, err
	}
	n := &callNode{at: x, e: c.e, fun: c.instantiated(x.Fun), root: c.e.root == ast.Expr(x)}
	if n.fun == nil {
		var err error
		if n.fun, err = c.expr(x.Fun); err != nil {
			return nil, err
		}
	}
	for _, a := range x.Args {
		arg, err := c.expr(a)
		if err != nil {
			return nil, err
		}
		if inner, ok := arg.(*callNode); ok && len(x.Args) == 1 {
			inner.root = true
		}
		n.args = append(n.args, arg)
	}
	return n, nil
}

func (c *compiler) builtin(x *ast.CallExpr) (node, error) {
	id, ok := ast.Unparen(x.Fun).(*ast.Ident)
	if !ok || builtins[id.Name] == nil {
		return nil, nil
	}
	if n, err := c.lookup(id, id.Name); n != nil || err != nil {
		return nil, err
	}
	if c.counts == nil && (id.Name == "len" || id.Name == "cap") {
		c.counts, _ = c.site.typeNamed("", "int")
	}
	n := &builtinNode{at: x, e: c.e, name: id.Name, fn: builtins[id.Name]}
	for _, a := range x.Args {
		arg, err := c.expr(a)
		if err != nil {
			return nil, err
		}
		n.args = append(n.args, arg)
	}
	switch {
	case id.Name == "min" || id.Name == "max":
		if len(n.args) == 0 {
			return nil, c.e.errorf(x, "not enough arguments to %s", id.Name)
		}
	case len(n.args) != map[bool]int{true: 2, false: 1}[id.Name == "complex"]:
		return nil, c.e.errorf(x, "wrong number of arguments to %s: %d", id.Name, len(n.args))
	}
	if x.Ellipsis.IsValid() {
		return nil, c.e.errorf(x, "%s takes no variadic argument", id.Name)
	}
	return n, nil
}

// isType tells whether the function of a call is a type, so that the call is a
// conversion. A name that is a variable or function is not.
func (c *compiler) isType(x ast.Expr) bool {
	switch x := x.(type) {
	case *ast.ParenExpr:
		return c.isType(x.X)
	case *ast.StarExpr:
		return c.isType(x.X)
	case *ast.ArrayType, *ast.MapType, *ast.ChanType, *ast.FuncType, *ast.StructType, *ast.InterfaceType:
		return true
	case *ast.Ident:
		name, quoted := c.e.name(x)
		if quoted {
			return false
		}
		if n, err := c.lookup(x, name); n != nil || err != nil {
			return false
		}
		if _, ok := aliases[name]; ok {
			return true
		}
		_, err := c.site.typeNamed(c.pkg(), name)
		return err == nil || c.localType(name) != ""
	case *ast.SelectorExpr:
		root, ok := x.X.(*ast.Ident)
		if !ok || !c.isPackage(root) {
			return false
		}
		for _, name := range c.qualifiedNames(root, x.Sel.Name) {
			if n, _ := c.packageLevel(x, name); n != nil {
				return false
			}
			if _, err := c.site.typeNamed("", name); err == nil {
				return true
			}
		}
		return false
	case *ast.IndexExpr, *ast.IndexListExpr:
		_, err := c.typeText(x)
		return err == nil
	}
	return false
}
