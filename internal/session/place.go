package session

import (
	"errors"
	"fmt"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/locspec"
	"github.com/tinydbg/tinydbg/internal/unwind"
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
	env := locspec.Env{Images: pr.images.All(), Rules: rules}
	if pr.session.checkStopped() != nil {
		return env
	}
	env.Here = func() (locspec.Place, bool) {
		_, f := pr.selectedFrame()
		if f == nil {
			return locspec.Place{}, false
		}
		return locspec.Place{File: f.File, Line: f.Line, PC: f.PC}, true
	}
	env.Eval = func(text string) (addr.Addr, error) {
		w, f := pr.selectedFrame()
		if f == nil {
			return 0, errors.New("an address expression needs a stack to be evaluated in")
		}
		p, sc, err := pr.compileAt(text, f, w)
		if err != nil {
			return 0, err
		}
		return p.Address(sc)
	}
	return env
}

// selectedFrame is the topmost frame of the selected goroutine, or thread; nil
// when it has none.
func (pr *process) selectedFrame() (w where, f *unwind.Frame) {
	w, err := pr.at(-1)
	if err != nil {
		return w, nil
	}
	frames := pr.stack(w, 1)
	if len(frames) == 0 {
		return w, nil
	}
	return w, &frames[0]
}
