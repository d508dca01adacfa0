package session

import (
	"fmt"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/breakpoint"
	"github.com/tinydbg/tinydbg/internal/expr"
	"github.com/tinydbg/tinydbg/internal/goruntime"
	"github.com/tinydbg/tinydbg/internal/unwind"
	"github.com/tinydbg/tinydbg/internal/value"
)

// frameAt finds the frame of a scope, with all outer to it.
// Precondition: session goroutine; stopped.
func (pr *process) frameAt(scope api.EvalScope) (where, *unwind.Frame, error) {
	w, err := pr.at(scope.GoroutineID)
	if err != nil {
		return w, nil, err
	}
	frames := pr.stack(w, scope.Frame+1)
	if scope.Frame < 0 || scope.Frame >= len(frames) {
		return w, nil, fmt.Errorf("Frame %d does not exist in goroutine %d", scope.Frame, max(scope.GoroutineID, pr.selected.goroutine))
	}
	return w, &frames[scope.Frame], nil
}

// exprScope is a frame as a scope for expressions. Registers can be set in the
// innermost frame of a thread.
// Precondition: session goroutine; stopped.
func (pr *process) exprScope(f *unwind.Frame, w where) *expr.Scope {
	sc := expr.ScopeOf(pr.images.All(), f, value.Env{Mem: pr.mem, Runtime: pr.goRuntime(), Set: pr.images, Formatters: pr.session.cfg.Formatters})
	sc.G = func() (*goruntime.G, error) { return w.g, nil }
	if w.thread == nil {
		return sc
	}
	sc.ThreadID = w.thread.ID()
	if sc.Thread != nil {
		sc.Env.SetReg = func(dwarf int, v []byte) error { return pr.setRegister(w.thread, dwarf, v) }
	}
	return sc
}

// compileAt compiles an expression for a frame.
func (pr *process) compileAt(text string, f *unwind.Frame, w where) (*expr.Program, *expr.Scope, error) {
	e, err := expr.Parse(text)
	if err != nil {
		return nil, nil, err
	}
	sc := pr.exprScope(f, w)
	p, err := e.Compile(sc.Site)
	return p, sc, err
}

// setRegister writes a register of a stopped thread.
func (pr *process) setRegister(tv *threadView, dwarf int, v []byte) error {
	return pr.onTracer(func() error {
		regs, err := tv.Registers(true)
		if err != nil {
			return err
		}
		if err := regs.SetBytes(dwarf, v); err != nil {
			return err
		}
		if err := tv.SetRegisters(regs); err != nil {
			return err
		}
		if regs.PC() != tv.regs.PC() {
			pr.loop.Moved(tv.Thread)
		}
		tv.regs = regs
		return nil
	})
}

// condition makes a func value of a breakpoint's condition. It is compiled
// once for each of the breakpoint's places, at the first hit there.
func (pr *process) condition(text string) (func(*breakpoint.Hit) (bool, error), error) {
	e, err := expr.Parse(text)
	if err != nil {
		return nil, err
	}
	programs := map[addr.Addr]*expr.Program{}
	return func(h *breakpoint.Hit) (bool, error) {
		sc := pr.hitScope(h)
		p := programs[h.Addr]
		if p == nil {
			if p, err = e.Compile(sc.Site); err != nil {
				return false, err
			}
			programs[h.Addr] = p
		}
		return p.Bool(sc)
	}, nil
}

// hitScope is the scope of a hit. It is made once for all conditions there.
// Precondition: tracer.
func (pr *process) hitScope(h *breakpoint.Hit) *expr.Scope {
	if sc, ok := h.Cache.(*expr.Scope); ok {
		return sc
	}
	regs := unwind.FromThread(pr.proc.Arch(), h.Regs)
	frames := unwind.Stack(pr.clean, pr.images, regs, unwind.Options{Max: 1, Cache: pr.frames})
	sc := expr.ScopeOf(pr.images.All(), &frames[0], value.Env{Mem: pr.clean, Runtime: pr.goRuntime(), Set: pr.images})
	sc.ThreadID = h.Thread.ID()
	sc.G = func() (*goruntime.G, error) {
		g, _, err := pr.goRuntime().ThreadG(pr.clean, h.Regs)
		return g, err
	}
	h.Cache = sc
	return sc
}
