package render

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/tinydbg/tinydbg/api"
)

// Paths shortens the paths of files: it applies the user's rules for where
// sources are and makes what is below the working directory relative to it.
type Paths struct {
	// WorkDir is the directory paths are made relative to; "" for none.
	WorkDir string
	// Substitute maps a path of the executable to one of this machine; nil
	// for no rules.
	Substitute func(string) string
}

// Local is the path of a file on this machine.
func (p Paths) Local(path string) string {
	if p.Substitute == nil {
		return path
	}
	return p.Substitute(path)
}

// Short is the path of a file as it is shown.
func (p Paths) Short(path string) string {
	path = p.Local(path)
	if p.WorkDir == "" || !filepath.IsAbs(path) {
		return path
	}
	rest, ok := strings.CutPrefix(path, strings.TrimSuffix(p.WorkDir, "/")+"/")
	if !ok {
		return path
	}
	return "./" + rest
}

// Position is file:line of a location.
func (p Paths) Position(loc api.Location) string {
	return fmt.Sprintf("%s:%d", p.Short(loc.File), loc.Line)
}

// Location is file:line, function and address of a location.
func (p Paths) Location(loc api.Location) string {
	return fmt.Sprintf("%s %s (%#x)", p.Position(loc), FunctionName(loc.Function), loc.PC)
}

// FunctionName is the name of a function, or ? when it is not known.
func FunctionName(fn *api.Function) string {
	if fn == nil {
		return "?"
	}
	return fn.Name()
}
