package expr

import (
	"strings"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/image"
	"github.com/tinydbg/tinydbg/internal/symbol"
)

// boundFunc is a function named in an expression, or a method of a value.
type boundFunc struct {
	im *image.Image
	fn *symbol.Func
	// recv is the receiver of a method value.
	recv *operand
}

func (b *boundFunc) entry() addr.Addr { return b.im.Bias.Process(b.fn.Entry) }

// funcNode is a function's name.
type funcNode struct {
	im *image.Image
	fn *symbol.Func
}

func (n *funcNode) eval(*machine) (operand, error) {
	return operand{fn: &boundFunc{im: n.im, fn: n.fn}}, nil
}

func isFunc(t *symbol.Type) bool { return t != nil && t.Kind() == symbol.FuncKind }

// method is the method called name of x, which was reached from orig, or an
// error that x has no such member.
func method(m *machine, orig, x operand, name string) (operand, error) {
	t := x.typ
	if t.Kind() == symbol.Pointer && t.Elem() != nil {
		t = t.Elem()
	}
	if b := findMethod(m, t, name); b != nil {
		b.recv = &orig
		return operand{fn: b}, nil
	}
	for _, f := range promoted(t) {
		if b := findMethod(m, f.Type, name); b != nil {
			b.recv = &orig
			return operand{fn: b}, nil
		}
	}
	return operand{}, &noMemberError{orig.typ.Name()}
}

// promoted lists the embedded fields of a struct whose methods it has, the
// shallowest first.
func promoted(t *symbol.Type) []symbol.Field {
	var list []symbol.Field
	seen := map[*symbol.Type]bool{t: true}
	for queue := []*symbol.Type{t}; len(queue) > 0; queue = queue[1:] {
		if queue[0].Kind() != symbol.Struct {
			continue
		}
		for _, f := range queue[0].Fields() {
			if !f.Embedded || f.Type == nil || seen[f.Type] {
				continue
			}
			seen[f.Type] = true
			list = append(list, f)
			in := f.Type
			if in.Kind() == symbol.Pointer && in.Elem() != nil {
				in = in.Elem()
			}
			queue = append(queue, in)
		}
	}
	return list
}

// findMethod finds the code of a method of t or *t.
func findMethod(m *machine, t *symbol.Type, name string) *boundFunc {
	if t.Kind() == symbol.Pointer && t.Elem() != nil {
		t = t.Elem()
	}
	if !t.Named() {
		return nil
	}
	for _, full := range methodNames(t.Name(), name) {
		for _, im := range m.prog.site.files() {
			if fn := im.File.FuncNamed(full); fn != nil {
				return &boundFunc{im: im, fn: fn}
			}
		}
	}
	return nil
}

// methodNames are the names that the code of T.name and (*T).name can have.
// Methods of generic types are called by [...].
func methodNames(typ, name string) []string {
	pkg := packagePath(typ)
	if pkg == "" {
		return nil
	}
	base := typ[len(pkg)+1:]
	if i := strings.IndexByte(base, '['); i >= 0 {
		base = base[:i] + "[...]"
	}
	return []string{pkg + ".(*" + base + ")." + name, pkg + "." + base + "." + name}
}
