package expr

import (
	"fmt"
	"go/ast"
)

// Error is a failure to compile or evaluate a part of an expression.
type Error struct {
	// Source is the whole expression; Lo and Hi are the byte range of the part
	// that failed.
	Source string
	Lo, Hi int
	Err    error
}

func (e *Error) Error() string {
	if e.Lo <= 0 && e.Hi >= len(e.Source) {
		return e.Err.Error()
	}
	return fmt.Sprintf("%v (at column %d of %q)", e.Err, e.Lo+1, e.Source)
}

func (e *Error) Unwrap() error { return e.Err }

// errorf is an error about one node.
func (e *Expr) errorf(n ast.Node, format string, args ...any) error {
	return e.wrap(n, fmt.Errorf(format, args...))
}

// wrap says where err happened, unless it says so already.
func (e *Expr) wrap(n ast.Node, err error) error {
	if _, ok := err.(*Error); ok || err == nil {
		return err
	}
	lo, hi := e.span(n)
	return &Error{Source: e.src, Lo: lo, Hi: hi, Err: err}
}
