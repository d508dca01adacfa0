package expr

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/tinydbg/tinydbg/internal/image"
	"github.com/tinydbg/tinydbg/internal/symbol"
)

// declared is why the program has nothing of a name that its source declares at
// package level or as a constant in the function; nil if the source is not here,
// or does not.
//
// The compiler writes down integer constants of packages, and no others
// (cmd/compile/internal/gc/obj.go, dumpGlobalConst); the linker leaves variables
// out that nothing uses.
func (c *compiler) declared(pkg, name string) error {
	if pkg == "" {
		return nil
	}
	inTest, here := c.testBinary(), c.position(pkg)
	for _, dir := range c.directories(pkg, here) {
		entries, err := os.ReadDir(dir)
		if err != nil {
			continue
		}
		for _, e := range entries {
			if !strings.HasSuffix(e.Name(), ".go") || !e.Type().IsRegular() {
				continue
			}
			if strings.HasSuffix(e.Name(), "_test.go") && !inTest {
				continue
			}
			path, line := filepath.Join(dir, e.Name()), 0
			if path == here.File {
				line = here.Line
			}
			if d := declaredIn(path, name, line); d != nil {
				return d.reason()
			}
		}
	}
	return nil
}

// position is where the program stands, if that is in the package.
func (c *compiler) position(pkg string) symbol.Position {
	if c.site.Image == nil || pkg != c.pkg() {
		return symbol.Position{}
	}
	pos, _ := c.site.Image.File.Line(c.site.PC)
	return pos
}

// testBinary tells whether the program was made of tests, so that their files
// count.
func (c *compiler) testBinary() bool {
	return slices.ContainsFunc(c.site.files(), func(im *image.Image) bool { return im.File.FuncNamed("testing.(*M).Run") != nil })
}

// directories are those with the source of a package, by import path or by name.
// One that the program stands in is known by here.
func (c *compiler) directories(pkg string, here symbol.Position) (dirs []string) {
	if here.File != "" {
		return []string{filepath.Dir(here.File)}
	}
	for _, im := range c.site.files() {
		paths, _ := im.File.PackagesNamed(pkg)
		for _, path := range append([]string{pkg}, paths...) {
			if dir, ok := directoryOf(im.File, path); ok && !slices.Contains(dirs, dir) {
				dirs = append(dirs, dir)
			}
		}
	}
	return dirs
}

// directoryOf is where the source of a function of the package is.
func directoryOf(f *symbol.File, path string) (string, bool) {
	for _, name := range f.NamesWith(path + ".") {
		if packagePath(name) != path {
			continue
		}
		fn := f.FuncNamed(name)
		if fn == nil {
			continue
		}
		if pos, ok := f.Line(fn.Entry); ok && filepath.IsAbs(pos.File) {
			return filepath.Dir(pos.File), true
		}
	}
	return "", false
}

// declaration is what the source says of a name.
type declaration struct {
	tok  token.Token // token.CONST or token.VAR
	at   token.Position
	text string
	// local: in a function.
	local bool
}

func (d *declaration) reason() error {
	at := fmt.Sprintf("%s:%d: %s", filepath.Base(d.at.Filename), d.at.Line, d.text)
	switch {
	case d.tok == token.VAR:
		return fmt.Errorf("nothing uses the variable, so it is not in the program (%s)", at)
	case d.local:
		return fmt.Errorf("Go's compiler does not write down the constants of functions (%s)", at)
	}
	return fmt.Errorf("Go's compiler writes down no constants but integers that fit their type (%s)", at)
}

// maxGoFile bounds what is read of a source file, in bytes.
const maxGoFile = 4 << 20

// declaredIn looks for the declaration in a file, also in the function that line is in.
func declaredIn(path, name string, line int) (found *declaration) {
	if info, err := os.Stat(path); err != nil || info.Size() > maxGoFile {
		return nil
	}
	src, err := os.ReadFile(path)
	if err != nil || !bytes.Contains(src, []byte(name)) {
		return nil
	}
	fset := token.NewFileSet()
	file, _ := parser.ParseFile(fset, path, src, parser.SkipObjectResolution)
	if file == nil {
		return nil
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl, *ast.FuncLit:
			return fset.Position(n.Pos()).Line <= line && line <= fset.Position(n.End()).Line
		case *ast.GenDecl:
			inFunction := !slices.Contains(file.Decls, ast.Decl(n))
			if d := declares(n, name); d != nil && (!inFunction || n.Tok == token.CONST) && (found == nil || found.local) {
				at := fset.Position(d.Pos())
				end := min(fset.Position(d.End()).Offset, len(src))
				found = &declaration{tok: n.Tok, at: at, text: firstLine(src[at.Offset:end]), local: inFunction}
			}
		}
		return true
	})
	return found
}

// declares is the part of a declaration with the name, or nil.
func declares(g *ast.GenDecl, name string) ast.Spec {
	if g.Tok != token.CONST && g.Tok != token.VAR {
		return nil
	}
	for _, s := range g.Specs {
		v, ok := s.(*ast.ValueSpec)
		if ok && slices.ContainsFunc(v.Names, func(id *ast.Ident) bool { return id.Name == name }) {
			return s
		}
	}
	return nil
}

// firstLine is as much of a declaration as is worth showing.
func firstLine(text []byte) string {
	const most = 80
	line, _, cut := strings.Cut(string(text), "\n")
	if r := []rune(line); len(r) > most {
		line, cut = string(r[:most]), true
	}
	if cut {
		line += "..."
	}
	return line
}
