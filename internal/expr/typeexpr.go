package expr

import (
	"errors"
	"fmt"
	"go/ast"
	"go/constant"
	"strconv"
	"strings"

	"github.com/tinydbg/tinydbg/internal/symbol"
)

// aliases are the predeclared types with two names.
var aliases = map[string]string{"byte": "uint8", "rune": "int32", "any": "interface {}"}

// typeExpr resolves a type as it stands in the source. Only types that the
// program has, and pointers to those, can be found.
func (c *compiler) typeExpr(x ast.Expr) (*symbol.Type, error) {
	switch x := x.(type) {
	case *ast.ParenExpr:
		return c.typeExpr(x.X)
	case *ast.StarExpr:
		elem, err := c.typeExpr(x.X)
		if err != nil {
			return nil, err
		}
		return c.pointerTo(x, elem)
	}
	name, err := c.typeText(x)
	if err != nil {
		return nil, err
	}
	t, err := c.site.typeNamed(c.pkg(), name)
	if a, ok := x.(*ast.ArrayType); ok && err != nil && a.Len != nil {
		return c.arrayOf(a, err)
	}
	return t, c.e.wrap(x, err)
}

// arrayOf is an array type that the program does not have; why it was not found is
// said if there is no such type either.
func (c *compiler) arrayOf(x *ast.ArrayType, why error) (*symbol.Type, error) {
	elem, err := c.typeExpr(x.Elt)
	if err != nil {
		return nil, err
	}
	n, err := c.arrayLen(x)
	if err != nil {
		return nil, err
	}
	t := elem.File().ArrayOf(elem, n)
	if t == nil {
		return nil, c.e.wrap(x, why)
	}
	return t, nil
}

func (c *compiler) pointerTo(at ast.Node, elem *symbol.Type) (*symbol.Type, error) {
	t := elem.File().PointerTo(elem)
	if t == nil {
		return nil, c.e.errorf(at, "no pointer type for %s", elem.Name())
	}
	return t, nil
}

// typeText spells a type as debug information does. Names in it are resolved,
// so that packages become import paths.
func (c *compiler) typeText(x ast.Expr) (string, error) {
	switch x := x.(type) {
	case *ast.ParenExpr:
		return c.typeText(x.X)
	case *ast.Ident:
		return c.identType(x)
	case *ast.SelectorExpr:
		return c.selectorType(x)
	case *ast.StarExpr:
		return c.prefixed("*", x.X)
	case *ast.ArrayType:
		return c.arrayType(x)
	case *ast.Ellipsis:
		return c.prefixed("...", x.Elt)
	case *ast.MapType:
		key, err := c.typeText(x.Key)
		if err != nil {
			return "", err
		}
		return c.prefixed("map["+key+"]", x.Value)
	case *ast.ChanType:
		return c.prefixed(map[ast.ChanDir]string{ast.SEND: "chan<- ", ast.RECV: "<-chan "}[x.Dir]+
			map[bool]string{true: "chan "}[x.Dir == ast.SEND|ast.RECV], x.Value)
	case *ast.FuncType:
		sig, err := c.signature(x)
		return "func" + sig, err
	case *ast.StructType:
		return c.structType(x)
	case *ast.InterfaceType:
		return c.interfaceType(x)
	case *ast.IndexExpr:
		return c.instance(x.X, []ast.Expr{x.Index})
	case *ast.IndexListExpr:
		return c.instance(x.X, x.Indices)
	}
	return "", c.e.errorf(x, "%q is not a type", c.e.text(x))
}

func (c *compiler) prefixed(prefix string, x ast.Expr) (string, error) {
	s, err := c.typeText(x)
	return prefix + s, err
}

func (c *compiler) identType(x *ast.Ident) (string, error) {
	name, quoted := c.e.name(x)
	if quoted {
		return "", c.e.errorf(x, "%q is a package, not a type", name)
	}
	if a, ok := aliases[name]; ok {
		return a, nil
	}
	if t := c.localType(name); t != "" {
		return t, nil
	}
	t, err := c.site.typeNamed(c.pkg(), name)
	if err != nil {
		return "", c.e.wrap(x, err)
	}
	return t.Name(), nil
}

