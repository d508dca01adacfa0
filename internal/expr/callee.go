package expr

import (
	"errors"
	"fmt"
	"go/ast"
	"slices"
	"strings"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/goruntime"
	"github.com/tinydbg/tinydbg/internal/image"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/value"
)

// dictName is the parameter that tells generic code its type arguments.
const dictName = ".dict"

// callee is a function to be called.
type callee struct {
	name           string
	entry, closure addr.Addr
	assembly       bool
	params         []Param
	results        []Param
	// recv is the receiver, for the first of params.
	recv *operand
	dict addr.Addr
}

// callee finds out what is called: a function, a method of a value, or what a
// function value holds.
func (n *callNode) callee(m *machine) (*callee, error) {
	o, err := n.function(m)
	if err != nil {
		return nil, err
	}
	if o.fn != nil {
		f, err := m.calleeOf(o.fn.im, o.fn.fn, o.fn.dict)
		if err == nil {
			f.recv = o.fn.recv
		}
		if err == nil && f.recv != nil && len(f.params) == 0 {
			err = fmt.Errorf("the debug information of %s has no receiver", f.name)
		}
		return f, err
	}
	if o.kind() != symbol.FuncKind || o.val == nil {
		return nil, fmt.Errorf("%s (type %s) is not a function", n.e.text(n.at.Fun), o.typeName())
	}
	return m.calleeIn(n.e.text(n.at.Fun), o)
}

// function evaluates the function of a call. Methods are looked for with the
// way to their receiver.
func (n *callNode) function(m *machine) (operand, error) {
	s, ok := n.fun.(*selectNode)
	if !ok {
		return n.fun.eval(m)
	}
	x, err := s.x.eval(m)
	if err != nil {
		return operand{}, err
	}
	if x.val != nil {
		o, err := of(x.val.Field(s.name))
		if err == nil {
			return o, nil
		}
		if !isNoMember(err) && !errors.Is(err, value.ErrNilPointer) {
			return o, err
		}
	}
	return m.methodOf(x, s.name)
}

func isNoMember(err error) bool {
	var missing *value.NoMemberError
	return errors.As(err, &missing)
}

// calleeIn is the function in a function value.
func (m *machine) calleeIn(text string, o operand) (*callee, error) {
	fv, err := o.val.Func()
	if err != nil {
		return nil, err
	}
	if fv == nil {
		return nil, fmt.Errorf("%s is nil", text)
	}
	im, fn := m.Env.Runtime.FuncAt(fv.Entry)
	if fn == nil {
		return nil, fmt.Errorf("no function is known at %v", fv.Entry)
	}
	f, err := m.describe(im, fn, 0)
	if err != nil {
		return nil, err
	}
	f.closure = fv.Closure
	if params, _ := o.typ.Params(); fn.IsWrapper() && len(f.params)+len(f.results) == 0 && len(params) > 0 {
		// A wrapper that the compiler does not describe. Releases up to go1.23
		// do not tell results from parameters.
		if len(o.typ.Results()) == 0 && !strings.HasSuffix(o.typ.Name(), ")") {
			return nil, fmt.Errorf("the parameters of %s are not known", fn.Name)
		}
		f.params, f.results = named(params), named(o.typ.Results())
	}
	return f, nil
}

func named(types []*symbol.Type) []Param {
	list := make([]Param, len(types))
	for i, t := range types {
		list[i] = Param{fmt.Sprintf("~%d", i), t}
	}
	return list
}

// calleeOf is a function that is called by name. Generic code is compiled once
// for all types of a shape and takes a dictionary, which debug information of
// optimised code leaves out.
func (m *machine) calleeOf(im *image.Image, fn *symbol.Func, dict addr.Addr) (*callee, error) {
	f, err := m.describe(im, fn, dict)
	if err != nil || !strings.Contains(fn.Name, "[go.shape.") {
		return f, err
	}
	if dict == 0 {
		return nil, fmt.Errorf("%s is generic code: name an instance, as in F[int](x)", fn.Name)
	}
	if hasDict(f.params) {
		return f, nil
	}
	word, err := m.prog.site.typeNamed("", "uintptr")
	if err != nil {
		return nil, err
	}
	at := 0
	if fn.Receiver() != "" {
		at = 1
	}
	f.params = slices.Insert(f.params, min(at, len(f.params)), Param{dictName, word})
	return f, nil
}

// describe is a function with the parameters that debug information gives it.
func (m *machine) describe(im *image.Image, fn *symbol.Func, dict addr.Addr) (*callee, error) {
	if !fn.IsGo() {
		return nil, fmt.Errorf("%s is not a Go function", fn.Name)
	}
	vars, err := im.File.Vars(fn.Entry)
	if err != nil {
		return nil, fmt.Errorf("the parameters of %s are not known: %w", fn.Name, err)
	}
	f := &callee{name: fn.Name, entry: im.Bias.Process(fn.Entry), assembly: fn.IsAssembly(), dict: dict}
	args, results := goruntime.Signature(vars, len(im.File.Inlines(fn.Entry))-1)
	if f.params, err = m.paramsOf(args, dict); err == nil {
		f.results, err = m.paramsOf(results, dict)
	}
	return f, err
}

func hasDict(params []Param) bool {
	for _, p := range params {
		if p.Name == dictName {
			return true
		}
	}
	return false
}

