package inspect

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/expr"
	"github.com/tinydbg/tinydbg/internal/symbol"
)

// ListTypes lists the names of types that match.
func (w *World) ListTypes(filter string) ([]string, error) {
	re, err := compileFilter(filter)
	if err != nil {
		return nil, err
	}
	out := []string{}
	var why error
	for _, im := range w.Images.All() {
		names, err := im.File.TypeNames()
		if err != nil {
			if im == w.Images.Main() {
				why = fmt.Errorf("no types of %s: %w", im.File.Path(), err)
			}
			continue
		}
		for _, n := range names {
			if re.MatchString(n) {
				out = append(out, n)
			}
		}
	}
	if len(out) == 0 && why != nil {
		return nil, why
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// TypeInfo describes a type, given by name as expressions write it: its size,
// its fields, and the methods that have code.
func (w *World) TypeInfo(name string) (*api.TypeInfo, error) {
	t, err := w.typeOf(name)
	if err != nil {
		return nil, err
	}
	out := &api.TypeInfo{Kind: reflect.Kind(t.Kind()), Size: t.Size(), RealType: w.underlying(t)}
	if t.Kind() > symbol.UnsafePointer { // C's kinds have no number there
		out.Kind = reflect.Invalid
	}
	if t.Kind() == symbol.Struct || t.Kind() == symbol.Union {
		for _, f := range t.Fields() {
			field := api.TypeInfoField{Name: f.Name, Offset: f.Offset, Embedded: f.Embedded}
			if f.Type != nil {
				field.Type, field.Size = f.Type.Name(), f.Type.Size()
			}
			out.Fields = append(out.Fields, field)
		}
	}
	if out.Methods = w.methods(t); t.Kind() == symbol.Interface {
		out.Methods = w.interfaceMethods(t)
	}
	return out, nil
}

func (w *World) typeOf(name string) (*symbol.Type, error) {
	sc, err := w.evalScope(api.EvalScope{GoroutineID: -1})
	if err != nil {
		sc = w.globalScope()
	}
	t, err := expr.Type(name, sc.Site)
	var none *symbol.NotFoundError
	if errors.As(err, &none) {
		err = fmt.Errorf("no type entry found, use 'types' for a list of valid types: %w", err)
	}
	return t, err
}

// plainName is a name without type arguments.
func plainName(name string) string {
	i, j := strings.IndexByte(name, '['), strings.LastIndexByte(name, ']')
	if i < 0 || j < i {
		return name
	}
	return name[:i] + name[j+1:]
}

// methods lists the methods of a named type, those of pointers to it included.
func (w *World) methods(t *symbol.Type) []api.TypeInfoMethod {
	if !t.Named() || t.PkgPath() == "" {
		return nil
	}
	base := strings.TrimPrefix(plainName(t.Name()), t.PkgPath()+".")
	prefixes := []string{t.PkgPath() + "." + base + ".", t.PkgPath() + ".(*" + base + ")."}
	seen := make(map[string]bool)
	var out []api.TypeInfoMethod
	for _, fn := range t.File().Funcs() {
		for _, p := range prefixes {
			method, ok := strings.CutPrefix(plainName(fn.Name), p)
			if ok && !strings.ContainsAny(method, ".-") && !seen[method] {
				seen[method] = true
				out = append(out, api.TypeInfoMethod{Name: fn.Name})
			}
		}
	}
	slices.SortFunc(out, func(a, b api.TypeInfoMethod) int { return compareStrings(a.Name, b.Name) })
	return out
}
