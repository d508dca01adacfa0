package session

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
	dwarfexpr "github.com/tinydbg/tinydbg/internal/dwarf/expr"
	"github.com/tinydbg/tinydbg/internal/goruntime"
	"github.com/tinydbg/tinydbg/internal/run"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/unwind"
)

// maxRestartDepth bounds the frames that are given up for a restart.
const maxRestartDepth = 1000

// RestartFrame sets a goroutine back to the beginning of the function of a
// frame, with the arguments as they are now; the frames it has called are given
// up. What they have done to the rest of the program is not undone. It refuses
// where that could not be right: when deferred calls would be lost, when the
// runtime is in the middle of something, when an argument is not known any more.
func (s *Session) RestartFrame(_ context.Context, scope api.EvalScope) (st *api.DebuggerState, err error) {
	err = s.whileStopped(func() error {
		if err := s.restartFrame(scope); err != nil {
			return fmt.Errorf("the frame cannot be restarted: %w", err)
		}
		st = s.state()
		return nil
	})
	return st, err
}

func (s *Session) restartFrame(scope api.EvalScope) error {
	w, err := s.at(scope.GoroutineID)
	switch {
	case err != nil:
		return err
	case w.thread == nil || w.g == nil || w.thread.system:
		return errors.New("its goroutine does not run on a thread, but waits or is in the runtime; that needs one that has stopped in its own code")
	case len(s.calls) > 0:
		return errors.New("a function that the debugger has called is still running")
	case scope.Frame < 0 || scope.Frame > maxRestartDepth:
		return fmt.Errorf("frame %d is not one of the innermost %d", scope.Frame, maxRestartDepth)
	}
	frames := s.stack(w, scope.Frame+2)
	if len(frames) < scope.Frame+2 {
		return errors.New("who called it is not known")
	}
	for i := range frames[:scope.Frame+1] {
		if err := s.canLeave(&frames[i], i < scope.Frame); err != nil {
			return err
		}
	}
	f := &frames[scope.Frame]
	if err := s.canBegin(f); err != nil {
		return err
	}
	if err := s.nothingDeferred(scope); err != nil {
		return err
	}
	regs, err := s.beginning(w, f, &frames[scope.Frame+1])
	if err != nil {
		return err
	}
	return s.setBack(w, regs)
}

// canLeave tells why a frame cannot be given up. called: it was called by the
// one that is to be restarted.
func (s *Session) canLeave(f *unwind.Frame, called bool) error {
	switch {
	case f.Func == nil || !f.Func.IsGo() || f.SystemStack || f.Interrupted || f.Err != nil:
		return fmt.Errorf("%s is not ordinary Go code", frameTitle(f))
	case f.Func.IsAssembly():
		return fmt.Errorf("%s is in assembly", frameTitle(f))
	case called && ofRuntime(f.Name):
		return fmt.Errorf("the runtime is in the middle of %s", f.Name)
	}
	return nil
}

func frameTitle(f *unwind.Frame) string {
	if f.Name == "" {
		return f.PC.String()
	}
	return f.Name
}

