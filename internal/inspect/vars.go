package inspect

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/expr"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/unwind"
)

// ListLocalVars lists the local variables that are in scope, as declared. Those
// hidden by another one of the same name have the shadowed flag.
func (w *World) ListLocalVars(s api.EvalScope, cfg api.LoadConfig) ([]api.Variable, error) {
	c, f, err := w.frame(s)
	if err != nil {
		return nil, err
	}
	locals, _, err := w.scopeVars(w.scope(c, f, s.Frame == 0 && s.DeferredCall == 0), f, *loadConfig(&cfg))
	return locals, err
}

// ListFunctionArgs lists arguments and results of the frame's function.
func (w *World) ListFunctionArgs(s api.EvalScope, cfg api.LoadConfig) ([]api.Variable, error) {
	c, f, err := w.frame(s)
	if err != nil {
		return nil, err
	}
	_, args, err := w.scopeVars(w.scope(c, f, s.Frame == 0 && s.DeferredCall == 0), f, *loadConfig(&cfg))
	return args, err
}

func (w *World) frameVars(c *context, f *unwind.Frame, cfg api.LoadConfig) (locals, args []api.Variable, err error) {
	return w.scopeVars(w.scope(c, f, f.Regs != nil && f.Regs.Thread() != nil), f, cfg)
}

// scopeVars reads the variables of a frame.
func (w *World) scopeVars(sc *expr.Scope, f *unwind.Frame, cfg api.LoadConfig) (locals, args []api.Variable, err error) {
	locals, args = []api.Variable{}, []api.Variable{}
	if f.Image == nil {
		return locals, args, fmt.Errorf("no variables: %v is in no known file", f.PC)
	}
	vars, err := sc.Variables()
	if err != nil {
		return locals, args, fmt.Errorf("no variables of %s: %w", f.Name, err)
	}
	locals = make([]api.Variable, 0, len(vars))
	for _, v := range vars {
		out := v.Value.ToAPI(cfg)
		if v.Shadowed {
			out.Flags |= api.VariableShadowed
		}
		if v.Var.Kind == symbol.Local {
			locals = append(locals, out)
		} else {
			args = append(args, out)
		}
	}
	return locals, args, nil
}

// ListPackageVars lists the package variables whose full names match.
func (w *World) ListPackageVars(filter string, cfg api.LoadConfig) ([]api.Variable, error) {
	re, err := compileFilter(filter)
	if err != nil {
		return nil, err
	}
	sc := w.globalScope()
	out := []api.Variable{}
	var why error
	for _, im := range w.Images.All() {
		globals, err := im.File.Globals()
		if err != nil {
			if im == w.Images.Main() {
				why = fmt.Errorf("no package variables of %s: %w", im.File.Path(), err)
			}
			continue
		}
		for _, v := range globals {
			if re.MatchString(v.Name) {
				out = append(out, sc.Global(v, im).ToAPI(*loadConfig(&cfg)))
			}
		}
	}
	if len(out) == 0 && why != nil {
		return nil, why
	}
	slices.SortStableFunc(out, func(a, b api.Variable) int { return compareStrings(a.Name, b.Name) })
	return out, nil
}

// globalScope is a scope outside of any frame.
func (w *World) globalScope() *expr.Scope {
	c, err := w.threadContext(w.Thread)
	if err != nil {
		c = &context{}
	}
	return w.scope(c, &unwind.Frame{}, false)
}

// compileFilter compiles a regular expression; "" matches all.
func compileFilter(filter string) (*regexp.Regexp, error) {
	re, err := regexp.Compile(filter)
	if err != nil {
		return nil, fmt.Errorf("invalid filter argument: %w", err)
	}
	return re, nil
}

func compareStrings(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
