package expr

import (
	"fmt"
	"strings"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/image"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/value"
)

// boundFunc is a function named in an expression, or a method of a value.
type boundFunc struct {
	im *image.Image
	fn *symbol.Func
	// recv is the receiver of a method value.
	recv *operand
	// dict is the dictionary of the instance of a generic function, 0 for none.
	dict addr.Addr
}

// typeName spells the function's type, as far as debug information tells it.
func (b *boundFunc) typeName() string {
	vars, err := b.im.File.Vars(b.fn.Entry)
	if err != nil {
		return "func()"
	}
	var params, results []string
	for _, v := range vars {
		if v.Func != b.fn.Name || v.Kind != symbol.Arg && v.Kind != symbol.Result || v.Name == ".dict" {
			continue
		}
		t, err := v.Type()
		if err != nil {
			return "func()"
		}
		if v.Kind == symbol.Result {
			results = append(results, t.Name())
		} else {
			params = append(params, t.Name())
		}
	}
	if b.recv != nil && len(params) > 0 {
		params = params[1:]
	}
	return symbol.FuncTypeName(params, results)
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

// method is the method called name of x, or a *value.NoMemberError.
func method(m *machine, x operand, name string) (operand, error) {
	none := &value.NoMemberError{Type: x.typeName(), Name: name}
	t := x.typ
	if t == nil {
		return operand{}, none
	}
	if t.Kind() == symbol.Pointer && t.Elem() != nil {
		t = t.Elem()
	}
	if b := findMethod(m, t, name); b != nil {
		b.recv = &x
		return operand{fn: b}, nil
	}
	seen := map[*symbol.Type]bool{t: true}
	for level := []*symbol.Type{t}; len(level) > 0; {
		var found []*boundFunc
		next := embeddedIn(level, seen)
		for _, e := range next {
			if b := findMethod(m, e, name); b != nil {
				found = append(found, b)
			}
		}
		if len(found) > 1 {
			return operand{}, fmt.Errorf("ambiguous selector %s of %s", name, x.typeName())
		}
		if len(found) == 1 {
			found[0].recv = &x
			return operand{fn: found[0]}, nil
		}
		level = next
	}
	return operand{}, none
}

// embeddedIn lists the types of what is embedded in the structs of a level, as
// often as it is; those of levels above are in seen, and hide it.
func embeddedIn(level []*symbol.Type, seen map[*symbol.Type]bool) []*symbol.Type {
	var list []*symbol.Type
	for _, t := range level {
		if t.Kind() == symbol.Pointer && t.Elem() != nil {
			t = t.Elem()
		}
		if t.Kind() != symbol.Struct {
			continue
		}
		for _, f := range t.Fields() {
			if f.Embedded && f.Type != nil && !seen[f.Type] && len(list) < maxEmbedded {
				list = append(list, f.Type)
			}
		}
	}
	for _, t := range list {
		seen[t] = true
	}
	return list
}

// maxEmbedded bounds how many types of a level are looked at.
const maxEmbedded = 1000

// findMethod finds the code of a method of t or *t.
func findMethod(m *machine, t *symbol.Type, name string) *boundFunc {
	if t.Kind() == symbol.Pointer && t.Elem() != nil {
		t = t.Elem()
	}
	if !t.Named() {
		return nil
	}
	if strings.Contains(t.Name(), "[") {
		return findGenericMethod(m, t, name)
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

// methodNames are the names that the code of T.name and (*T).name can have. The
// first one comes first because the second may be a wrapper of it.
func methodNames(typ, name string) []string {
	pkg := packagePath(typ)
	if pkg == "" {
		return nil
	}
	base := typ[len(pkg)+1:]
	return []string{pkg + "." + base + "." + name, pkg + ".(*" + base + ")." + name}
}

// findGenericMethod finds the code of a method of an instance of a generic type.
// Instances of the same shape share it: main.box[int] and main.box[main.ID] both
// run main.(*box[go.shape.int]).Get.
func findGenericMethod(m *machine, t *symbol.Type, name string) *boundFunc {
	typ := t.Name()
	open := strings.IndexByte(typ, '[')
	args := typ[open:]
	wanted := methodNames(typ[:open], name)
	var candidates []*boundFunc
	for _, im := range m.prog.site.files() {
		for _, fn := range im.File.Funcs() {
			i, j := strings.IndexByte(fn.Name, '['), strings.LastIndexByte(fn.Name, ']')
			if i < 0 || j < i {
				continue
			}
			if plain := fn.Name[:i] + fn.Name[j+1:]; plain != wanted[0] && plain != wanted[1] {
				continue
			}
			b := &boundFunc{im: im, fn: fn}
			if strings.ReplaceAll(fn.Name[i:j+1], "go.shape.", "") == args {
				return b
			}
			candidates = append(candidates, b)
		}
	}
	if len(candidates) == 1 {
		return candidates[0]
	}
	return nil
}
