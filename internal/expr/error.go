package expr

import (
	"fmt"
	"go/ast"
	"go/token"
)

// Error is a failure to compile or evaluate a part of an expression.
type Error struct {
	// Source is the whole expression; Lo and Hi are the byte range of the part
	// that failed, At the byte in it where a reader looks for the reason: the
	// operator, the index, the name of the field.
	Source     string
	Lo, Hi, At int
	Err        error
}

// Error names the place unless it is all of the expression. Clients and habits
// know the words; terminals find the place again by what is in parentheses,
// always `(at column N of "SOURCE")`: N counts bytes from 1, and the source is
// quoted as Go quotes strings.
func (e *Error) Error() string {
	if e.Lo <= 0 && e.Hi >= len(e.Source) {
		return e.Err.Error()
	}
	return fmt.Sprintf("%v (at column %d of %q)", e.Err, e.At+1, e.Source)
}

func (e *Error) Unwrap() error { return e.Err }

// errorf is an error about one node.
func (e *Expr) errorf(n ast.Node, format string, args ...any) error {
	return e.wrap(n, fmt.Errorf(format, args...))
}

// wrap says where err happened, unless it says so already.
func (e *Expr) wrap(n ast.Node, err error) error {
	return e.wrapAt(n, n.Pos(), err)
}

// wrapAt is wrap with the place in the node that is to be looked at.
func (e *Expr) wrapAt(n ast.Node, at token.Pos, err error) error {
	if _, ok := err.(*Error); ok || err == nil {
		return err
	}
	lo, hi := e.span(n)
	return &Error{Source: e.src, Lo: lo, Hi: hi, At: min(max(int(at)-e.base, lo), hi), Err: err}
}
