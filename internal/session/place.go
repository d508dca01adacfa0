package session

import (
	"errors"
	"fmt"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/locspec"
)

// placeOf finds the addresses that a request for a breakpoint means, in this
// order: addresses, a file's line, a function (and a line relative to it), a
// location expression.
func (pr *process) placeOf(b *api.Breakpoint, locExpr string, rules [][2]string) ([]addr.Addr, error) {
	switch {
	case len(b.Addrs) > 0:
		as := make([]addr.Addr, len(b.Addrs))
		for i, a := range b.Addrs {
			as[i] = addr.Addr(a)
		}
		return as, nil
	case b.Addr != 0:
		return []addr.Addr{addr.Addr(b.Addr)}, nil
	case b.File != "":
		return pr.resolve(fmt.Sprintf("%s:%d", b.File, b.Line), rules)
	case b.FunctionName != "":
		return pr.inFunction(b.FunctionName, b.Line, rules)
	case locExpr != "":
		return pr.resolve(locExpr, rules)
	}
	return nil, fmt.Errorf("no location given for the breakpoint")
}

// inFunction finds a function's body or, if line is positive, the line that
// many after the one where the function is declared.
func (pr *process) inFunction(name string, line int, rules [][2]string) ([]addr.Addr, error) {
	if line > 0 {
		if _, fn := pr.images.FuncNamed(name); fn != nil {
			return pr.resolve(fmt.Sprintf("%s:%d", fn.SourceFile(), fn.StartLine()+line), nil)
		}
	}
	at, err := pr.resolve(name, rules)
	var none *locspec.NotFoundError
	if errors.As(err, &none) {
		return nil, fmt.Errorf("could not find function %s", name)
	}
	return at, err
}

func (pr *process) resolve(text string, rules [][2]string) ([]addr.Addr, error) {
	return addresses(text, pr.locationEnv(rules))
}

// addresses resolves a location expression to at least one address.
func addresses(text string, env locspec.Env) ([]addr.Addr, error) {
	spec, err := locspec.Parse(text)
	if err != nil {
		return nil, err
	}
	locs, err := spec.Resolve(env)
	if err != nil {
		return nil, err
	}
	var as []addr.Addr
	for _, l := range locs {
		as = append(as, l.PCs...)
	}
	if len(as) == 0 {
		return nil, fmt.Errorf("could not find statement at %s, please use a line with a statement", text)
	}
	return as, nil
}

// locationEnv is what locations are resolved in. While the process runs there
// is no current place, and no address expression can be evaluated.
// Precondition: session goroutine.
func (pr *process) locationEnv(rules [][2]string) locspec.Env {
	if pr.session.checkStopped() != nil {
		return locspec.Env{Images: pr.images.All(), Rules: rules}
	}
	return pr.world().LocationEnv(api.EvalScope{GoroutineID: -1}, rules)
}
