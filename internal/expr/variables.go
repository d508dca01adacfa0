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
	c := &compiler{site: &sc.Site}
	all := c.locals()
	if c.varsErr != nil {
		return nil, c.varsErr
	}
	list := make([]Variable, 0, len(all))
	visible := c.visible()
	for _, v := range all {
		hidden := v.Name == "" || v.Name[0] == '.' || v.Name[0] == '#' || v.Name == "_"
		if hidden || v.InlineDepth != sc.InlineDepth || v.Kind == symbol.Local && !v.InScope && !sc.captured(v) {
			continue
		}
		list = append(list, Variable{v, sc.variable(v, sc.Image, all), visible[v.Name] != v && v.InScope})
	}
	slices.SortStableFunc(list, func(a, b Variable) int { return order(a.Var) - order(b.Var) })
	return list, nil
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
