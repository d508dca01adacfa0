package tinydbg_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/tinydbg/tinydbg/"

// layers, lowest first: a package imports only what stands above it in this
// list. Packages on one line are side by side and do not import each other.
var layers = [][]string{
	{"api"},
	{"client"},
	{"internal/addr", "internal/logflags", "internal/config", "internal/symcache", "internal/job", "internal/pace"},
	{"internal/gobuild"},
	{"internal/ui/render"}, // api to text, for all who show values
	{"internal/arch"},
	{"internal/disasm", "internal/proclist"},
	{"internal/objfile", "internal/priority"},
	{"internal/dwarf", "internal/pclntab"},
	{"internal/symbol", "internal/target"},
	{"internal/image"},
	{"internal/unwind"},
	{"internal/goruntime"},
	{"internal/value"},
	{"internal/expr"},
	{"internal/locspec"},
	{"internal/inspect"},
	{"internal/breakpoint"},
	{"internal/step"},
	{"internal/run"},
	{"internal/guardian"},
	{"internal/session"},
	{"internal/service"},
	{"internal/ui"},
	{"cmd", "examples"},
	{"internal/stories"}, // tests of the binaries
}

// A law forbids one package another, even at a distance.
type law struct {
	from, to string
	reason   string
}

var laws = []law{
	{"internal/target", "internal/symbol", "a target sees addresses and bytes; package image is where it meets symbols"},
	{"internal/symbol", "internal/target", "symbols are read from files alone; package image is where they meet a process"},
	{"internal/target", "internal/breakpoint", "a target sees bytes, never a breakpoint"},
	{"internal/breakpoint", "internal/expr", "conditions are func values, so that breakpoints can be tested without a process"},
	{"internal/step", "internal/expr", "conditions are func values, so that stepping can be tested without a process"},
	{"internal/run", "internal/expr", "conditions are func values, so that the loop can be tested without a process"},
	{"internal/run", "internal/target/native", "the loop runs on any target"},
	{"internal/ui", "internal/target", "the user interface knows the API alone, so that it works remotely too"},
	{"internal/ui", "internal/dwarf", "the user interface knows the API alone"},
	{"internal/ui", "internal/session", "the user interface speaks the protocol even to a session beside it"},
	{"client", "internal", "the client is public: it imports api alone"},
	{"api", "internal", "the wire types are public and import nothing of ours"},
	{"cmd/godbg", "internal/session", "godbg is the target layer and a disassembler, nothing more"},
	{"cmd/godbg", "internal/dwarf", "godbg has no DWARF"},
	{"cmd/godbg", "internal/service", "godbg has no service"},
}

func TestImportLaw(t *testing.T) {
	imports := list(t, "{{range .Imports}} {{.}}{{end}}")
	for pkg, deps := range imports {
		if pkg == "internal/testkit" || strings.HasPrefix(pkg, "internal/testkit/") {
			continue
		}
		rank := rankOf(pkg)
		if rank < 0 {
			t.Errorf("%s has no place in the list of layers: give it one", pkg)
			continue
		}
		for _, dep := range deps {
			if r := rankOf(dep); r > rank || r == rank && layerOf(pkg) != layerOf(dep) {
				t.Errorf("%s imports %s, which is not below it: lower layers never import higher ones", pkg, dep)
			}
		}
	}
}

func TestForbiddenDependencies(t *testing.T) {
	deps := list(t, "{{range .Deps}} {{.}}{{end}}")
	for pkg, all := range deps {
		for _, l := range laws {
			if !within(pkg, l.from) {
				continue
			}
			for _, dep := range all {
				if within(dep, l.to) && !within(dep, l.from) {
					t.Errorf("%s depends on %s: %s", pkg, dep, l.reason)
				}
			}
		}
	}
}

func TestPublicPackagesLinkNoEngine(t *testing.T) {
	for pkg, all := range list(t, "{{range .Deps}} {{.}}{{end}}") {
		if !within(pkg, "api") && !within(pkg, "client") && !within(pkg, "internal/ui") {
			continue
		}
		for _, dep := range all {
			if dep == "other:debug/dwarf" || dep == "other:debug/elf" {
				t.Errorf("%s links %s: clients leave symbols to the server", pkg, dep)
			}
		}
	}
}

// list runs go list and returns, for each of our packages, the names that the
// template gave, as shortName has them.
func list(t *testing.T, template string) map[string][]string {
	t.Helper()
	out, err := exec.Command("go", "list", "-f", "{{.ImportPath}}"+template, "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	result := map[string][]string{}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		if fields[0]+"/" == module {
			continue
		}
		for i := range fields {
			fields[i] = shortName(fields[i])
		}
		result[fields[0]] = fields[1:]
	}
	return result
}

// shortName is an import path without our module's; others are marked, since
// the standard library has folders named internal and cmd, too.
func shortName(path string) string {
	if ours, ok := strings.CutPrefix(path, module); ok {
		return ours
	}
	return "other:" + path
}

func within(pkg, folder string) bool {
	return pkg == folder || strings.HasPrefix(pkg, folder+"/")
}

func layerOf(pkg string) string {
	for _, layer := range layers {
		for _, folder := range layer {
			if within(pkg, folder) {
				return folder
			}
		}
	}
	return ""
}

// rankOf is a package's layer, -1 for packages that are not ours.
func rankOf(pkg string) int {
	return slices.IndexFunc(layers, func(layer []string) bool {
		return slices.ContainsFunc(layer, func(folder string) bool { return within(pkg, folder) })
	})
}
