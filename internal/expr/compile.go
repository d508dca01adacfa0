package expr

import (
	"go/ast"
	"go/constant"
	"go/token"
	"strings"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/image"
	"github.com/tinydbg/tinydbg/internal/symbol"
)

// Site is the place in the program where the names of an expression are looked
// up.
type Site struct {
	// Images are all files of the process, Image the one that PC is in. Image
	// is nil when the place is in no known file: package-qualified names, types
	// and registers are still there.
	Images []*image.Image
	Image  *image.Image
	// PC is an address in the frame: inside the call in callers' frames.
	PC addr.FileAddr
	// InlineDepth is the index of the frame in the inlined calls at PC.
	InlineDepth int
	// Closure is the closure of a call that has not begun yet, such as a
	// deferred one: what it has captured is read from there. 0 elsewhere.
	Closure addr.Addr
	// Enclosing finds the frames whose variables are in scope, too, because the
	// frame is the body of a loop there; nil: there are none.
	Enclosing func() []*Scope
}

// captured tells variables that are in a closure and nowhere else: that of a call to
// come, or of one that has only begun.
func (s *Site) captured(v *symbol.Var) bool {
	return s.Closure != 0 && v.ClosureOffset > 0 || v.InClosure()
}

// Program is an expression compiled for one site.
type Program struct {
	e    *Expr
	site *Site
	root node
	// counts is the type of lengths, if the expression has any and it is known.
	counts *symbol.Type
}

// node is a compiled part of an expression.
type node interface {
	eval(*machine) (operand, error)
}

// machine is one evaluation.
type machine struct {
	*Scope
	prog *Program
}

// Compile resolves the names and types of e at a site.
func (e *Expr) Compile(site Site) (*Program, error) {
	c := &compiler{e: e, site: &site}
	root, err := c.expr(e.root)
	if err != nil {
		return nil, err
	}
	return &Program{e: e, site: &site, root: root, counts: c.counts}, nil
}

type compiler struct {
	e    *Expr
	site *Site
	vars []*symbol.Var
	// varsErr is why there are no variables.
	varsErr    error
	varsLoaded bool
	counts     *symbol.Type
	// imports are what the source file imports, nil before it was read.
	imports map[string]string
	// elements are those of literals so far.
	elements int64
}

// constNode is a constant or another operand known beforehand.
type constNode struct{ o operand }

func (n constNode) eval(*machine) (operand, error) { return n.o, nil }

func (c *compiler) expr(x ast.Expr) (node, error) {
	switch x := x.(type) {
	case *ast.BasicLit:
		v, err := literal(x)
		return constNode{operand{c: v, rune: x.Kind == token.CHAR}}, c.e.wrap(x, err)
	case *ast.ParenExpr:
		return c.expr(x.X)
	case *ast.Ident:
		return c.ident(x)
	case *ast.SelectorExpr:
		return c.selector(x)
	case *ast.BinaryExpr:
		return c.binary(x)
	case *ast.UnaryExpr:
		return c.unary(x)
	case *ast.StarExpr:
		return c.star(x)
	case *ast.IndexExpr:
		return c.index(x)
	case *ast.SliceExpr:
		return c.slice(x)
	case *ast.TypeAssertExpr:
		return c.assert(x)
	case *ast.CallExpr:
		return c.call(x)
	case *ast.CompositeLit:
		return c.composite(x, nil)
	}
	if t, err := c.typeExpr(x); err == nil {
		return nil, c.e.errorf(x, "%s is a type, not an expression", t.Name())
	}
	return nil, c.e.errorf(x, "%q cannot be evaluated", c.e.text(x))
}

func (c *compiler) binary(x *ast.BinaryExpr) (node, error) {
	l, err := c.expr(x.X)
	if err != nil {
		return nil, err
	}
	r, err := c.expr(x.Y)
	if err != nil {
		return nil, err
	}
	var n node
	switch x.Op {
	case token.LAND, token.LOR:
		n = &logicNode{at: x, e: c.e, or: x.Op == token.LOR, x: l, y: r}
	case token.SHL, token.SHR:
		n = &shiftNode{at: x, e: c.e, op: x.Op, x: l, y: r}
	default:
		n = &binaryNode{at: x, e: c.e, op: x.Op, x: l, y: r}
	}
	return fold(n, l, r)
}

