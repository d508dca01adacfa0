package expr

import "github.com/tinydbg/tinydbg/internal/symbol"

// Type resolves a type as an expression would write it: "main.T", "*T",
// "map[string]http.Header". The name may also be one that only debug information
// has. The error of one that does not exist wraps a *symbol.NotFoundError.
func Type(src string, site Site) (*symbol.Type, error) {
	if t, err := site.typeNamed("", src); err == nil {
		return t, nil
	}
	e, err := Parse(src)
	if err != nil {
		return nil, &symbol.NotFoundError{What: "type", Name: src}
	}
	c := &compiler{e: e, site: &site}
	return c.typeExpr(e.root)
}
