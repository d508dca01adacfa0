package locspec

import (
	"errors"
	"fmt"
	"slices"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/image"
)

// Location is one place in the program's source.
type Location struct {
	// PCs are where it is in the process, ascending: several when the code was
	// inlined or instantiated several times. It is empty only when Env.AnyLine
	// was set and there is no code for the line.
	PCs []addr.Addr
	// File and Line are as the program names them.
	File string
	Line int
	// Func is the name of the function, "" when that is not known.
	Func string
}

// Env is what a location is resolved in.
type Env struct {
	Images []*image.Image
	// Here is the current place, false when there is none. It is asked for only
	// by locations that depend on it: to find it takes a look at a stack. nil
	// means that there is none.
	Here func() (Place, bool)
	// Rules translate the program's file names to the user's.
	Rules Rules
	// Eval evaluates an address expression. nil makes those an error.
	Eval func(expression string) (addr.Addr, error)
	// AnyLine accepts lines that have no code.
	AnyLine bool
}

// Place is one instruction in the program's source.
type Place struct {
	File string
	Line int
	PC   addr.Addr
}

// Resolve finds the places that s means: several only for a regexp. Errors are
// an *AmbiguousError, a *NotFoundError, or tell that a line has no statement.
func (s Spec) Resolve(env Env) ([]Location, error) {
	switch s.Kind {
	case Line, Offset:
		return env.relative(s)
	case Address:
		return env.address(s.Name)
	case Regexp:
		return env.regexp(s)
	}
	return env.named(s)
}

// relative finds a line of the current file.
func (env Env) relative(s Spec) ([]Location, error) {
	here, ok := env.here()
	switch {
	case !ok || here.File == "":
		return nil, errors.New("there is no current file: give a file and a line, or a function")
	case s.Kind == Line:
		return env.fileLine(here.File, s.Line)
	case s.Line == 0 && here.PC != 0:
		return []Location{env.at(here.PC)}, nil
	}
	return env.fileLine(here.File, here.Line+s.Line)
}

func (env Env) here() (Place, bool) {
	if env.Here == nil {
		return Place{}, false
	}
	return env.Here()
}

func (env Env) address(expression string) ([]Location, error) {
	if env.Eval == nil {
		return nil, errors.New("an address expression needs a stopped program")
	}
	pc, err := env.Eval(expression)
	if err != nil {
		return nil, err
	}
	if g := env.funcEntry(pc); g != nil && (expression[0] < '0' || expression[0] > '9') {
		// A function was named: its address is where its code begins, but what is
		// meant is where its arguments can be seen.
		return []Location{g.location()}, nil
	}
	return []Location{env.at(pc)}, nil
}

// funcEntry is the function that begins at pc, or nil.
func (env Env) funcEntry(pc addr.Addr) *group {
	for _, im := range env.Images {
		fa := im.Bias.File(pc)
		if fn := im.File.FuncAt(fa); fn != nil && fn.Entry == fa {
			g := newGroup(fn.Name)
			g.instances = []instance{{im: im, fn: fn}}
			return g
		}
	}
	return nil
}

// at describes the place of an address, which may be unknown.
func (env Env) at(pc addr.Addr) Location {
	loc := Location{PCs: []addr.Addr{pc}}
	for _, im := range env.Images {
		frames := im.File.Inlines(im.Bias.File(pc))
		if len(frames) == 0 {
			continue
		}
		loc.File, loc.Line, loc.Func = frames[0].File, frames[0].Line, frames[len(frames)-1].Func
		break
	}
	return loc
}

// fileLine finds the code of a line. file is the program's own name for it.
func (env Env) fileLine(file string, line int) ([]Location, error) {
	loc := Location{File: file, Line: line}
	for _, im := range env.Images {
		for _, p := range im.File.PCsOf(file, line) {
			loc.PCs = append(loc.PCs, im.Bias.Process(p.PC))
			if loc.Func == "" {
				loc.Func = p.Func.Name
			}
		}
	}
	slices.Sort(loc.PCs)
	loc.PCs = slices.Compact(loc.PCs)
	if len(loc.PCs) == 0 && !env.AnyLine {
		return nil, fmt.Errorf("could not find statement at %s:%d, please use a line with a statement", file, line)
	}
	return []Location{loc}, nil
}

// named decides between a file and a function.
func (env Env) named(s Spec) ([]Location, error) {
	groups := env.funcsNamed(newPattern(s.Name))
	if len(groups) == 0 {
		groups = env.inPackage(s.Name)
	}
	var files []string
	if s.HasLine || len(groups) == 0 {
		files = env.filesNamed(s.Name)
	}
	switch {
	case !s.HasLine && len(groups) == 0 && len(files) > 0:
		return nil, errors.New("Malformed breakpoint location, no line offset specified")
	case len(files) > 0 && len(groups) > 0 && !isFileName(s.Name):
		files = nil
	case len(files) > 0:
		groups = nil
	}
	switch n := len(files) + len(groups); {
	case n == 0:
		return nil, env.notFound(s)
	case n > 1:
		return nil, ambiguous(s, files, groups)
	case len(files) == 1:
		return env.fileLine(files[0], s.Line)
	case s.HasLine && s.Line > 0:
		return env.funcLine(groups[0], s.Line)
	}
	return []Location{groups[0].location()}, nil
}
