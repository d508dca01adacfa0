package inspect

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/tinydbg/tinydbg/api"
)

// GuessSubstitutePath guesses substitute-path rules: for each module the client
// has, where the files of its packages were when the program was built, and the
// same for the standard library. Directories that are the same on both sides
// need no rule.
func (w *World) GuessSubstitutePath(args api.GuessSubstitutePathArgs) [][2]string {
	votes := make(map[string]map[string]int) // client directory -> server directory -> count
	modules := maps.Clone(args.ClientModuleDirectories)
	if modules == nil {
		modules = make(map[string]string)
	}
	for _, fn := range w.main().Funcs() {
		pkg := fn.Package()
		if pkg == "main" && args.ImportPathOfMainPackage != "" {
			pkg = args.ImportPathOfMainPackage
		}
		pos, ok := w.main().Line(fn.Entry)
		if pkg == "" || !ok || strings.HasPrefix(pos.File, "<") {
			continue
		}
		dir := path.Dir(pos.File)
		mod, client := moduleOf(pkg, modules)
		switch {
		case mod != "":
			vote(votes, client, strings.TrimPrefix(pkg, mod), dir)
		case args.ClientGOROOT == "" || !isStandard(pkg):
		case dir == pkg: // -trimpath names them by import path alone
			vote(votes, strings.TrimSuffix(args.ClientGOROOT, "/")+"/src", pkg, dir)
		default:
			vote(votes, strings.TrimSuffix(args.ClientGOROOT, "/"), "/src/"+pkg, dir)
		}
	}
	rules, last := [][2]string{}, [][2]string{}
	for _, client := range slices.Sorted(maps.Keys(votes)) {
		switch server, ok := winner(votes[client]); {
		case !ok || server == client:
		case server == "":
			// It fits every relative path, so it comes after all others.
			last = append(last, [2]string{server, client})
		default:
			rules = append(rules, [2]string{server, client})
		}
	}
	return append(rules, last...)
}

// vote counts dir, less the package's path below the module, for a client's
// directory.
func vote(votes map[string]map[string]int, client, below, dir string) {
	root, ok := strings.CutSuffix(dir, below)
	if !ok {
		return
	}
	if votes[client] == nil {
		votes[client] = make(map[string]int)
	}
	votes[client][root]++
}

// winner is the directory with most votes, false when there are none.
func winner(count map[string]int) (best string, ok bool) {
	for _, dir := range slices.Sorted(maps.Keys(count)) {
		if !ok || count[dir] > count[best] {
			best, ok = dir, true
		}
	}
	return best, ok
}

// moduleOf is the longest module path that pkg is in.
func moduleOf(pkg string, modules map[string]string) (mod, dir string) {
	for m, d := range modules {
		if (pkg == m || strings.HasPrefix(pkg, m+"/")) && len(m) > len(mod) {
			mod, dir = m, d
		}
	}
	return mod, dir
}

// isStandard tells packages of the standard library: no dot in the first
// element.
func isStandard(pkg string) bool {
	first, _, _ := strings.Cut(pkg, "/")
	return first != "main" && !strings.Contains(first, ".")
}
