package session

import (
	"context"
	"sync"
	"time"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/breakpoint"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/value"
)

// CreateEBPFTracepoint has the calls and returns of a function recorded, for
// GetBufferedTracepoints to take. Nobody is stopped for it: a call is looked at
// as one for a condition that is false. The name is the protocol's.
func (s *Session) CreateEBPFTracepoint(_ context.Context, function string) (out *api.Breakpoint, err error) {
	err = s.whileAlive(func() error {
		out, err = s.traceInPassing(function)
		return err
	})
	return out, err
}

// GetBufferedTracepoints takes what was recorded since it was last asked. It
// may be asked while the process runs, and when that has ended.
func (s *Session) GetBufferedTracepoints(context.Context, *api.LoadConfig) ([]api.TracepointResult, error) {
	return s.traced.take(), nil
}

// tracedConfig is how much of arguments and results is recorded.
var tracedConfig = value.LoadConfig{MaxStringLen: 64, MaxArrayValues: 64, MaxStructFields: 3}

// traceInPassing arms the beginning and the returns of a function.
func (pr *process) traceInPassing(function string) (*api.Breakpoint, error) {
	starts, err := pr.inFunction(function, 0, nil)
	if err != nil {
		return nil, err
	}
	set := &settings{alone: true, Breakpoint: api.Breakpoint{FunctionName: function, Tracepoint: true}}
	entry := &breakpoint.Breakpoint{Addrs: starts, User: set, Cond: pr.recordCall(function)}
	out, err := pr.addBreakpoint(entry)
	if err != nil {
		return nil, err
	}
	all, err := pr.world().FunctionReturnLocations(function)
	if err != nil {
		return out, nil // it is inlined everywhere
	}
	back := &breakpoint.Breakpoint{User: &settings{alone: true, Breakpoint: api.Breakpoint{FunctionName: function, TraceReturn: true}}}
	for _, a := range all {
		// The list has the calls of runtime.deferreturn, too, which come before
		// the results are final.
		if in, err := pr.code().Instr(addr.Addr(a)); err == nil && in.Kind == arch.InstReturn {
			back.Addrs = append(back.Addrs, addr.Addr(a))
		}
	}
	if len(back.Addrs) == 0 {
		return out, nil
	}
	back.Cond = pr.recordReturn(function, back.Addrs[0])
	_, err = pr.addBreakpoint(back)
	return out, err
}

// recordCall is a condition that records its hit and is false.
func (pr *process) recordCall(function string) func(*breakpoint.Hit) (bool, error) {
	known := map[addr.Addr][]*symbol.Var{}
	isArg := func(v *symbol.Var) bool { return v.Kind == symbol.Arg }
	return func(h *breakpoint.Hit) (bool, error) {
		r := pr.tracedHit(h, function)
		sc := pr.hitScope(h)
		if _, ok := known[h.Addr]; !ok && sc.Image != nil {
			known[h.Addr], _ = sc.Image.File.Vars(sc.PC) // without them, a call is still one
		}
		for _, v := range sc.Among(known[h.Addr], isArg) {
			r.InputParams = append(r.InputParams, v.Value.ToAPI(tracedConfig))
		}
		pr.session.traced.put(r, pr.session.quit)
		return false, nil
	}
}

// recordReturn is recordCall for the return instructions of a function, one of
// which is at a.
func (pr *process) recordReturn(function string, a addr.Addr) func(*breakpoint.Hit) (bool, error) {
	var results func(*value.Env, addr.Addr, value.LoadConfig) []api.Variable
	if img, fn := pr.images.FuncAt(a); fn != nil && fn.IsGo() {
		results = pr.resultsOf(img, fn)
	}
	return func(h *breakpoint.Hit) (bool, error) {
		r := pr.tracedHit(h, function)
		r.IsRet = true
		if results != nil {
			regs := h.Regs
			if all, err := h.Thread.Registers(true); err == nil {
				regs = all
			}
			env := &value.Env{Mem: pr.clean, Runtime: pr.goRuntime(), Set: pr.images, Regs: regs,
				Order: pr.proc.Arch().ByteOrder(), PtrSize: pr.proc.Arch().PtrSize()}
			// As it will be behind the return instruction.
			r.ReturnParams = results(env, regs.SP()+addr.Addr(env.PtrSize), tracedConfig)
		}
		pr.session.traced.put(r, pr.session.quit)
		return false, nil
	}
}

// Precondition: tracer.
func (pr *process) tracedHit(h *breakpoint.Hit, function string) api.TracepointResult {
	r := api.TracepointResult{Addr: uint64(h.Addr), FunctionName: function}
	r.GoroutineID = int(h.Goroutine())
	if img := pr.images.At(h.Addr); img != nil {
		if pos, ok := img.File.Line(img.FileAddr(h.Addr)); ok {
			r.File, r.Line = pos.File, pos.Line
		}
	}
	return r
}

// tracedHits are hits that were recorded and not yet taken.
type tracedHits struct {
	mu    sync.Mutex // guards all
	hits  []api.TracepointResult
	taken chan struct{} // closed by take
}

const (
	maxTraced = 1 << 14
	// patience is how long the debuggee waits for somebody to take the hits,
	// before the oldest are given up.
	patience = time.Second
)

func (t *tracedHits) take() []api.TracepointResult {
	t.mu.Lock()
	defer t.mu.Unlock()
	hits := t.hits
	t.hits = nil
	if t.taken != nil {
		close(t.taken)
		t.taken = nil
	}
	return hits
}

func (t *tracedHits) put(r api.TracepointResult, quit <-chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.hits) >= maxTraced {
		t.wait(quit)
	}
	if len(t.hits) >= maxTraced {
		t.hits = append([]api.TracepointResult(nil), t.hits[maxTraced/2:]...)
	}
	t.hits = append(t.hits, r)
}

// wait gives up the lock until the hits are taken, or patience is at its end.
func (t *tracedHits) wait(quit <-chan struct{}) {
	if t.taken == nil {
		t.taken = make(chan struct{})
	}
	taken := t.taken
	t.mu.Unlock()
	defer t.mu.Lock()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-taken:
	case <-quit:
	case <-timer.C:
	}
}
