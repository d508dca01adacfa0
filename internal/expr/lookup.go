package expr

import (
	"errors"
	"fmt"
	"go/ast"
	"go/constant"
	"slices"
	"strings"

	"github.com/tinydbg/tinydbg/internal/image"
	"github.com/tinydbg/tinydbg/internal/symbol"
)

// lookup finds what a plain name means in the frame and its package. It is nil
// when that is nothing.
func (c *compiler) lookup(at ast.Node, name string) (node, error) {
	if v := c.local(name); v != nil {
		return c.variable(at, v, c.site.Image)
	}
	if v, _ := c.site.enclosedVar(name); v != nil {
		return &enclosedNode{at: at, e: c.e, name: name}, nil
	}
	if pkg := c.pkg(); pkg != "" {
		return c.packageLevel(at, pkg+"."+name)
	}
	return nil, nil
}

// local is the innermost variable of that name that is in scope, or nil.
func (c *compiler) local(name string) *symbol.Var {
	var best *symbol.Var
	for _, v := range c.locals() {
		if v.Name == name && c.inScope(v) && (best == nil || hides(v, best)) {
			best = v
		}
	}
	return best
}

// visible is what local finds for every name.
func (c *compiler) visible() map[string]*symbol.Var {
	found := map[string]*symbol.Var{}
	for _, v := range c.locals() {
		if best := found[v.Name]; c.inScope(v) && (best == nil || hides(v, best)) {
			found[v.Name] = v
		}
	}
	return found
}

func (c *compiler) inScope(v *symbol.Var) bool {
	return (v.InScope || c.site.captured(v)) && v.InlineDepth == c.site.InlineDepth
}

// hides tells whether v shadows w, which has the same name.
func hides(v, w *symbol.Var) bool {
	if v.ScopeDepth != w.ScopeDepth {
		return v.ScopeDepth > w.ScopeDepth
	}
	return v.DeclLine >= w.DeclLine
}

func (c *compiler) locals() []*symbol.Var {
	if !c.varsLoaded && c.site.Image != nil {
		c.vars, c.varsErr = c.site.Image.File.Vars(c.site.PC)
	}
	c.varsLoaded = true
	return c.vars
}

// pkg is the import path of the package of the frame's function.
func (c *compiler) pkg() string { return c.site.pkg() }

func (s *Site) pkg() string {
	if s.Image == nil {
		return ""
	}
	frames := s.Image.File.Inlines(s.PC)
	if s.InlineDepth >= len(frames) {
		return ""
	}
	return packagePath(frames[s.InlineDepth].Func)
}

// packagePath cuts the import path out of a function's name.
func packagePath(fn string) string {
	head := fn
	if i := strings.IndexByte(head, '['); i >= 0 {
		head = head[:i]
	}
	slash := strings.LastIndexByte(head, '/')
	dot := strings.IndexByte(head[slash+1:], '.')
	if dot < 0 {
		return ""
	}
	return head[:slash+1+dot]
}

// packageLevel finds a global, constant or function by its qualified name. It
// is nil when there is none.
func (c *compiler) packageLevel(at ast.Node, name string) (node, error) {
	var missing *symbol.NotFoundError
	for _, im := range c.site.files() {
		if im.File.HasDWARF() == nil {
			v, err := im.File.Global(name)
			if err == nil && c.knows(v, im) {
				return c.variable(at, v, im)
			}
			if err != nil && !errors.As(err, &missing) {
				return nil, err
			}
			if v, err = im.File.Constant(name); err == nil {
				return constantNode(v)
			}
			if !errors.As(err, &missing) {
				return nil, err
			}
		}
		fns := funcsNamed(im.File, name)
		if len(fns) > 1 {
			return nil, fmt.Errorf("function %s is ambiguous: %s, %s; write the import path in quotes", name, fns[0].Name, fns[1].Name)
		}
		if len(fns) == 1 {
			return &funcNode{im: im, fn: fns[0]}, nil
		}
	}
	return nil, nil
}

// knows tells whether a global can be meant in the frame: what C libraries keep
// to themselves is nothing to Go code.
func (c *compiler) knows(v *symbol.Var, im *image.Image) bool {
	return !v.Static || im == c.site.Image || c.pkg() == ""
}

// files lists the images with the site's own first.
func (s *Site) files() []*image.Image {
	if s.Image == nil {
		return s.Images
	}
	list := []*image.Image{s.Image}
	for _, im := range s.Images {
		if im != s.Image {
			list = append(list, im)
		}
	}
	return list
}

// funcNamed is the first of funcsNamed, or nil.
func funcNamed(f *symbol.File, name string) *symbol.Func {
	if fns := funcsNamed(f, name); len(fns) > 0 {
		return fns[0]
	}
	return nil
}

// funcsNamed finds a function by its whole name, or those whose import paths
// end in the package that name gives.
func funcsNamed(f *symbol.File, name string) (list []*symbol.Func) {
	if fn := f.FuncNamed(name); fn != nil {
		return []*symbol.Func{fn}
	}
	if !strings.Contains(name, ".") {
		return nil
	}
	add := func(fn *symbol.Func) {
		if !slices.ContainsFunc(list, func(have *symbol.Func) bool { return have.Name == fn.Name }) {
			list = append(list, fn)
		}
	}
	for _, fn := range f.FuncsNamed(name) {
		if strings.HasPrefix(fn.Name, "type:") { // what the compiler makes for types
			continue
		}
		if strings.HasSuffix(fn.Name, "/"+name) || strings.HasSuffix(symbol.WithoutMajor(fn.Name), "/"+name) {
			add(fn)
		}
	}
	pkg, rest, _ := strings.Cut(name, ".")
	paths, _ := f.PackagesNamed(pkg)
	for _, path := range paths {
		if fn := f.FuncNamed(path + "." + rest); fn != nil {
			add(fn)
		}
	}
	return list
}

// constantNode is a constant of the program. The compiler writes down untyped
// constants with their default type, so that type does not count as one.
func constantNode(v *symbol.Var) (node, error) {
	t, err := v.Type()
	if err != nil {
		return nil, err
	}
	cl, size := classOf(t)
	c := constant.MakeInt64(v.Value)
	if cl == classUint {
		c = constant.MakeUint64(wrapBits(uint64(v.Value), cl, size))
	}
	if t.Name() == "int" {
		return constNode{operand{c: c, declared: t}}, nil
	}
	o, err := constIn(c, cl, size, true)
	o.typ, o.isConst = t, true
	return constNode{o}, err
}
