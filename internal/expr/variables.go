package expr

import (
	"slices"

	"github.com/tinydbg/tinydbg/internal/image"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/value"
)

// Variable is a variable of a frame.
type Variable struct {
	Var   *symbol.Var
	Value *value.Value
	// Shadowed is true when a name in the frame means another variable.
	Shadowed bool
}

// Variables lists arguments, results and the local variables that are in scope,
// in the order of their declarations. The compiler's own are left out.
func (sc *Scope) Variables() ([]Variable, error) {
	if sc.Image == nil {
		return nil, nil
	}
	all, err := sc.Image.File.Vars(sc.PC)
	if err != nil {
		return nil, err
	}
	list := sc.Among(all, func(*symbol.Var) bool { return true })
	if outer := sc.enclosedVariables(list); len(outer) > 0 {
		list = append(outer, list...)
		slices.SortStableFunc(list, func(a, b Variable) int { return order(a.Var) - order(b.Var) })
	}
	return list, nil
}

// Among is Variables, of those that are wanted. all is what the image's file
// says about variables at the scope's PC; it serves every scope there.
func (sc *Scope) Among(all []*symbol.Var, wanted func(*symbol.Var) bool) (list []Variable) {
	c := &compiler{site: &sc.Site, vars: all, varsLoaded: true}
	visible := c.visible()
	list = make([]Variable, 0, len(all))
	for _, v := range all {
		if !wanted(v) {
			continue
		}
		hidden := v.Name == "" || v.Name[0] == '.' || v.Name[0] == '#' || v.Name == "_"
		if hidden || v.InlineDepth != sc.InlineDepth || v.Kind == symbol.Local && !v.InScope && !sc.captured(v) {
			continue
		}
		list = append(list, Variable{v, sc.variable(v, sc.Image, all), visible[v.Name] != v && v.InScope})
	}
	slices.SortStableFunc(list, func(a, b Variable) int { return order(a.Var) - order(b.Var) })
	return list
}

// order puts arguments before results before local variables, and those by line.
func order(v *symbol.Var) int {
	switch v.Kind {
	case symbol.Arg:
		return -2
	case symbol.Result:
		return -1
	}
	return v.DeclLine
}

// Global is the value of a package variable of an image.
func (sc *Scope) Global(v *symbol.Var, im *image.Image) *value.Value {
	return sc.variable(v, im, nil)
}
