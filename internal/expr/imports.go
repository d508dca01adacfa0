package expr

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/tinydbg/tinydbg/internal/symbol"
)

// qualifiedNames is what pkg.name may stand for: first with the import path that the
// name of the package has in the source where the program stands, then as written.
func (c *compiler) qualifiedNames(pkg *ast.Ident, name string) []string {
	path, quoted := c.e.name(pkg)
	written := path + "." + name
	if quoted {
		return []string{written}
	}
	if imported := c.importOf(path); imported != "" {
		return []string{imported + "." + name, written}
	}
	return []string{written}
}

// importOf is the path, as symbols have it, of the package that name means in the
// source file where the program stands: debug information does not tell what a file
// calls what it imports. It is "" if the file is not here, or imports nothing so called.
func (c *compiler) importOf(name string) string {
	if c.imports == nil {
		c.imports = map[string]string{}
		if pos := c.position(c.pkg()); filepath.IsAbs(pos.File) {
			c.imports = importsOf(pos.File)
		}
	}
	if path, ok := c.imports[name]; ok {
		return path
	}
	for _, im := range c.site.files() {
		paths, _ := im.File.PackagesNamed(name)
		for _, path := range paths {
			if _, ok := c.imports[path]; ok {
				return path
			}
		}
	}
	return ""
}

// importsOf lists what a file imports: the path by the name that the file gives it, or
// by the path itself if it gives none.
func importsOf(file string) map[string]string {
	list := map[string]string{}
	if info, err := os.Stat(file); err != nil || !info.Mode().IsRegular() || info.Size() > maxGoFile {
		return list
	}
	f, _ := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly|parser.SkipObjectResolution)
	if f == nil {
		return list
	}
	for _, spec := range f.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		path = symbol.EscapePath(path)
		switch {
		case spec.Name == nil:
			list[path] = path
		case !slices.Contains([]string{"_", "."}, spec.Name.Name):
			list[spec.Name.Name] = path
		}
	}
	return list
}