// literal matches the names of functions that may need variables of the one they
// stand in.
var literal = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\.(func|gowrap|deferwrap)?\d+(\.|$|-)|-fm$|-range\d*`)
})

// canBegin tells why a function cannot be begun anew.
func (s *Session) canBegin(f *unwind.Frame) error {
	switch {
	case f.Inlined:
		return fmt.Errorf("%s is inlined: it has no beginning of its own", f.Name)
	case ofRuntime(f.Name):
		return fmt.Errorf("%s belongs to the runtime", f.Name)
	case literal().MatchString(f.Name):
		return fmt.Errorf("%s is a function literal or a method value: where its captured variables were is not known any more", f.Name)
	case strings.Contains(f.Name, "["):
		return fmt.Errorf("%s is generic: its dictionary is not known any more", f.Name)
	case f.CFA == 0 || f.RetAddrAt == 0:
		return fmt.Errorf("where %s will return to is not known", f.Name)
	}
	return nil
}

// nothingDeferred tells of a deferred call that would never be made.
func (s *Session) nothingDeferred(scope api.EvalScope) error {
	list, err := s.world().Stacktrace(api.StacktraceIn{
		Id: scope.GoroutineID, Depth: scope.Frame, Opts: api.StacktraceReadDefers,
	})
	if err != nil {
		return err
	}
	for i := range list[:min(scope.Frame+1, len(list))] {
		if n := len(list[i].Defers); n > 0 {
			return fmt.Errorf("%s has %d deferred calls, which would be lost", list[i].Function.Name(), n)
		}
	}
	return nil
}

// beginning are the registers at the beginning of the function of f.
func (s *Session) beginning(w where, f, caller *unwind.Frame) (arch.Regs, error) {
	fp, known := caller.Regs.Uint(s.proc.Arch().DWARFFP())
	if !known {
		return nil, errors.New("its caller's frame pointer is not known")
	}
	vars, places, err := s.argumentsOf(f)
	if err != nil {
		return nil, err
	}
	now, err := s.valuesOf(w, f, vars)
	if err != nil {
		return nil, err
	}
	regs, err := s.vectorRegs(w.thread)
	if err != nil {
		return nil, err
	}
	regs = regs.Clone()
	for i, data := range now {
		for _, p := range places[i].Regs {
			n := min(int(p.Size), len(data))
			if p.Kind == dwarfexpr.InRegister {
				if err := regs.SetBytes(p.Reg, data[:n]); err != nil {
					return nil, err
				}
			}
			data = data[n:]
		}
	}
	regs.SetPC(f.Image.Addr(f.Func.Entry))
	regs.SetSP(f.RetAddrAt)
	regs.SetFP(addr.Addr(fp))
	return regs, nil
}

// argumentsOf are the arguments of a function, and where it expects them.
func (s *Session) argumentsOf(f *unwind.Frame) (vars []*symbol.Var, places []goruntime.Place, err error) {
	vars, results, err := signature(f.Image.File, s.bodies.of(f.Func))
	if err != nil {
		return nil, nil, err
	}
	in, out := types(vars), types(results)
	if len(in) != len(vars) || len(out) != len(results) {
		return nil, nil, errors.New("the types of its arguments are not known")
	}
	places, _, _ = goruntime.AssignABI(s.proc.Arch(), in, out, false)
	return vars, places, nil
}

// valuesOf are the arguments as they are now. Those without a name nobody can
// miss.
func (s *Session) valuesOf(w where, f *unwind.Frame, args []*symbol.Var) ([][]byte, error) {
	list, err := s.exprScope(f, w).Variables()
	if err != nil {
		return nil, err
	}
	values := make([][]byte, len(args))
	for i, arg := range args {
		t, err := arg.Type()
		if err != nil {
			return nil, err
		}
		values[i] = make([]byte, t.Size())
		if arg.Name == "_" || arg.Name == "" || strings.HasPrefix(arg.Name, "~") {
			continue
		}
		found := false
		for _, v := range list {
			if v.Var.Kind == symbol.Arg && v.Var.Name == arg.Name {
				found = true
				if values[i], err = v.Value.Bytes(); err == nil {
					err = v.Value.Err
				}
				if err != nil {
					return nil, fmt.Errorf("the argument %s is not known any more: %w", arg.Name, err)
				}
			}
		}
		if !found {
			return nil, fmt.Errorf("the argument %s is not known any more", arg.Name)
		}
	}
	return values, nil
}

// setBack gives a thread registers of another place.
func (s *Session) setBack(w where, regs arch.Regs) error {
	err := s.onTracer(func() error {
		if err := w.thread.SetRegisters(regs); err != nil {
			return err
		}
		s.loop.CancelStep()
		s.loop.Moved(w.thread.Thread)
		s.loop.Here(w.thread.Thread, regs.PC())
		return nil
	})
	if err != nil {
		return err
	}
	s.returned = nil
	s.stop = &run.Stop{Reason: run.Halted, Thread: w.thread.Thread}
	return s.arrive()
}
