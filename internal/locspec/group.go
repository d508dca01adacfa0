package locspec

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/image"
	"github.com/tinydbg/tinydbg/internal/symbol"
)

// group is one function: all its instances, in all images, and where they were
// inlined.
type group struct {
	// name is the first instance's, names are those of all.
	name      string
	names     map[string]bool
	instances []instance
	inlined   []instance
}

// instance is a function, or a place in it where another one was inlined.
type instance struct {
	im *image.Image
	fn *symbol.Func
	pc addr.FileAddr
}

// location is where the function begins, in every copy of it.
func (g *group) location() Location {
	loc := Location{Func: g.name}
	for _, in := range g.instances {
		loc.PCs = append(loc.PCs, in.im.Bias.Process(in.im.File.PrologueEnd(in.fn)))
	}
	for _, in := range g.inlined {
		loc.PCs = append(loc.PCs, in.im.Bias.Process(in.pc))
	}
	loc.File, loc.Line = g.start()
	slices.Sort(loc.PCs)
	loc.PCs = slices.Compact(loc.PCs)
	return loc
}

// start is the place of the function's declaration.
func (g *group) start() (file string, line int) {
	for _, in := range g.instances {
		if frames := in.im.File.Inlines(in.fn.Entry); len(frames) > 0 {
			outer := frames[len(frames)-1]
			if outer.StartLine == 0 { // C: the first line is the declaration's
				outer.StartLine = outer.Line
			}
			return outer.File, outer.StartLine
		}
		if pos, ok := in.im.File.Line(in.fn.Entry); ok {
			return pos.File, pos.Line
		}
	}
	for _, in := range g.inlined {
		for _, f := range in.im.File.Inlines(in.pc) {
			if g.names[f.Func] {
				return f.File, max(f.StartLine, 1)
			}
		}
	}
	return "", 0
}

// images are those that the function has code in.
func (g *group) images() []*image.Image {
	var list []*image.Image
	for _, in := range append(slices.Clone(g.instances), g.inlined...) {
		if !slices.Contains(list, in.im) {
			list = append(list, in.im)
		}
	}
	return list
}

// funcLine is a line of a function, counted from its declaration.
func (env Env) funcLine(g *group, offset int) ([]Location, error) {
	file, start := g.start()
	line := start + offset
	loc := Location{File: file, Line: line, Func: g.name}
	for _, im := range g.images() {
		for _, p := range im.File.PCsOf(file, line) {
			if p.InlinedFunc == "" && g.names[p.Func.Name] || g.names[p.InlinedFunc] {
				loc.PCs = append(loc.PCs, im.Bias.Process(p.PC))
			}
		}
	}
	slices.Sort(loc.PCs)
	loc.PCs = slices.Compact(loc.PCs)
	if len(loc.PCs) == 0 {
		return env.closureLine(g, file, line)
	}
	return []Location{loc}, nil
}

// closureLine accepts lines that belong to function literals inside g.
func (env Env) closureLine(g *group, file string, line int) ([]Location, error) {
	locs, err := env.fileLine(file, line)
	if err != nil || env.AnyLine {
		return locs, err
	}
	if !strings.HasPrefix(locs[0].Func, g.name+".") {
		return nil, fmt.Errorf("could not find statement at %s:%d, please use a line with a statement", file, line)
	}
	return locs, nil
}

// filesNamed lists the program's files that name may mean: by the program's
// name of them or by the user's. An exact match excludes all others.
func (env Env) filesNamed(name string) []string {
	found := make(map[string]bool)
	for _, im := range env.Images {
		for _, path := range im.File.Files() {
			local := env.Rules.Local(path)
			if path == name || local == name {
				return []string{path}
			}
			if fileMatches(path, name) || fileMatches(local, name) {
				found[path] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// funcsNamed groups the functions that p may mean. One that has the exact name
// excludes all others, and wrappers made by the compiler give way.
func (env Env) funcsNamed(p pattern) []*group {
	groups := make(map[string]*group)
	last := symbol.LastPart(p.text)
	fits := func(name string) bool { return p.matches(p.key(name)) && p.fitsInstance(name) }
	for _, im := range env.Images {
		for _, fn := range im.File.FuncsCalled(last, fits) {
			add(groups, p.key(fn.Name), im, fn)
		}
	}
	env.addInlined(groups, p)
	for _, g := range groups {
		g.dropInstantiations()
	}
	if g := groups[p.text]; g != nil {
		return []*group{g}
	}
	return preferWritten(groups)
}

// inPackage finds functions by the name of their package, where that is no
// element of its import path: only debug information knows.
func (env Env) inPackage(text string) []*group {
	pkg, rest, ok := strings.Cut(text, ".")
	if !ok || isFileName(text) {
		return nil
	}
	var found []*group
	for _, im := range env.Images {
		if !im.File.IsGo() {
			continue
		}
		paths, _ := im.File.PackagesNamed(pkg)
		for _, path := range paths {
			found = append(found, env.funcsNamed(newPattern(path+"."+rest))...)
		}
	}
	return found
}

// dropInstantiations leaves out those instances of generic functions that only
// call others: who stops at both stops twice for one call.
func (g *group) dropInstantiations() {
	written := slices.DeleteFunc(slices.Clone(g.instances), func(in instance) bool { return in.fn.IsInstantiation() })
	if len(written)+len(g.inlined) > 0 {
		g.instances = written
	}
}

func newGroup(name string) *group { return &group{name: name, names: map[string]bool{name: true}} }

func add(groups map[string]*group, key string, im *image.Image, fn *symbol.Func) {
	g := groups[key]
	if g == nil {
		g = newGroup(fn.Name)
		groups[key] = g
	}
	g.names[fn.Name] = true
	g.instances = append(g.instances, instance{im: im, fn: fn})
}

// preferWritten sorts groups by name and leaves out compiler-made wrappers if
// there is anything else.
func preferWritten(groups map[string]*group) []*group {
	var written, all []*group
	for _, key := range slices.Sorted(maps.Keys(groups)) {
		g := groups[key]
		all = append(all, g)
		if len(g.inlined) > 0 && len(g.instances) == 0 || !g.autogenerated() {
			written = append(written, g)
		}
	}
	if len(written) > 0 {
		return written
	}
	return all
}

func (g *group) autogenerated() bool {
	file, _ := g.start()
	return file == "<autogenerated>"
}

// regexp finds every function whose name matches, also where it exists only
// inlined.
func (env Env) regexp(s Spec) ([]Location, error) {
	re, err := regexp.Compile(s.Name)
	if err != nil {
		return nil, fmt.Errorf("invalid filter argument: %w", err)
	}
	groups := make(map[string]*group)
	for _, im := range env.Images {
		for _, fn := range im.File.Funcs() {
			if re.MatchString(fn.Name) && !fn.IsInstantiation() {
				add(groups, fn.Name, im, fn)
			}
		}
	}
	env.onlyInlinedMatching(groups, re)
	if len(groups) == 0 {
		return nil, &NotFoundError{Text: s.Text}
	}
	env.inlineInstances(groups)
	var locs []Location
	for _, key := range slices.Sorted(maps.Keys(groups)) {
		locs = append(locs, groups[key].location())
	}
	// In the order they stand in the program, as clients list them.
	slices.SortStableFunc(locs, func(a, b Location) int { return cmp.Compare(lowest(a.PCs), lowest(b.PCs)) })
	return locs, nil
}

// lowest is the first of addresses in order, 0 of none.
func lowest(pcs []addr.Addr) addr.Addr {
	if len(pcs) == 0 {
		return 0
	}
	return pcs[0]
}
