package session

import (
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
	dwarfexpr "github.com/tinydbg/tinydbg/internal/dwarf/expr"
	"github.com/tinydbg/tinydbg/internal/expr"
	"github.com/tinydbg/tinydbg/internal/goruntime"
	"github.com/tinydbg/tinydbg/internal/run"
	"github.com/tinydbg/tinydbg/internal/step"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/target"
	"github.com/tinydbg/tinydbg/internal/value"
)

// evaluation is an expression whose evaluation makes calls. It is a coroutine
// of the session goroutine: whenever it needs the process to run it hands out
// an injection, and is gone on with when that has got somewhere. Other stops
// may come in between; then it waits until the user goes on.
//
// The calls of one expression are stacked (see step.Injection), so that what
// they returned stays alive until all is done and shown.
type evaluation struct {
	s      *process
	thread target.Thread
	caller int64 // the goroutine
	stack  struct{ low, high addr.Addr }
	unsafe bool
	what   string

	next  func() (*step.Injection, bool)
	stop  func()
	yield func(*step.Injection) bool

	waiting *step.Injection
	chain   []*step.Injection
	results []api.Variable
	err     error
}

// errCut is why a call has no result when the process is gone.
var errCut = errors.New("the call was cut short: the process is gone")

// newEvaluation prepares the evaluation of an expression on a goroutine, which
// must be on a thread. body does it; results are what it leaves in the
// evaluation.
// Precondition: session goroutine; stopped.
func (pr *process) newEvaluation(w where, sc *expr.Scope, body func(*evaluation) error) *evaluation {
	ev := &evaluation{s: pr, thread: w.thread.Thread, caller: w.g.ID}
	ev.stack.low, ev.stack.high = w.g.StackLo, w.g.StackHi
	sc.Caller = ev
	if set := sc.Env.SetReg; set != nil {
		sc.Env.SetReg = func(dwarf int, v []byte) error {
			if len(ev.chain) == 0 {
				return set(dwarf, v)
			}
			return ev.chain[0].Saved().SetBytes(dwarf, v)
		}
	}
	ev.next, ev.stop = iter.Pull(func(yield func(*step.Injection) bool) {
		ev.yield = yield
		ev.err = survive(func() error { return body(ev) })
		ev.unwind()
	})
	return ev
}

// unwind finishes the calls that were made, the innermost first.
func (ev *evaluation) unwind() {
	for k := len(ev.chain) - 1; k >= 0; k-- {
		if i := ev.chain[k]; i.State() != step.Over && !ev.yield(i) {
			return
		}
	}
}

// advance goes on with an evaluation. It returns what the loop is to do for it,
// nil when it has ended.
// Precondition: session goroutine; stopped.
func (s *Session) advance(ev *evaluation) func() (*run.Stop, error) {
	if s.aborting != nil && s.aborting.call == ev.waiting {
		s.aborting = nil
	}
	s.mem.Reset()
	i, more := ev.next()
	if !more {
		s.calls = slices.DeleteFunc(s.calls, func(have *evaluation) bool { return have == ev })
		s.called = ev
		if len(s.calls) == 0 && s.loop.Calls() == 0 {
			s.set.Table().SkipNone()
		}
		return nil
	}
	ev.waiting = i
	loop := s.loop
	return func() (*run.Stop, error) { return loop.Call(i) }
}

// awaiting is the evaluation that waits for a stop, nil if none does. Those on
// different threads come to their stops in any order.
func (s *Session) awaiting(stop *run.Stop) *evaluation {
	if stop.Reason != run.Called {
		return nil
	}
	for _, ev := range s.calls {
		if ev.waiting == stop.Call {
			return ev
		}
	}
	return nil
}

// dropCalls ends all evaluations. Calls that they have made end by themselves.
func (s *Session) dropCalls() {
	for _, ev := range s.calls {
		ev.stop()
		_ = ev.s.onTracer(func() error { ev.s.loop.AbandonCalls(); return nil }) // a process that is gone has none
	}
	s.calls = nil
}

// Call implements expr.Caller.
func (ev *evaluation) Call(c expr.Call) ([]*value.Value, error) {
	i, resultPlaces, err := ev.injection(c)
	if err != nil {
		return nil, err
	}
	ev.what = c.Name
	logCall(ev.thread.ID(), c, "call")
	if !ev.yield(i) {
		return nil, errCut
	}
	switch i.State() {
	case step.Returned:
		logCall(ev.thread.ID(), c, "returned")
		ev.chain = append(ev.chain, i)
		return ev.values(i.Regs(), c.Results, resultPlaces), nil
	case step.Panicked:
		logCall(ev.thread.ID(), c, "panicked")
		ev.chain = append(ev.chain, i)
		return nil, ev.panicked(c.Name, i.Regs())
	}
	if i.Cancelled() {
		return nil, fmt.Errorf("the call of %s was aborted before it began", c.Name)
	}
	logCall(ev.thread.ID(), c, "refused")
	return nil, ev.s.refusal(i.Refused(), ev.thread)
}

