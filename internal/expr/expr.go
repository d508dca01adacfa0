// Package expr is the language of the debugger: Go expressions, with register
// names, goroutine and thread variables, x.(data) and quoted import paths
// added. Conditions, print, set, watch and address locspecs all speak it.
//
// An expression goes through three steps. [Parse] makes a syntax tree and
// bounds its size. [Expr.Compile] resolves the names and types in it at one
// program counter: variables become locations, constants are folded. The
// [Program] that results is evaluated in a [Scope], any number of times; that
// step reads memory and registers and nothing else, so that a condition costs
// microseconds.
//
// Values follow Go's rules: typed operands keep their type and wrap around,
// constants are exact until they meet a typed operand. Nothing here resumes the
// process: calls are an error that says so.
//
// Everything but a Scope is immutable and safe for concurrent use.
package expr

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"strings"

	"github.com/tinydbg/tinydbg/internal/symbol"
)

// Bounds on what is accepted: an expression comes from a user or a client.
const (
	maxSource = 64 << 10
	maxDepth  = 500
)

// Expr is a parsed expression.
type Expr struct {
	src string
	// base is the offset of src in the text that the parser saw.
	base int
	root ast.Expr
	// paths maps the stand-ins that were put in for quoted import paths.
	paths map[string]string
}

// Parse parses one expression. The error tells the column.
func Parse(src string) (*Expr, error) {
	if len(src) > maxSource {
		return nil, fmt.Errorf("expression of %d bytes is too long: the limit is %d", len(src), maxSource)
	}
	if err := checkNesting(src); err != nil {
		return nil, err
	}
	text, paths := unquotePaths(src)
	root, err := parser.ParseExpr(text)
	if err != nil {
		return nil, parseError(src, err)
	}
	e := &Expr{src: src, base: 1, root: root, paths: paths}
	if err := e.check(); err != nil {
		return nil, err
	}
	return e, nil
}

// String is the source text.
func (e *Expr) String() string { return e.src }

// text is the source of one node.
func (e *Expr) text(n ast.Node) string {
	lo, hi := e.span(n)
	return e.src[lo:hi]
}

// span is the byte range of a node in the source.
func (e *Expr) span(n ast.Node) (lo, hi int) {
	lo, hi = int(n.Pos())-e.base, int(n.End())-e.base
	lo = min(max(lo, 0), len(e.src))
	hi = min(max(hi, lo), len(e.src))
	return lo, hi
}

// name is an identifier as the user wrote it: a stand-in becomes its path.
func (e *Expr) name(id *ast.Ident) (name string, quoted bool) {
	if p, ok := e.paths[id.Name]; ok {
		return symbol.EscapePath(p), true
	}
	return id.Name, false
}

// check rejects trees that are too deep, and nodes that are no expression here.
func (e *Expr) check() error {
	depth := 0
	var bad error
	ast.Inspect(e.root, func(n ast.Node) bool {
		if n == nil {
			depth--
			return true
		}
		depth++
		switch n := n.(type) {
		case *ast.FuncLit:
			bad = errors.Join(bad, e.errorf(n, "function literals cannot be evaluated"))
		case *ast.BadExpr:
			bad = errors.Join(bad, e.errorf(n, "not an expression"))
		}
		if depth > maxDepth && bad == nil {
			bad = fmt.Errorf("expression is nested too deeply: the limit is %d", maxDepth)
		}
		if bad != nil {
			depth--
			return false
		}
		return true
	})
	return bad
}

// checkNesting bounds what the recursive parser is asked to do.
func checkNesting(src string) error {
	depth := 0
	for i := 0; i < len(src); i++ {
		switch src[i] {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			depth--
		case '*', '&', '!', '-', '+', '^', '<', '~':
			// Runs of prefix operators recurse too.
			run := i
			for run < len(src) && (src[run] == src[i] || src[run] == ' ') {
				run++
			}
			if run-i > maxDepth {
				depth = maxDepth + 1
			}
		}
		if depth > maxDepth {
			return fmt.Errorf("expression is nested too deeply: the limit is %d", maxDepth)
		}
	}
	return nil
}

// parseError keeps the first error of the parser: the rest follow from it. Its
// words begin as Go's tools have them, with line and column.
func parseError(src string, err error) error {
	var list scanner.ErrorList
	if !errors.As(err, &list) || len(list) == 0 {
		return err
	}
	at := min(max(list[0].Pos.Offset, 0), len(src))
	if at == len(src) { // the parser sees a semicolon there
		list[0].Msg = strings.Replace(list[0].Msg, "found newline", "found 'EOF'", 1)
	}
	err = fmt.Errorf("%d:%d: %s", list[0].Pos.Line, list[0].Pos.Column, list[0].Msg)
	return &Error{Source: src, Lo: at, Hi: at, At: at, Err: err}
}

// isIdent tells whether s is a Go identifier.
func isIdent(s string) bool { return token.IsIdentifier(s) }
