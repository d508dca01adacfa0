package inspect

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/tinydbg/tinydbg/api"
	"github.com/tinydbg/tinydbg/internal/addr"
	"github.com/tinydbg/tinydbg/internal/arch"
	"github.com/tinydbg/tinydbg/internal/disasm"
	"github.com/tinydbg/tinydbg/internal/image"
	"github.com/tinydbg/tinydbg/internal/symbol"
)

// ListSources lists the names of source files that match.
func (w *World) ListSources(filter string) ([]string, error) {
	re, err := compileFilter(filter)
	if err != nil {
		return nil, err
	}
	out := []string{}
	for _, im := range w.Images.All() {
		for _, f := range im.File.Files() {
			if re.MatchString(f) {
				out = append(out, f)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// ListFunctions lists the names of functions that match and, followCalls levels
// deep, of those they call.
func (w *World) ListFunctions(filter string, followCalls int) ([]string, error) {
	re, err := compileFilter(filter)
	if err != nil {
		return nil, err
	}
	found := make(map[string]bool)
	var level []located
	for _, im := range w.Images.All() {
		for _, fn := range im.File.Funcs() {
			if re.MatchString(fn.Name) && !found[fn.Name] {
				found[fn.Name] = true
				level = append(level, located{im, fn})
			}
		}
	}
	for ; followCalls > 1 && len(level) > 0; followCalls-- {
		level = w.callees(level, found)
	}
	return slices.Sorted(maps.Keys(found)), nil
}

type located struct {
	im *image.Image
	fn *symbol.Func
}

// callees lists the functions that level calls directly and that are new. The
// runtime is not followed: everything ends there.
func (w *World) callees(level []located, found map[string]bool) []located {
	var next []located
	for _, l := range level {
		for _, inst := range w.code(l.im, l.fn) {
			if inst.Kind != arch.InstCall || !inst.HasTarget {
				continue
			}
			im, fn := w.Images.FuncAt(inst.Target)
			if fn == nil || found[fn.Name] || strings.HasPrefix(fn.Name, "runtime.") {
				continue
			}
			found[fn.Name] = true
			next = append(next, located{im, fn})
		}
	}
	return next
}

// code decodes a function.
func (w *World) code(im *image.Image, fn *symbol.Func) []arch.Inst {
	if fn.End <= fn.Entry || fn.End-fn.Entry > maxCode {
		return nil
	}
	start := im.Bias.Process(fn.Entry)
	code := make([]byte, fn.End-fn.Entry)
	n, _ := w.Mem.ReadMemory(code, start)
	return disasm.Range(code[:n], start, w.Arch)
}

// FunctionReturnLocations lists the return instructions of the functions of
// that name.
func (w *World) FunctionReturnLocations(name string) ([]uint64, error) {
	var out []uint64
	found := false
	for _, im := range w.Images.All() {
		for _, fn := range im.File.FuncsNamed(name) {
			if fn.Name != name {
				continue
			}
			found = true
			for _, inst := range w.code(im, fn) {
				if inst.Kind == arch.InstReturn || w.callsTo(inst, "runtime.deferreturn") {
					out = append(out, uint64(inst.Addr))
				}
			}
		}
	}
	if !found {
		return nil, noFunction(name)
	}
	return out, nil
}

func (w *World) callsTo(inst arch.Inst, name string) bool {
	if inst.Kind != arch.InstCall || !inst.HasTarget {
		return false
	}
	_, fn := w.Images.FuncAt(inst.Target)
	return fn != nil && fn.Name == name
}

// ListPackagesBuildInfo lists the packages that the program consists of, with the
// directory of their files.
func (w *World) ListPackagesBuildInfo(filter string, includeFiles bool) ([]api.PackageBuildInfo, error) {
	re, err := compileFilter(filter)
	if err != nil {
		return nil, err
	}
	files := make(map[string]map[string]bool)
	for _, im := range w.Images.All() {
		for _, fn := range im.File.Funcs() {
			pkg := fn.Package()
			if pkg == "" || !re.MatchString(pkg) {
				continue
			}
			if files[pkg] == nil {
				files[pkg] = make(map[string]bool)
			}
			if pos, ok := im.File.Line(fn.Entry); ok && !strings.HasPrefix(pos.File, "<") {
				files[pkg][pos.File] = true
			}
		}
	}
	out := []api.PackageBuildInfo{}
	for _, pkg := range slices.Sorted(maps.Keys(files)) {
		out = append(out, packageInfo(pkg, files[pkg], includeFiles))
	}
	return out, nil
}

func packageInfo(pkg string, files map[string]bool, includeFiles bool) api.PackageBuildInfo {
	info := api.PackageBuildInfo{ImportPath: pkg}
	list := slices.Sorted(maps.Keys(files))
	info.DirectoryPath = commonDir(pkg, list)
	if includeFiles {
		info.Files = list
	}
	return info
}

// commonDir is the directory of most files: functions that were generated from
// other packages' sources (generics) bring in foreign ones.
func commonDir(pkg string, files []string) string {
	count := make(map[string]int)
	best := ""
	for _, f := range files {
		d := path.Dir(f)
		count[d]++
		if strings.HasSuffix(d, "/"+pkg) {
			count[d] += len(files)
		}
		if best == "" || count[d] > count[best] {
			best = d
		}
	}
	return best
}

// ListDynamicLibraries lists the files that the process has loaded besides the
// executable.
func (w *World) ListDynamicLibraries() api.ListDynamicLibrariesOut {
	out := api.ListDynamicLibrariesOut{List: []api.Image{}, ExecutableTrimpath: w.main().Trimpath()}
	for _, im := range w.Images.All() {
		if im == w.Images.Main() || strings.HasPrefix(im.File.Path(), "[") {
			continue
		}
		out.List = append(out.List, api.Image{
			Path: im.File.Path(), Address: uint64(im.Bias.Process(addr.FileAddr(0))), Trimpath: im.File.Trimpath(),
		})
	}
	for _, err := range w.Images.Problems() {
		out.List = append(out.List, api.Image{LoadError: err.Error()})
	}
	return out
}