// OnStack implements expr.Caller.
func (ev *evaluation) OnStack(a addr.Addr) bool {
	return !ev.unsafe && a >= ev.stack.low && a < ev.stack.high
}

// injection makes an injection of a call, and tells where the results will be.
func (ev *evaluation) injection(c expr.Call) (*step.Injection, []goruntime.Place, error) {
	s := ev.s
	entry, owns, err := s.protocol()
	if err != nil {
		return nil, nil, err
	}
	s.guardCall()
	args := make([]*symbol.Type, len(c.Args))
	for i, a := range c.Args {
		args[i] = a.Type
	}
	results := make([]*symbol.Type, len(c.Results))
	for i, r := range c.Results {
		results[i] = r.Type
	}
	argPlaces, resultPlaces, size := goruntime.AssignABI(s.proc.Arch(), args, results, c.Assembly)
	temp := size
	size += (int64(len(c.Temp)) + 15) &^ 15
	call := step.Call{Entry: entry, Owns: owns, Function: c.Entry, FrameSize: size, Guard: s.guardRegisters, Recover: s.recoverGoexit}
	call.Enter = func(regs arch.Regs) error {
		sp := regs.SP()
		if c.Temp != nil {
			at := sp + addr.Addr(temp)
			if _, err := s.proc.WriteMemory(at, c.Temp); err != nil {
				return err
			}
			s.proc.Arch().ByteOrder().PutUint64(c.Args[c.TempArg].Data, uint64(at))
		}
		for i, a := range c.Args {
			if err := ev.put(regs, argPlaces[i].Pieces(sp), a.Data); err != nil {
				return fmt.Errorf("argument %d of %s: %w", i+1, c.Name, err)
			}
		}
		if c.Closure != 0 {
			word := make([]byte, s.proc.Arch().PtrSize())
			s.proc.Arch().ByteOrder().PutUint64(word, uint64(c.Closure))
			return regs.SetBytes(s.proc.Arch().GoContextReg(), word)
		}
		return nil
	}
	return step.NewInjection(s.proc, ev.thread, call), resultPlaces, nil
}

// put writes an argument where the calling convention has it.
func (ev *evaluation) put(regs arch.Regs, pieces []dwarfexpr.Piece, data []byte) error {
	for _, p := range pieces {
		n := int(p.Size)
		if len(pieces) == 1 {
			n = len(data)
		}
		n = min(n, len(data))
		switch p.Kind {
		case dwarfexpr.InRegister:
			if err := regs.SetBytes(p.Reg, data[:n]); err != nil {
				return err
			}
		case dwarfexpr.InMemory:
			if _, err := ev.s.proc.WriteMemory(p.Addr, data[:n]); err != nil {
				return err
			}
		}
		data = data[n:]
	}
	return nil
}

// env is the world of values at the place where a call has returned.
func (ev *evaluation) env(regs arch.Regs) *value.Env {
	s := ev.s
	return &value.Env{
		Mem: s.mem, Runtime: s.goRuntime(), Set: s.images, Regs: regs, Formatters: s.session.cfg.Formatters,
		Order: s.proc.Arch().ByteOrder(), PtrSize: s.proc.Arch().PtrSize(),
	}
}

func (ev *evaluation) values(regs arch.Regs, results []expr.Param, places []goruntime.Place) []*value.Value {
	env := ev.env(regs)
	list := make([]*value.Value, len(results))
	for i, r := range results {
		list[i] = value.FromPieces(env, r.Name, r.Type, places[i].Pieces(regs.SP()))
	}
	return list
}

// errGoexit is the error of a call that has ended by runtime.Goexit.
var errGoexit = errors.New("it called runtime.Goexit, as FailNow of package testing does: that has ended the call, and nothing else")

// goexits tells whether the call that a thread with these registers is in has
// ended by runtime.Goexit.
func (pr *process) goexits(regs arch.Regs) (*goruntime.G, bool) {
	g, _, err := pr.goRuntime().ThreadG(pr.proc, regs)
	if err != nil || g == nil {
		return nil, false
	}
	ends, err := pr.goRuntime().EndsByGoexit(pr.proc, g)
	return g, ends && err == nil
}

// recoverGoexit keeps a call from ending the program by runtime.Goexit: its
// goroutine may not exit, the thread belongs to it.
// Precondition: every thread stopped.
func (pr *process) recoverGoexit(regs arch.Regs) error {
	if g, ends := pr.goexits(regs); ends {
		return pr.goRuntime().RecoverGoexit(pr.proc, g)
	}
	return nil
}

// panicked reads what a function panicked with: an interface at the stack
// pointer.
func (ev *evaluation) panicked(name string, regs arch.Regs) error {
	if _, ends := ev.s.goexits(regs); ends {
		return fmt.Errorf("%s has no result: %w", name, errGoexit)
	}
	for _, img := range ev.s.images.All() {
		if t, err := img.File.TypeNamed("interface {}"); err == nil {
			return &expr.PanicError{Func: name, Value: value.New(ev.env(regs), "~panic", t, regs.SP())}
		}
	}
	return fmt.Errorf("%s panicked", name)
}
