package session

import (
	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/goruntime"
	"github.com/tinydbg/tinydbg/internal/image"
	"github.com/tinydbg/tinydbg/internal/run"
	"github.com/tinydbg/tinydbg/internal/symbol"
	"github.com/tinydbg/tinydbg/internal/value"
)

// loadReturned reads the results of the function that a step has just left, as
// far as cfg says; nil means not at all.
// Precondition: session goroutine; stopped.
func (pr *process) loadReturned(cfg *api.LoadConfig) {
	pr.session.returned = nil
	if pr.session.stop.Reason != run.StepDone || cfg == nil {
		return
	}
	f, ok := pr.session.stop.Plan.Returned()
	tv := pr.view.byID[pr.session.stop.Thread.ID()]
	if !ok || tv == nil {
		return
	}
	img, fn := pr.images.FuncAt(f.Entry)
	if fn == nil || !fn.IsGo() {
		return
	}
	pr.session.returned = pr.results(tv, img, fn, tv.regs.SP(), *cfg)
}

// results reads the results of a function that a thread has returned from, or is
// about to: sp is the stack pointer behind the return.
// Precondition: session goroutine; stopped.
func (pr *process) results(tv *threadView, img *image.Image, fn *symbol.Func, sp addr.Addr, cfg api.LoadConfig) []api.Variable {
	read := pr.resultsOf(img, fn)
	if read == nil {
		return nil
	}
	env := &value.Env{Mem: pr.mem, Runtime: pr.goRuntime(), Set: pr.images, Regs: tv.regs, Order: img.File.ByteOrder(), PtrSize: img.File.PtrSize()}
	if regs, err := pr.vectorRegs(tv); err == nil {
		env.Regs = regs
	}
	return read(env, sp, value.LoadConfig(cfg))
}

// atReturn reads the results at a return instruction, where they are what the
// calling convention says: of optimised code debug information does not tell.
// nil: there is none, or they are not known.
// Precondition: session goroutine; stopped.
func (pr *process) atReturn(tv *threadView, cfg api.LoadConfig) []api.Variable {
	img, fn := pr.images.FuncAt(tv.regs.PC())
	if fn == nil || !fn.IsGo() {
		return nil
	}
	if in, err := pr.code().Instr(tv.regs.PC()); err != nil || in.Kind != arch.InstReturn {
		return nil
	}
	return pr.results(tv, img, fn, tv.regs.SP()+addr.Addr(pr.proc.Arch().PtrSize()), cfg)
}

// resultsOf prepares to read the results of a function that has returned; nil
// if they are not known. sp is the stack pointer behind the return.
func (pr *process) resultsOf(img *image.Image, fn *symbol.Func) func(env *value.Env, sp addr.Addr, cfg value.LoadConfig) []api.Variable {
	args, results, err := signature(img.File, pr.session.bodies.of(fn))
	if err != nil {
		return nil
	}
	_, places, _ := goruntime.AssignABI(pr.proc.Arch(), types(args), types(results), fn.IsAssembly())
	return func(env *value.Env, sp addr.Addr, cfg value.LoadConfig) (list []api.Variable) {
		for i, r := range results {
			t, err := r.Type()
			v := value.Unreadable(env, r.Name, nil, err)
			if err == nil {
				v = value.FromPieces(env, r.Name, t, places[i].Pieces(sp))
			}
			v.DeclLine = r.DeclLine
			v.Flags |= api.VariableReturnArgument
			list = append(list, v.ToAPI(cfg))
		}
		return list
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