func (m *machine) paramsOf(vars []*symbol.Var, dict addr.Addr) ([]Param, error) {
	list := make([]Param, len(vars))
	for i, v := range vars {
		t, err := v.Type()
		if err != nil {
			return nil, fmt.Errorf("the type of %s: %w", v.Name, err)
		}
		list[i] = Param{v.Name, value.Instantiate(m.Env, t, dict)}
	}
	return list, nil
}

// methodOf finds a method of x by Go's rules: the shallowest one counts, in x
// or in what is embedded there, and interfaces are looked through.
func (m *machine) methodOf(x operand, name string) (operand, error) {
	none := fmt.Errorf("%s has no field or method %s, or the program has no code for it", x.typeName(), name)
	level := []operand{x}
	for depth := 0; depth < maxDepthOfEmbedding && len(level) > 0; depth++ {
		var found, next []operand
		for _, y := range level {
			if y.kind() == symbol.Interface {
				d, err := dynamic(y)
				if err != nil {
					if depth == 0 {
						return operand{}, err
					}
					continue
				}
				if o, err := m.methodOf(d, name); err == nil {
					found = append(found, o)
				}
				continue
			}
			if b := m.ownMethod(y, name); b != nil {
				found = append(found, operand{fn: b})
				continue
			}
			next = append(next, embedded(y)...)
		}
		if len(found) > 1 {
			return operand{}, fmt.Errorf("ambiguous selector %s of %s", name, x.typeName())
		}
		if len(found) == 1 {
			return found[0], nil
		}
		level = next
	}
	return operand{}, none
}

const maxDepthOfEmbedding = 16

// ownMethod is the method that is declared for the type of x itself.
func (m *machine) ownMethod(x operand, name string) *boundFunc {
	t := x.typ
	if t == nil {
		return nil
	}
	if t.Kind() == symbol.Pointer && t.Elem() != nil && !t.Named() {
		t = t.Elem()
	}
	b := findMethod(m, t, name)
	if b == nil {
		return nil
	}
	if b.fn.IsWrapper() && !b.fn.IsInstantiation() && len(embedded(x)) > 0 {
		return nil // it is promoted: found further down
	}
	b.recv = &x
	if strings.Contains(t.Name(), "[") {
		b.dict = m.dictionary(b.im, t.Name())
	}
	return b
}

// embedded lists the embedded fields of a struct, or of what x points to.
func embedded(x operand) []operand {
	if x.val == nil || x.typ == nil {
		return nil
	}
	v := x.val
	if x.typ.Kind() == symbol.Pointer && x.typ.Elem() != nil && x.typ.Elem().Kind() == symbol.Struct {
		d, err := v.Deref()
		if err != nil {
			return nil
		}
		v = d
	}
	if v.Type == nil || v.Type.Kind() != symbol.Struct {
		return nil
	}
	var list []operand
	values := v.Fields()
	for i, f := range v.Type.Fields() {
		if o, err := of(values[i], nil); f.Embedded && err == nil {
			list = append(list, o)
		}
	}
	return list
}

// dictionary is where the program has the dictionary of an instance, such as
// main.box[int]; 0 if it has none.
func (m *machine) dictionary(im *image.Image, instance string) addr.Addr {
	pkg := packagePath(instance)
	if pkg == "" {
		return 0
	}
	a, _, ok := im.File.ELFSymbol(pkg + "..dict" + instance[len(pkg):])
	if !ok {
		return 0
	}
	return im.Bias.Process(a)
}

// instanceNode is a generic function with its type arguments.
type instanceNode struct {
	at   ast.Expr
	e    *Expr
	name string // with import path and type arguments
}

// instantiated compiles F[T]; nil if x is not that.
func (c *compiler) instantiated(x ast.Expr) node {
	var generic ast.Expr
	var args []ast.Expr
	switch x := ast.Unparen(x).(type) {
	case *ast.IndexExpr:
		generic, args = x.X, []ast.Expr{x.Index}
	case *ast.IndexListExpr:
		generic, args = x.X, x.Indices
	default:
		return nil
	}
	name := ""
	switch g := generic.(type) {
	case *ast.Ident:
		if c.local(g.Name) != nil {
			return nil
		}
		name = c.pkg() + "." + g.Name
	case *ast.SelectorExpr:
		id, ok := g.X.(*ast.Ident)
		if !ok || !c.isPackage(id) {
			return nil
		}
		name = c.qualifiedNames(id, g.Sel.Name)[0]
	default:
		return nil
	}
	names := make([]string, len(args))
	for i, a := range args {
		s, err := c.typeText(a)
		if err != nil {
			return nil
		}
		names[i] = s
	}
	return &instanceNode{at: x, e: c.e, name: name + "[" + strings.Join(names, ",") + "]"}
}

func (n *instanceNode) eval(m *machine) (operand, error) {
	open := strings.IndexByte(n.name, '[')
	var all []*boundFunc
	for _, im := range m.prog.site.files() {
		for _, fn := range im.File.Funcs() {
			if !strings.HasPrefix(fn.Name, n.name[:open+1]) || !strings.HasSuffix(fn.Name, "]") {
				continue
			}
			b := &boundFunc{im: im, fn: fn, dict: m.dictionary(im, n.name)}
			if b.dict == 0 {
				continue
			}
			if strings.ReplaceAll(fn.Name, "go.shape.", "") == n.name {
				return operand{fn: b}, nil
			}
			all = append(all, b)
		}
	}
	if len(all) == 1 {
		return operand{fn: all[0]}, nil
	}
	return operand{}, n.e.errorf(n.at, "the program has no %s", n.name)
}