func (c *compiler) selectorType(x *ast.SelectorExpr) (string, error) {
	pkg, ok := x.X.(*ast.Ident)
	if !ok {
		return "", c.e.errorf(x, "%q is not a type", c.e.text(x))
	}
	return c.typeOf(x, c.qualifiedNames(pkg, x.Sel.Name))
}

// typeOf is the type that has the first of the names that one has.
func (c *compiler) typeOf(at ast.Node, names []string) (string, error) {
	var why error
	for _, name := range names {
		t, err := c.site.typeNamed("", name)
		if err == nil {
			return t.Name(), nil
		}
		why = err
	}
	return "", c.e.wrap(at, why)
}

func (c *compiler) arrayType(x *ast.ArrayType) (string, error) {
	if x.Len == nil {
		return c.prefixed("[]", x.Elt)
	}
	n, err := c.arrayLen(x)
	if err != nil {
		return "", err
	}
	return c.prefixed("["+strconv.FormatInt(n, 10)+"]", x.Elt)
}

func (c *compiler) arrayLen(x *ast.ArrayType) (int64, error) {
	n, err := c.expr(x.Len)
	if err != nil {
		return 0, err
	}
	if k, ok := n.(constNode); ok && k.o.c != nil && isNumber(k.o.c) {
		if i, exact := constant.Int64Val(constant.ToInt(k.o.c)); exact && i >= 0 {
			return i, nil
		}
	}
	return 0, c.e.errorf(x.Len, "the length of an array has to be a constant integer, and not negative")
}

// instance spells an instance of a generic type: "main.pair[string,int]".
func (c *compiler) instance(generic ast.Expr, args []ast.Expr) (string, error) {
	names := make([]string, len(args))
	for i, a := range args {
		s, err := c.typeText(a)
		if err != nil {
			return "", err
		}
		names[i] = s
	}
	list := "[" + strings.Join(names, ",") + "]"
	switch g := generic.(type) {
	case *ast.Ident:
		t, err := c.site.typeNamed(c.pkg(), g.Name+list)
		if err != nil {
			return "", c.e.wrap(generic, err)
		}
		return t.Name(), nil
	case *ast.SelectorExpr:
		if pkg, ok := g.X.(*ast.Ident); ok {
			return c.typeOf(generic, c.qualifiedNames(pkg, g.Sel.Name+list))
		}
	}
	return "", c.e.errorf(generic, "%q is not a generic type", c.e.text(generic))
}

// typeNamed finds a type by name: with its import path, by its package's name,
// or in the package pkg.
func (s *Site) typeNamed(pkg, name string) (*symbol.Type, error) {
	var missing *symbol.NotFoundError
	var why error
	for _, im := range s.files() {
		if err := im.File.HasDWARF(); err != nil {
			if im.File.IsGo() || len(s.Images) == 1 {
				why = err
			}
			continue
		}
		for _, full := range spellings(pkg, name) {
			t, err := im.File.TypeNamed(full)
			if err == nil {
				return t, nil
			}
			if !errors.As(err, &missing) {
				return nil, err
			}
		}
		t, err := typeByPackageName(im.File, name)
		if t != nil || err != nil {
			return t, err
		}
	}
	if why != nil {
		return nil, fmt.Errorf("no type %s: %w", name, why)
	}
	return nil, &symbol.NotFoundError{What: "type", Name: name}
}

func spellings(pkg, name string) []string {
	if pkg == "" {
		return []string{name}
	}
	return []string{pkg + "." + name, name}
}

// typeByPackageName finds net/http.Client when it is called http.Client.
func typeByPackageName(f *symbol.File, name string) (*symbol.Type, error) {
	pkg, rest, ok := strings.Cut(name, ".")
	if !ok || !isIdent(pkg) {
		return nil, nil
	}
	paths, err := f.PackagesNamed(pkg)
	if err != nil {
		return nil, err
	}
	var found []*symbol.Type
	var names []string
	for _, path := range paths {
		if t, err := f.TypeNamed(path + "." + rest); err == nil {
			found, names = append(found, t), append(names, t.Name())
		}
	}
	switch len(found) {
	case 0:
		return nil, nil
	case 1:
		return found[0], nil
	}
	return nil, fmt.Errorf("type %s is ambiguous: %s; write the import path in quotes", name, strings.Join(names[:min(len(names), 5)], ", "))
}
