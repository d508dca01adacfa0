package session

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/expr"
	"github.com/tinydbg/tinydbg/internal/goruntime"
	"github.com/tinydbg/tinydbg/internal/run"
	"github.com/tinydbg/tinydbg/internal/step"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/target"
	"github.com/tinydbg/tinydbg/internal/value"
)

// call evaluates an expression that may call functions, and waits for the
// stop: the one at the end, where the state has the results, or another one
// before. Then whoever goes on gets the results.
func (s *Session) call(ctx context.Context, cmd api.DebuggerCommand) (*api.DebuggerState, error) {
	begin := func() (*evaluation, error) {
		w, sc, err := s.callScope(api.EvalScope{GoroutineID: cmd.GoroutineID})
		if err != nil {
			return nil, err
		}
		e, err := expr.Parse(cmd.Expr)
		if err != nil {
			return nil, err
		}
		p, err := e.Compile(sc.Site)
		if err != nil {
			return nil, err
		}
		cfg := value.LoadConfig{FollowPointers: true, MaxVariableRecurse: 1, MaxStringLen: 64, MaxArrayValues: 64, MaxStructFields: -1}
		if cmd.ReturnInfoLoadConfig != nil {
			cfg = *cmd.ReturnInfoLoadConfig
		}
		ev := s.newEvaluation(w, sc, func(ev *evaluation) error { return ev.collect(p, sc, cfg) })
		ev.unsafe = cmd.UnsafeCall
		return ev, nil
	}
	return s.evaluate(ctx, cmd, begin)
}

// collect evaluates p and keeps what it gives. A panic is a result.
func (ev *evaluation) collect(p *expr.Program, sc *expr.Scope, cfg value.LoadConfig) error {
	list, err := p.Results(sc)
	var panicked *expr.PanicError
	if errors.As(err, &panicked) {
		ev.results = append(ev.results, panicked.Value.ToAPI(cfg))
		return nil
	}
	for _, r := range list {
		ev.results = append(ev.results, r.ToAPI(cfg))
	}
	return err
}

// evaluate runs an evaluation and waits for the stop.
func (s *Session) evaluate(ctx context.Context, cmd api.DebuggerCommand, begin func() (*evaluation, error)) (*api.DebuggerState, error) {
	return s.runAsTold(ctx, cmd, func() (runLoop, error) {
		ev, err := begin()
		if err != nil {
			return nil, err
		}
		s.calls = append(s.calls, ev)
		loop := s.advance(ev)
		if loop == nil {
			// It needed no call.
			s.returned, s.called = ev.results, ev
			return nil, ev.err
		}
		return loop, nil
	})
}

// runAsTold runs the loop that f returns and waits for the stop. Where that is nil
// there is nothing to run.
func (s *Session) runAsTold(ctx context.Context, cmd api.DebuggerCommand, f func() (runLoop, error)) (*api.DebuggerState, error) {
	var o *outcome
	err := s.do(func() error {
		if err := s.checkRunnable(); err != nil {
			return err
		}
		loop, err := f()
		if err != nil || loop == nil {
			return err
		}
		o = s.start(cmd, loop)
		return nil
	})
	switch {
	case err != nil:
		return nil, err
	case o == nil:
		return s.stateNow()
	}
	return s.outcome(ctx, o)
}

// callScope is the innermost frame of a goroutine that functions can be called
// on, as a scope.
func (s *Session) callScope(es api.EvalScope) (where, *expr.Scope, error) {
	w, err := s.at(es.GoroutineID)
	if err != nil {
		return w, nil, err
	}
	if err := s.callable(w); err != nil {
		return w, nil, err
	}
	sc, err := s.world().Scope(es)
	return w, sc, err
}

// callable is why no function can be called on a goroutine, as far as can be
// seen without asking the runtime.
func (pr *process) callable(w where) error {
	switch {
	case pr.goRuntime() == nil:
		return fmt.Errorf("no function can be called: %w", pr.noRuntime)
	case w.g == nil:
		return fmt.Errorf("no function can be called on thread %d: it runs no goroutine", w.thread.ID())
	case w.thread == nil || w.g.Status != goruntime.Running:
		return fmt.Errorf("no function can be called on goroutine %d: it is %s; that needs a running one, such as one that is stopped at a breakpoint%s",
			w.g.ID, doing(w.g), pr.whenPossible(w))
	case pr.loop.Arrived(w.thread.Thread):
		return fmt.Errorf("no function can be called on goroutine %d: a call before is just being finished on it; continue, and then it is possible", w.g.ID)
	case pr.loop.Faulted(w.thread.Thread):
		return fmt.Errorf("no function can be called on goroutine %d: it is about to get the signal of a fault, which would hit the call instead", w.g.ID)
	case w.thread.system || w.thread.regs.SP() < w.g.StackLo || w.thread.regs.SP() >= w.g.StackHi:
		return fmt.Errorf("no function can be called on goroutine %d: it is on the system stack%s", w.g.ID, pr.whenPossible(w))
	case int64(w.thread.regs.SP()-w.g.StackLo) < int64(step.Room()):
		return fmt.Errorf("no function can be called on goroutine %d: there are less than %d bytes of stack left%s", w.g.ID, step.Room(), pr.whenPossible(w))
	}
	return nil
}

