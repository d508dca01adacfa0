package inspect

import (
	"fmt"
	"strings"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/addr"
)

// filter is a list of conditions that all have to hold.
type filter []func(*goroutine) bool

func (f filter) accepts(g *goroutine) bool {
	for _, ok := range f {
		if !ok(g) {
			return false
		}
	}
	return true
}

// filters compiles the filters of a request.
func (w *World) filters(in api.ListGoroutinesIn) (filter, error) {
	var list filter
	for _, f := range in.Filters {
		ok, err := w.condition(f, in.EvalScope)
		if err != nil {
			return nil, err
		}
		if f.Negated {
			positive := ok
			ok = func(g *goroutine) bool { return !positive(g) }
		}
		list = append(list, ok)
	}
	return list, nil
}

func (w *World) condition(f api.ListGoroutinesFilter, scope *api.EvalScope) (func(*goroutine) bool, error) {
	switch f.Kind {
	case api.GoroutineFieldNone:
		return func(*goroutine) bool { return true }, nil
	case api.GoroutineCurrentLoc, api.GoroutineUserLoc, api.GoroutineGoLoc, api.GoroutineStartLoc:
		return func(g *goroutine) bool { return strings.Contains(g.at(f.Kind).text, f.Arg) }, nil
	case api.GoroutineLabel:
		key, want, withValue := strings.Cut(f.Arg, "=")
		return func(g *goroutine) bool {
			have, ok := g.g.Labels[key]
			return ok && (!withValue || have == want)
		}, nil
	case api.GoroutineRunning:
		return func(g *goroutine) bool { return g.g.OnThread() }, nil
	case api.GoroutineUser:
		return func(g *goroutine) bool { return !g.g.System }, nil
	case api.GoroutineWaitingOnChannel:
		return w.onChannel(f.Arg, scope)
	}
	return nil, fmt.Errorf("unknown goroutine filter %d", f.Kind)
}

func (w *World) onChannel(src string, scope *api.EvalScope) (func(*goroutine) bool, error) {
	if scope == nil {
		scope = &api.EvalScope{GoroutineID: -1}
	}
	ch, err := w.channel(*scope, src)
	if err != nil {
		return nil, err
	}
	return func(g *goroutine) bool { return w.waitsOn(g.g, ch) }, nil
}

// channel evaluates an expression to the address of a channel's structure.
func (w *World) channel(scope api.EvalScope, src string) (addr.Addr, error) {
	a, err := w.address(scope, src)
	if err == nil && a == 0 {
		err = fmt.Errorf("%q is nil: nobody is waiting on it that could be found", src)
	}
	return a, err
}
