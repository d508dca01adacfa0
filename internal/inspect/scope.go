package inspect

import (
	"errors"
	"fmt"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/expr"
	"github.com/tinydbg/tinydbg/internal/goruntime"
	"github.com/tinydbg/tinydbg/internal/unwind"
	"github.com/tinydbg/tinydbg/internal/value"
)

// defaultConfig is what is loaded when a client does not say.
var defaultConfig = api.LoadConfig{
	FollowPointers: true, MaxVariableRecurse: 1, MaxStringLen: 64, MaxArrayValues: 64, MaxStructFields: -1,
}

// Bounds on what one request may load, whatever it asks for.
const (
	maxRecurse = 100
	maxElems   = 1 << 20
	maxString  = 64 << 20
)

// loadConfig is cfg within bounds, or the default.
func loadConfig(cfg *api.LoadConfig) *api.LoadConfig {
	if cfg == nil {
		return &defaultConfig
	}
	c := *cfg
	c.MaxVariableRecurse = min(max(c.MaxVariableRecurse, 0), maxRecurse)
	c.MaxArrayValues = min(max(c.MaxArrayValues, 0), maxElems)
	c.MaxStringLen = min(max(c.MaxStringLen, 0), maxString)
	return &c
}

// frame finds the frame that a scope means. For a deferred call the context has
// its closure.
func (w *World) frame(s api.EvalScope) (*context, *unwind.Frame, error) {
	c, err := w.context(s.GoroutineID)
	if err != nil {
		return nil, nil, err
	}
	if s.Frame < 0 || s.Frame > MaxDepth || s.DeferredCall < 0 {
		return nil, nil, fmt.Errorf("Frame %d does not exist in goroutine %d", s.Frame, s.GoroutineID)
	}
	frames := w.stack(c, s.Frame+1, 0)
	if s.Frame >= len(frames) {
		return nil, nil, fmt.Errorf("Frame %d does not exist in goroutine %d", s.Frame, s.GoroutineID)
	}
	f := &frames[s.Frame]
	if s.DeferredCall == 0 {
		return c, f, nil
	}
	f, err = w.deferredFrame(c, frames, s)
	return c, f, err
}

// deferredFrame is a deferred call as if it had just begun: its arguments are
// in its closure.
func (w *World) deferredFrame(c *context, frames []unwind.Frame, s api.EvalScope) (*unwind.Frame, error) {
	if c.g == nil || w.Runtime == nil {
		return nil, errors.New("there are no deferred calls: the thread runs no goroutine")
	}
	all, err := w.Runtime.Defers(w.Mem, c.g)
	if err != nil {
		return nil, err
	}
	outer := &frames[s.Frame]
	for i, d := range w.DeferredIn(outer, all) {
		if i+1 != s.DeferredCall {
			continue
		}
		if d.Err != nil {
			return nil, d.Err
		}
		regs := unwind.FromSaved(w.Arch, d.Fn, d.SP, outer.Regs.FP())
		regs.Set(w.Arch.GoContextReg(), uint64(d.Closure))
		c.closure = d.Closure
		list := unwind.Stack(w.Mem, w.Images, regs, unwind.Options{Max: 1, Cache: w.Cache})
		return &list[0], nil
	}
	return nil, fmt.Errorf("deferred call %d does not exist in frame %d", s.DeferredCall, s.Frame)
}

// scope is the world of expressions in a frame.
func (w *World) scope(c *context, f *unwind.Frame, innermost bool) *expr.Scope {
	env := value.Env{Mem: w.Mem, Runtime: w.Runtime, Set: w.Images, Formatters: w.Formatters, PtrSize: w.Arch.PtrSize(), Order: w.Arch.ByteOrder()}
	sc := expr.ScopeOf(w.Images.All(), f, env)
	sc.ThreadID, sc.Closure = c.thread, c.closure
	sc.G = func() (*goruntime.G, error) { return c.g, nil }
	if !innermost || c.thread == 0 {
		return sc
	}
	if regs, err := w.Regs(c.thread, true); err == nil {
		sc.Thread, sc.Env.Regs = regs, regs
	}
	if w.SetRegister != nil {
		sc.Env.SetReg = func(dwarf int, data []byte) error { return w.SetRegister(c.thread, dwarf, data) }
	}
	return sc
}

// evalScope finds the frame that s means, as a scope.
func (w *World) evalScope(s api.EvalScope) (*expr.Scope, error) {
	c, f, err := w.frame(s)
	if err != nil {
		return nil, err
	}
	return w.scope(c, f, s.Frame == 0 && s.DeferredCall == 0), nil
}

// Scope is the frame of an EvalScope, for expressions: watchpoints and injected
// calls begin with it.
func (w *World) Scope(s api.EvalScope) (*expr.Scope, error) { return w.evalScope(s) }

// Eval evaluates an expression. cfg nil loads as much as by default.
func (w *World) Eval(s api.EvalScope, src string, cfg *api.LoadConfig) (*api.Variable, error) {
	sc, err := w.evalScope(s)
	if err != nil {
		return nil, err
	}
	r, err := expr.Eval(src, sc)
	if err != nil {
		return nil, err
	}
	v := r.ToAPI(*loadConfig(cfg))
	return &v, nil
}

// Set assigns the value of one expression to what another one means.
func (w *World) Set(s api.EvalScope, lhs, rhs string) error {
	sc, err := w.evalScope(s)
	if err != nil {
		return err
	}
	return expr.Set(sc, lhs, rhs)
}

// address evaluates an expression to an address.
func (w *World) address(s api.EvalScope, src string) (addr.Addr, error) {
	sc, err := w.evalScope(s)
	if err != nil {
		// Functions and numbers need no frame.
		sc = &expr.Scope{Site: expr.Site{Images: w.Images.All()}, Env: &value.Env{Mem: w.Mem, Runtime: w.Runtime}}
	}
	e, err := expr.Parse(src)
	if err != nil {
		return 0, err
	}
	p, err := e.Compile(sc.Site)
	if err != nil {
		return 0, err
	}
	return p.Address(sc)
}