func (c *compiler) unary(x *ast.UnaryExpr) (node, error) {
	if x.Op == token.ARROW {
		return nil, c.e.errorf(x, "a receive would change the channel: it cannot be evaluated")
	}
	operand, err := c.expr(x.X)
	if err != nil {
		return nil, err
	}
	if x.Op == token.AND {
		return &addrNode{at: x, e: c.e, x: operand}, nil
	}
	return fold(&unaryNode{at: x, e: c.e, x: operand}, operand)
}

// fold evaluates n now if all its operands are constants.
func fold(n node, operands ...node) (node, error) {
	for _, x := range operands {
		if k, ok := x.(constNode); !ok || !k.o.untyped() {
			return n, nil
		}
	}
	o, err := n.eval(nil)
	if err != nil {
		return nil, err
	}
	return constNode{o}, nil
}

// ident resolves a plain name: a variable in scope, a global, constant or
// function of the package, a predeclared name, a register.
func (c *compiler) ident(id *ast.Ident) (node, error) {
	name, quoted := c.e.name(id)
	if quoted {
		return nil, c.e.errorf(id, "%q is a package, not an expression", name)
	}
	if n, err := c.lookup(id, name); n != nil || err != nil {
		return n, c.e.wrap(id, err)
	}
	switch name {
	case "nil":
		return constNode{operand{isNil: true}}, nil
	case "true", "false":
		return constNode{untypedConst(constant.MakeBool(name == "true"))}, nil
	}
	if n := c.register(id, name); n != nil {
		return n, nil
	}
	// C's globals and functions have no package, but the language's types come
	// before them: a C library may well have a function called error.
	if c.pkg() != "" {
		if t, err := c.site.typeNamed(c.pkg(), name); err == nil {
			return nil, c.e.errorf(id, "%s is a type, not an expression", t.Name())
		}
	}
	if n, err := c.packageLevel(id, name); n != nil || err != nil {
		if why := c.declared(c.pkg(), name); why != nil { // a library of C's has one of its own
			return nil, c.e.errorf(id, "could not find symbol value for %s: %w", name, why)
		}
		return n, c.e.wrap(id, err)
	}
	if t, err := c.site.typeNamed(c.pkg(), name); err == nil {
		return nil, c.e.errorf(id, "%s is a type, not an expression", t.Name())
	}
	return nil, c.notFound(id, name)
}

// notFound is the error for a name that means nothing here.
func (c *compiler) notFound(at ast.Node, name string) error {
	if c.varsErr != nil {
		return c.e.errorf(at, "could not find symbol value for %s: local variables are not known here: %w", name, c.varsErr)
	}
	if v := c.elsewhere(name); v != nil {
		return c.e.errorf(at, "could not find symbol value for %s: it is declared on line %d but not in scope here", name, v.DeclLine)
	}
	if why := c.declared(c.pkg(), name); why != nil {
		return c.e.errorf(at, "could not find symbol value for %s: %w", name, why)
	}
	if args := c.instanceOf(name); args != "" {
		return c.e.errorf(at, "%s is a generic function: call one of the instances that the program has, such as %s%s(x)", name, name, args)
	}
	return c.e.errorf(at, "could not find symbol value for %s", name)
}

// instanceOf are the type arguments of the shortest instance of a generic function of the
// frame's package, "" if there is none of the name.
func (c *compiler) instanceOf(name string) string {
	best, prefix := "", c.pkg()+"."+name+"["
	for _, im := range c.site.files() {
		for _, fn := range im.File.FuncsNamed(prefix[:len(prefix)-1]) {
			if strings.HasPrefix(fn.Name, prefix) && strings.HasSuffix(fn.Name, "]") {
				if args := strings.ReplaceAll(fn.Name[len(prefix)-1:], "go.shape.", ""); best == "" || len(args) < len(best) {
					best = args
				}
			}
		}
	}
	return best
}

// elsewhere is a variable of that name in the frame's function, whether or not
// it is in scope, or nil.
func (c *compiler) elsewhere(name string) *symbol.Var {
	for _, v := range c.locals() {
		if v.Name == name && v.InlineDepth == c.site.InlineDepth {
			return v
		}
	}
	return nil
}
