package session

import (
	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/goruntime"
	"github.com/tinydbg/tinydbg/internal/run"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/value"
)

// loadReturned reads the results of the function that a step has just left, as
// far as cfg says; nil means not at all.
// Precondition: session goroutine; stopped.
func (s *Session) loadReturned(cfg *api.LoadConfig) {
	s.returned = nil
	if s.stop.Reason != run.StepDone || cfg == nil {
		return
	}
	f, ok := s.stop.Plan.Returned()
	tv := s.view.byID[s.stop.Thread.ID()]
	if !ok || tv == nil {
		return
	}
	img, fn := s.images.FuncAt(f.Entry)
	if fn == nil || !fn.IsGo() {
		return
	}
	args, results, err := signature(img.File, img.FileAddr(f.Body))
	if err != nil {
		return
	}
	_, places, _ := goruntime.AssignABI(s.proc.Arch(), types(args), types(results), fn.IsAssembly())
	env := &value.Env{Mem: s.mem, Runtime: s.runtime, Set: s.images, Regs: tv.regs, Order: img.File.ByteOrder(), PtrSize: img.File.PtrSize()}
	if regs, err := s.vectorRegs(tv); err == nil {
		env.Regs = regs
	}
	for i, r := range results {
		t, err := r.Type()
		v := value.Unreadable(env, r.Name, nil, err)
		if err == nil {
			v = value.FromPieces(env, r.Name, t, places[i].Pieces(tv.regs.SP()))
		}
		v.DeclLine = r.DeclLine
		v.Flags |= api.VariableReturnArgument
		s.returned = append(s.returned, v.ToAPI(value.LoadConfig(*cfg)))
	}
}

// signature lists the arguments and results of the function whose body begins
// at pc, in order.
func signature(file *symbol.File, pc addr.FileAddr) (args, results []*symbol.Var, err error) {
	vars, err := file.Vars(pc)
	if err != nil {
		return nil, nil, err
	}
	args, results = goruntime.Signature(vars, len(file.Inlines(pc))-1)
	return args, results, nil
}

func types(vars []*symbol.Var) []*symbol.Type {
	ts := make([]*symbol.Type, 0, len(vars))
	for _, v := range vars {
		if t, err := v.Type(); err == nil {
			ts = append(ts, t)
		}
	}
	return ts
}