func doing(g *goruntime.G) string {
	if g.WaitReason != "" {
		return g.Status.String() + " (" + g.WaitReason + ")"
	}
	return g.Status.String()
}

// whenPossible says where the goroutine can be called on: when it is back in
// the user's code.
func (pr *process) whenPossible(w where) string {
	frames := pr.stack(w, 50)
	for i := range frames {
		f := &frames[i]
		if f.Func == nil || f.Inlined || ofRuntime(f.Name) {
			continue
		}
		if i == 0 {
			return fmt.Sprintf("; it is likely to be possible on the next line of %s: try next", f.Name)
		}
		return fmt.Sprintf("; it is possible when it is back in %s at %s:%d: set a breakpoint behind that line, or stepout", f.Name, f.File, f.Line)
	}
	return ""
}

// refusal is the runtime's reason not to allow a call.
func (pr *process) refusal(reason string, t target.Thread) error {
	if reason == "" {
		return errors.New("the call did not return")
	}
	err := fmt.Errorf("the runtime refuses the call: %s", reason)
	if pr.arrive() != nil {
		return err
	}
	w, e := pr.atThread(t.ID())
	if e != nil || w.g == nil {
		return err
	}
	return fmt.Errorf("%w%s", err, pr.whenPossible(w))
}

// debugCall is where the runtime's protocol for calls begins.
const debugCall = "runtime.debugCallV2"

// protocol finds runtime.debugCallV2 and its companions.
func (pr *process) protocol() (entry addr.Addr, owns func(addr.Addr) bool, err error) {
	img, fn := pr.images.FuncNamed(debugCall)
	if fn == nil {
		return 0, nil, errors.New("no function can be called: the program has no runtime.debugCallV2, which that needs")
	}
	owns = func(a addr.Addr) bool {
		_, f := pr.images.FuncAt(a)
		return f != nil && ofProtocol(f)
	}
	return img.Addr(fn.Entry), owns, nil
}

// protocol lists the functions of the protocol for calls, by name: the process is
// stopped, and to look through all functions of a large program takes 100 ms.
func protocol(f *symbol.File) (list []*symbol.Func) {
	for _, name := range protocolNames() {
		if fn := f.FuncNamed(name); fn != nil {
			list = append(list, fn)
		}
	}
	return list
}

// protocolNames are debugCallV2, debugCallPanicked, and debugCall32 to
// debugCall65536, the frames for calls (runtime/asm_amd64.s).
var protocolNames = sync.OnceValue(func() []string {
	names := []string{debugCall, "runtime.debugCallPanicked"}
	for size := 32; size <= 65536; size *= 2 {
		names = append(names, fmt.Sprintf("debugCall%d", size))
	}
	return names
})

func ofProtocol(f *symbol.Func) bool { return slices.Contains(protocolNames(), f.Name) }

// Set assigns the value of an expression. Where that needs memory in the
// program, or calls, the process runs for a moment.
func (s *Session) Set(ctx context.Context, es api.EvalScope, symbol, text string) error {
	err := s.whileStopped(func() error { return s.world().Set(es, symbol, text) })
	var needs *value.NeedsMemoryError
	if !errors.As(err, &needs) && !errors.Is(err, expr.ErrCall) {
		return err
	}
	st, failed := s.evaluate(ctx, api.DebuggerCommand{Name: api.Call}, func() (*evaluation, error) {
		w, sc, no := s.callScope(es)
		if no != nil {
			return nil, fmt.Errorf("%w: %w", err, no)
		}
		return s.newEvaluation(w, sc, func(*evaluation) error { return expr.Set(sc, symbol, text) }), nil
	})
	if failed == nil && len(st.StopReason) > 0 && st.StopReason != reason(&run.Stop{Reason: run.Called}) {
		return fmt.Errorf("%s is not set yet: the process stopped before (%s); continue, and it will be", symbol, st.StopReason)
	}
	return failed
}
