package inspect

import (
	"fmt"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/locspec"
)

func noFunction(name string) error { return fmt.Errorf("could not find function %s", name) }

// FindLocation resolves a location. SubstituteLocExpr is set for those that
// depend on the current place, so that they can be kept.
func (w *World) FindLocation(in api.FindLocationIn) (api.FindLocationOut, error) {
	spec, err := locspec.Parse(in.Loc)
	if err != nil {
		return api.FindLocationOut{}, err
	}
	env := w.LocationEnv(in.Scope, in.SubstitutePathRules)
	env.AnyLine = in.IncludeNonExecutableLines
	found, err := spec.Resolve(env)
	if err != nil {
		return api.FindLocationOut{}, err
	}
	out := api.FindLocationOut{Locations: []api.Location{}}
	for _, loc := range found {
		out.Locations = append(out.Locations, w.foundLocation(loc))
	}
	if len(found) == 1 {
		switch loc := found[0]; spec.Kind {
		case locspec.Line, locspec.Offset:
			out.SubstituteLocExpr = fmt.Sprintf("%s:%d", loc.File, loc.Line)
		case locspec.Address:
			if len(loc.PCs) == 1 {
				out.SubstituteLocExpr = fmt.Sprintf("*%v", loc.PCs[0])
			}
		}
	}
	return out, nil
}

// LocationEnv is what a location is resolved in: the frame of a scope is the
// current place. Without a frame only absolute locations can be found.
func (w *World) LocationEnv(s api.EvalScope, rules [][2]string) locspec.Env {
	return locspec.Env{
		Images: w.Images.All(), Rules: locspec.Rules(rules),
		Here: func() (locspec.Place, bool) {
			_, f, err := w.frame(s)
			if err != nil {
				return locspec.Place{}, false
			}
			return locspec.Place{File: f.File, Line: f.Line, PC: f.PC}, true
		},
		Eval: func(src string) (addr.Addr, error) { return w.address(s, src) },
	}
}

func (w *World) foundLocation(loc locspec.Location) api.Location {
	out := api.Location{File: loc.File, Line: loc.Line}
	for _, pc := range loc.PCs {
		out.PCs = append(out.PCs, uint64(pc))
		out.PCPids = append(out.PCPids, w.PID)
	}
	if len(loc.PCs) == 0 {
		return out
	}
	out.PC = out.PCs[0]
	im, fn := w.Images.FuncAt(loc.PCs[0])
	if fn == nil {
		return out
	}
	name := loc.Func
	if name == "" {
		name = fn.Name
	}
	out.Function = w.function(im, fn, name)
	return out
}
